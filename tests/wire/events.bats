#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Events of what is no guest: told to virsh through berth-serve and to our programs, whoever causes them.

load ../helpers
load peer

setup()
{
	command -v virsh >/dev/null || skip "virsh is not installed (make deps)"
	berth_setup
	export LC_ALL=C.UTF-8 HOME=$SCRATCH
	printf '#!/bin/sh\nexport BERTH_ROOT=%s\nexec %s/helpers/berth-serve\n' "$BERTH_ROOT" "${BERTH_BUILD:-$TOP}" >"$SCRATCH/serve"
	chmod +x "$SCRATCH/serve"
	touch "$SCRATCH/host"
	LXC="lxc+ext:///system?command=$SCRATCH/serve"
	TEST="test+ext:///default?command=$SCRATCH/serve"
	WATCHERS=
}
teardown()
{
	for pid in $WATCHERS; do kill "$pid" 2>/dev/null || true; done
	peer_stop
	test-reset -q
	! mountpoint -q "$SCRATCH/host" || umount "$SCRATCH/host"
	berth_teardown
}

# What this host's networks are in is a namespace of the test's own, for who watches, too: whoever finds a supervisor dead starts another one where he is himself.
on() { nsenter --net="$SCRATCH/host" "$@"; }
own_namespace()
{
	[ "$(id -u)" = 0 ] || skip "networks need root"
	unshare --net="$SCRATCH/host" ip link set lo up
}

# follow FILE COMMAND...: in the background; until_seen FILE EXPRESSION COMMAND...: repeats the command until a line of the file matches
follow()
{
	timeout 60 "${@:2}" >"$SCRATCH/$1" 2>&1 3>&- &
	WATCHERS="$WATCHERS $!"
}
until_seen()
{
	for i in {1..200}; do
		grep -q -- "$2" "$SCRATCH/$1" && return 0
		"${@:3}"
		sleep 0.05
	done
	echo "no '$2' in $1:"
	cat "$SCRATCH/$1"
	return 1
}
redefine()
{
	net-define -q "$SCRATCH/other.xml"
}
# The words of the events of network n1, in their order.
words()
{
	sed -n "s/^event 'lifecycle' for network n1: \([A-Za-z]*\).*/\1/p" "$SCRATCH/$1" | tr '\n' ' '
}

@test "networks: definition, start, stop; by programs, by virsh, by the end of a supervisor" {
	own_namespace
	local net
	for net in n1 other; do
		echo "<network><name>$net</name><bridge name='vbe-$net'/></network>" >"$SCRATCH/$net.xml"
	done
	export SCRATCH LXC
	follow ours nsenter --net="$SCRATCH/host" net-event --loop
	follow virsh nsenter --net="$SCRATCH/host" virsh -q -c "$LXC" net-event --loop --event lifecycle
	until_seen ours other redefine
	until_seen virsh other redefine
	on sh -e <<-'END'
		net-define -q "$SCRATCH/n1.xml"
		net-start -q n1
		virsh -q -c "$LXC" net-destroy n1
		virsh -q -c "$LXC" net-start n1
		kill -9 "$(cut -d' ' -f7 "$BERTH_ROOT/run/berth/network/n1/state")"
		# whoever looks next puts another supervisor in its place: the network goes on
		[ "$(net-list --name)" = n1 ]
		net-destroy -q n1
		net-undefine -q n1
	END
	until_seen ours 'n1: Undefined' true
	until_seen virsh 'n1: Undefined' true
	echo "ours: $(words ours); virsh: $(words virsh)"
	[ "$(words ours)" = "Defined Started Stopped Started Stopped Undefined " ]
	[ "$(words virsh)" = "Defined Started Stopped Started Stopped Undefined " ]
}

