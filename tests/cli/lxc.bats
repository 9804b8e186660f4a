#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs that are containers' own: vm-xml-from-native, vm-send-process-signal, vm-ttyconsole, vm-lxc-enter-namespace.

load ../helpers

setup() { berth_setup; }
teardown() { berth_teardown; }

@test "vm-xml-from-native: what each key becomes" {
	cat >"$SCRATCH/config" <<-'EOF'
		# a comment
		lxc.uts.name = web
		lxc.arch = amd64
		lxc.rootfs.path = dir:/srv/web
		lxc.net.0.type = veth
		lxc.net.0.link = br0
		lxc.net.0.flags = up
		lxc.net.0.hwaddr = 02:00:15:8f:05:c1
		lxc.net.0.name = lan
		lxc.net.0.ipv4.address = 10.0.0.2/24
		lxc.net.0.ipv4.gateway = 10.0.0.1
		lxc.net.1.type = macvlan
		lxc.net.1.link = eth1
		lxc.net.1.macvlan.mode = bridge
		lxc.net.2.type = vlan
		lxc.net.2.link = eth2
		lxc.net.2.vlan.id = 7
		lxc.mount.entry = proc proc proc nodev,noexec 0 0
		lxc.mount.entry = /etc/hosts etc/hosts none bind,ro 0 0
		lxc.mount.entry = tmpfs run tmpfs size=8m,mode=0755 0 0
		lxc.tty.max = 2
		lxc.idmap = u 0 100000 65536
		lxc.idmap = g 0 100000 65536
		lxc.cgroup.memory.limit_in_bytes = 1G
		lxc.cgroup.memory.soft_limit_in_bytes = 128M
		lxc.cgroup.memory.memsw.limit_in_bytes = 2G
		lxc.cgroup.cpuset.cpus = 0-2,5-7
		lxc.cgroup.cpuset.mems = 1-4
		lxc.cgroup.blkio.weight = 500
		lxc.cgroup.blkio.weight_device = 8:16 1000
		lxc.cgroup.blkio.weight_device = 8:0 300
		lxc.cgroup.blkio.throttle.read_bps_device = 8:0 1234
		lxc.cap.drop = sys_module mac_admin
		lxc.cap.drop = mknod
	EOF
	expect 0 vm-xml-from-native lxc-tools "$SCRATCH/config"
	xml=$output
	for want in "<name>web</name>" "<type arch='x86_64'>exe</type>" "<source dir='/srv/web'/>" "<source bridge='br0'/>" "02:00:15:8f:05:c1" \
		"<guest dev='lan'/>" "<link state='up'/>" "<ip address='10.0.0.2' family='ipv4' prefix='24'/>" "gateway='10.0.0.1'" \
		"<source dev='eth1' mode='bridge'/>" "<interface>eth2.7</interface>" "<source dir='/etc/hosts'/>" "<readonly/>" \
		"<source usage='8192' units='KiB'/>" "<uid start='0' target='100000' count='65536'/>" "<hard_limit unit='KiB'>1048576</hard_limit>" \
		"<soft_limit unit='KiB'>131072</soft_limit>" "<swap_hard_limit unit='KiB'>2097152</swap_hard_limit>" "cpuset='0-2,5-7'" \
		"nodeset='1-4'" "<weight>500</weight>" "<path>/dev/block/8:0</path>" "<read_bytes_sec>1234</read_bytes_sec>" "<mknod state='off'/>" \
		"<sys_module state='off'/>" "policy='allow'"; do
		contains "$xml" "$want"
	done
	[[ $xml != *privnet* ]]
	[ "$(grep -c "<console type='pty'>" <<<"$xml")" = 2 ]
	[ "$(grep -c "<filesystem " <<<"$xml")" = 3 ]
	# as a definition it is taken
	sed '/idmap\|uid\|gid\|cpuset\|numatune\|nodeset/d' <<<"$xml" | vm-define --dry-run - >/dev/null
	# the same by virsh's names, from standard input, as JSON
	[ "$(vm-xml-from-native --format lxc-tools --config - <"$SCRATCH/config" | grep -v 'uuid\|mac address')" = "$(grep -v 'uuid\|mac address' <<<"$xml")" ]
	vm-xml-from-native --json lxc-tools "$SCRATCH/config" | python3 -c 'import json,sys; assert "<name>web" in json.load(sys.stdin)["xml"]'
}

@test "vm-xml-from-native: what is refused" {
	expect 2 vm-xml-from-native
	expect 2 vm-xml-from-native lxc-tools
	expect 1 vm-xml-from-native nonsense /dev/null
	contains "$output" "the format 'nonsense' is not known: there are lxc-tools"
	expect 1 vm-xml-from-native lxc-tools "$SCRATCH/none"
	contains "$output" "No such file"
	while IFS='|' read -r lines want; do
		printf "$lines\n" >"$SCRATCH/config"
		expect 1 vm-xml-from-native lxc-tools "$SCRATCH/config"
		contains "$output" "$want"
	done <<-'EOF'
		lxc.utsname = a|no lxc.rootfs.path
		lxc.rootfs = /a\nlxc.mount = /etc/fstab|lxc.mount.entry
		lxc.rootfs = /a\nnonsense|line 2 of the configuration
		lxc.rootfs = /a\nlxc.net.0.type = phys|without a link
		lxc.rootfs = /a\nlxc.net.0.type = ipvlan|'ipvlan'
		lxc.rootfs = /a\nlxc.idmap = u x|no id map
		lxc.rootfs = /a\nlxc.tty = many|no number
		lxc.rootfs = /a\nlxc.cgroup.memory.limit_in_bytes = lots|no size
		lxc.rootfs = /a\nlxc.mount.entry = tmpfs run tmpfs mode=755|size=
		lxc.rootfs = /a\nlxc.utsname = a/b|name
	EOF
}

@test "vm-send-process-signal, vm-ttyconsole, vm-lxc-enter-namespace" {
	berth_need_containers
	berth_rootfs 'trap "exit 7" USR1; trap "exit 0" TERM; echo up; while :; do sleep 1000 & wait $!; done'
	berth_define a
	expect 4 vm-send-process-signal a 1 term
	expect 4 vm-ttyconsole a
	expect 4 vm-lxc-enter-namespace a /bin/true
	vm-start -q a
	[ "$(vm-ttyconsole a)" = /dev/pts/0 ]
	[ "$(vm-ttyconsole --json a | python3 -c 'import json,sys; print(json.load(sys.stdin)["tty"])')" = /dev/pts/0 ]
	[ "$(vm-lxc-enter-namespace a -- /bin/hostname)" = a ]
	[ "$(vm-lxc-enter-namespace --noseclabel a /bin/echo --x)" = --x ]
	expect 5 vm-lxc-enter-namespace a /bin/sh -c 'exit 5'
	expect 2 vm-lxc-enter-namespace a hostname
	expect 2 vm-lxc-enter-namespace a
	expect 2 vm-send-process-signal a 1
	expect 2 vm-send-process-signal a 1 nonsense
	expect 2 vm-send-process-signal a x term
	expect 1 vm-send-process-signal a 2 term
	expect 3 vm-send-process-signal nobody 1 term
	expect 0 vm-send-process-signal a 1 nop
	[ "$(vm-state a)" = running ]
	expect 0 vm-send-process-signal --pid 1 --signame SIGUSR1 a
	local i
	for i in {1..100}; do [ "$(vm-state a)" = running ] || break; sleep 0.05; done
	contains "$(cat "$BERTH_ROOT/var/lib/berth/lxc/a/last-exit")" "status 7"
}
