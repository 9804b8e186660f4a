#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The same program, the same guest, wherever it is: here, through berth-serve, over ssh, and in Debian's libvirtd.

load ../helpers
load peer

setup()
{
	berth_setup
	export LC_ALL=C.UTF-8 HOME=$SCRATCH
	SERVE=${BERTH_BUILD:-$TOP}/helpers/berth-serve
	printf '#!/bin/sh\nexport BERTH_ROOT=%s\nexec %s "$@"\n' "$BERTH_ROOT" "$SERVE" >"$SCRATCH/serve"
	chmod +x "$SCRATCH/serve"
}
teardown()
{
	[ -z "${SSHD-}" ] || kill "$SSHD" 2>/dev/null || true
	peer_stop
	test-reset -q -c test:///default
	berth_teardown
}

# What looks only, and says the same at any time.
LOOKS="vm-list --all
vm-list --all --json
vm-state --reason test
vm-id test
vm-uuid test
vm-name 6695eb01-f6a4-8304-79aa-97f2502e193f
vm-dumpxml test
vm-dumpxml --inactive test
vm-vcpucount test
vm-vcpupin test
vm-emulatorpin test
vm-schedinfo test
vm-memtune test
vm-blkiotune test
vm-numatune test
vm-blkdeviotune test vda
vm-iftune test testnet0
vm-blkinfo test vda
vm-blklist test
vm-blkerror test
vm-iflist test
vm-if-getlink test testnet0
vm-ifaddr test
vm-fsinfo test
vm-hostname test
vm-time test
vm-cpu-stats test
vm-desc test --title
vm-iothreadinfo test
vm-control test
vm-perf test
net-list --all
net-info default
net-dumpxml default
net-uuid default
pool-list --all --details
pool-info default-pool
pool-dumpxml default-pool
vol-list default-pool
iface-list --all
iface-dumpxml eth1
iface-mac eth1
nodedev-list
nodedev-dumpxml computer
nodedev-info computer
snapshot-list test
checkpoint-list test
host-info
host-hostname
host-capabilities
host-cpumap
host-cpustats
host-freecell --all
host-sysinfo
host-maxvcpus
host-version"

# What changes, and what takes it back: status 0 each.
CHANGES="vm-suspend -q test
vm-resume -q test
vm-reset -q test
vm-setmem -q test 1048576
vm-setvcpus -q test 1
vm-vcpupin -q test 0 1
vm-blkdeviotune -q test vda --total-bytes-sec 0
vm-fsfreeze -q test
vm-fsthaw -q test
vm-send-key -q test KEY_A
vm-time -q test --time 1000
vm-desc -q test words --live
vm-metadata -q test http://x/y --key k --set <a/> --live
vm-autostart -q test
vm-autostart -q --disable test
vm-destroy -q test
vm-start -q test
snapshot-create-as -q test s1
snapshot-revert -q test s1
snapshot-delete -q test s1
net-destroy -q default
net-start -q default
net-autostart -q default
pool-refresh -q default-pool
vol-create-as -q default-pool v 1M
vol-clone -q --pool default-pool v w
vol-delete -q --pool default-pool w
pool-destroy -q default-pool
pool-start -q default-pool
iface-destroy -q eth1
iface-start -q eth1"

# same URI: each look says what it says here
same()
{
	local command
	while read -r command; do
		# words, split on purpose
		$command -c test:///default >"$SCRATCH/here" 2>&1 || { echo "$command: $(cat "$SCRATCH/here")"; return 1; }
		timeout 30 $command -c "$1" >"$SCRATCH/there" 2>&1 || { echo "$command: $(cat "$SCRATCH/there")"; return 1; }
		diff "$SCRATCH/here" "$SCRATCH/there" || { echo "$command"; return 1; }
	done <<<"$LOOKS"
}
done_all()
{
	local command
	while read -r command; do
		timeout 30 $command -c "$1" >"$SCRATCH/there" 2>&1 || { echo "$command: $(cat "$SCRATCH/there")"; return 1; }
	done <<<"$2"
}

@test "through berth-serve every program says and does what it does here" {
	same "test+ext:///default?command=$SCRATCH/serve"
	done_all "test+ext:///default?command=$SCRATCH/serve" "$CHANGES"
	same "test+ext:///default?command=$SCRATCH/serve"
}