@test "networks: one of them, once, and what is wrong" {
	own_namespace
	local net
	for net in n1 other; do
		echo "<network><name>$net</name><bridge name='vbe-$net'/></network>" >"$SCRATCH/$net.xml"
		net-define -q "$SCRATCH/$net.xml"
	done
	follow one net-event --json n1
	for i in {1..100}; do
		redefine
		net-define -q "$SCRATCH/n1.xml"
		net-desc -q n1 "words $i"
		kill -0 $WATCHERS 2>/dev/null || break
		sleep 0.05
	done
	run cat "$SCRATCH/one"
	contains "$output" '"network": "n1"'
	contains "$output" '"detail": "Defined"'
	follow meta net-event --event metadata-change --loop n1
	follow peer net-event -c "$LXC" --event metadata-change --loop
	annotate() { net-desc -q other "of another"; net-desc -q n1 --title "title $RANDOM"; }
	until_seen meta "'metadata-change' for network n1: Title" annotate
	until_seen peer "'metadata-change' for network n1: Title" annotate
	net-metadata -q n1 http://example.com/1 --key k --set '<a/>'
	until_seen meta "n1: Metadata" true
	until_seen peer "n1: Metadata" true
	! grep other "$SCRATCH/meta" || false
	! grep lifecycle "$SCRATCH/meta" || false
	expect 6 net-event --timeout 0 n1
	expect 3 net-event --timeout 1 nobody
	expect 2 net-event --timeout 1 --event nothing
	expect 0 net-event --list
	contains "$output" lifecycle
}

@test "the test driver's networks, pools and devices, through berth-serve" {
	follow net virsh -q -c "$TEST" net-event --loop --event lifecycle
	follow pool virsh -q -c "$TEST" pool-event --loop --event lifecycle
	follow ours net-event -c "$TEST" --all --loop
	toggle() { net-destroy -q -c test:///default default; net-start -q -c test:///default default; pool-destroy -q -c test:///default default-pool; pool-start -q -c test:///default default-pool; }
	until_seen net 'default: Stopped' toggle
	until_seen ours 'default: Started' toggle
	until_seen pool 'default-pool: Started' toggle
}

@test "libvirtd, which knows fewer events of networks than we" {
	[ "$(id -u)" = 0 ] || skip "a libvirtd of our own needs root"
	command -v libvirtd >/dev/null || skip "libvirtd is not installed (make deps)"
	peer_start 3>&-
	local uri="test+unix:///default?socket=$PEER_SOCKET"
	follow all net-event -c "$uri" --all --loop
	# what it has is as new with the first of its clients
	toggle() { net-destroy -q -c "$uri" default; net-start -q -c "$uri" default || true; } 2>/dev/null
	until_seen all 'default: Started' toggle
	expect 1 net-event -c "$uri" --event metadata-change --timeout 1
}

@test "a container that is changed while it runs: tunable, metadata-change, device-added, device-removed" {
	berth_need_containers
	berth_rootfs
	berth_define web
	berth_define other
	vm-start -q web
	vm-start -q other
	mkdir "$SCRATCH/share"
	echo "<filesystem type='mount'><source dir='$SCRATCH/share'/><target dir='/mnt'/><alias name='ua-share'/></filesystem>" >"$SCRATCH/fs.xml"
	follow ours vm-event --all --loop
	follow virsh virsh -q -c "$LXC" event --all --loop
	until_seen ours "for domain.*other" vm-desc -q other --live --new-desc x
	until_seen virsh "for domain.*other" vm-desc -q other --live --new-desc x
	vm-schedinfo -q web --live cpu_shares=2048 vcpu_quota=50000
	vm-desc -q web --title --live --new-desc "A title"
	vm-metadata -q web http://example.org/x --key x --set '<x/>' --live
	vm-attach-device -q web "$SCRATCH/fs.xml" --live
	vm-detach-device -q web "$SCRATCH/fs.xml" --live
	until_seen ours "'device-removed' for domain 'web': ua-share" true
	until_seen virsh "device-removed" true
	grep -q "event 'tunable' for domain 'web': cputune.cpu_shares: 2048, cputune.vcpu_quota: 50000" "$SCRATCH/ours"
	grep -q "event 'metadata-change' for domain 'web': type title, uri -" "$SCRATCH/ours"
	grep -q "event 'metadata-change' for domain 'web': type element, uri http://example.org/x" "$SCRATCH/ours"
	grep -q "event 'device-added' for domain 'web': ua-share" "$SCRATCH/ours"
	grep -A2 "event 'tunable' for domain 'web'" "$SCRATCH/virsh" | grep -q 'cputune.cpu_shares: 2048'
	grep -q "event 'metadata-change' for domain 'web': type element, uri http://example.org/x" "$SCRATCH/virsh"
	grep -q "event 'device-added' for domain 'web': ua-share" "$SCRATCH/virsh"
	grep -q "event 'device-removed' for domain 'web': ua-share" "$SCRATCH/virsh"
	# what is stored alone is no event of the guest that runs
	vm-schedinfo -q web --config cpu_shares=512
	! grep -q 'cpu_shares: 512' "$SCRATCH/ours" || false
}