@test "over ssh, with berth-serve at the other end" {
	[ -x /usr/sbin/sshd ] || skip "openssh-server is not installed (make deps)"
	[ "$(id -u)" = 0 ] || skip "an sshd of our own needs root"
	local port
	port=$(free_port)
	ssh-keygen -q -t ed25519 -f "$SCRATCH/hostkey" -N ''
	ssh-keygen -q -t ed25519 -f "$SCRATCH/id" -N ''
	mkdir -p /run/sshd
	printf 'Port %s\nListenAddress 127.0.0.1\nHostKey %s/hostkey\nPidFile none\nAuthorizedKeysFile %s/id.pub\nStrictModes no\nUsePAM no\n' \
		"$port" "$SCRATCH" "$SCRATCH" >"$SCRATCH/sshd.conf"
	echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$SCRATCH/hostkey.pub")" >"$SCRATCH/known"
	/usr/sbin/sshd -D -f "$SCRATCH/sshd.conf" -E "$SCRATCH/sshd.log" 3>&- &
	SSHD=$!
	for i in {1..400}; do
		(exec 4<>/dev/tcp/127.0.0.1/$port) 2>/dev/null && break
		sleep 0.05
	done
	local uri="test+ssh://root@127.0.0.1:$port/default?keyfile=$SCRATCH/id&known_hosts=$SCRATCH/known&no_tty=1&proxy=netcat&netcat=$SCRATCH/serve"
	vm-list -q -c test:///default >/dev/null
	# a connection costs much here: some of each kind
	LOOKS=$(grep -E '^(vm-list --all|vm-dumpxml test|vm-blkerror|net-info|pool-list|vol-list|iface-mac|snapshot-list|host-info)' <<<"$LOOKS")
	same "$uri"
	done_all "$uri" "$(grep -E 'vm-(suspend|resume|destroy|start|autostart)|net-|vol-' <<<"$CHANGES")"
	head -c 300000 /dev/urandom >"$SCRATCH/data"
	expect 0 timeout 30 vol-upload -q -c "$uri" --pool default-pool v "$SCRATCH/data"
	timeout 30 vol-download -q -c "$uri" --pool default-pool --length 300000 v "$SCRATCH/back"
	cmp "$SCRATCH/data" "$SCRATCH/back"
}

@test "Debian's libvirtd: the same programs with its test driver, and with its drivers of this machine" {
	[ "$(id -u)" = 0 ] || skip "a libvirtd of our own needs root"
	command -v libvirtd >/dev/null || skip "libvirtd is not installed (make deps)"
	peer_start 3>&-
	local uri="test+unix:///default?socket=$PEER_SOCKET"
	# it keeps its test driver's world as long as somebody is there
	virsh -q -c "$uri" event --loop --event lifecycle >/dev/null 2>&1 3>&- &
	SSHD=$!
	# what its test driver does not have (9.0), or refuses by a mistake of its own
	local without='vm-iothreadinfo|vm-perf|nodedev-list|vm-numatune|vm-blkiotune|--inactive|vm-if-getlink|vm-control|vm-desc test --title|vm-metadata'
	done_all "$uri" "$(grep -vE "$without" <<<"$LOOKS")"
	done_all "$uri" "$(grep -vE "$without" <<<"$CHANGES")"
	uri="qemu+unix:///system?socket=$PEER_SOCKET"
	mkdir "$SCRATCH/pool"
	echo "<secret><usage type='volume'><volume>$SCRATCH/x</volume></usage><uuid>0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f</uuid></secret>" >"$SCRATCH/secret.xml"
	# a definition, or the hypervisor's version, would have it look at every QEMU of this machine, which takes half a minute
	done_all "$uri" "vm-list --all
		host-uri
		host-info
		host-hostname
		host-memstats
		net-list --all
		nwfilter-list
		nodedev-list
		secret-define -q $SCRATCH/secret.xml
		secret-list
		secret-dumpxml 0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f
		secret-undefine -q 0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f
		pool-create-as -q p dir --target $SCRATCH/pool
		pool-list --all
		pool-refresh -q p
		vol-create-as -q p v 1M
		vol-list p
		vol-info --pool p v
		vol-resize -q --pool p v 2M
		vol-wipe -q --pool p v
		vol-delete -q --pool p v
		pool-destroy -q p"
}
