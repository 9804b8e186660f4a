#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Debian's unmodified virsh: tuning and devices, by a container's supervisor and by berth-serve.

load ../helpers

setup()
{
	berth_need_containers
	command -v virsh >/dev/null || skip "virsh is not installed (libvirt-clients)"
	berth_setup
	export LC_ALL=C.UTF-8 HOME=$SCRATCH
	berth_rootfs
	berth_define web
	# libvirt's client runs the command with an environment of its own
	printf '#!/bin/sh\nBERTH_ROOT=%s exec %s\n' "$BERTH_ROOT" "${BERTH_BUILD:-$TOP}/helpers/berth-serve" >"$SCRATCH/serve"
	chmod +x "$SCRATCH/serve"
}
teardown() { berth_teardown; }

# towards the supervisor, and towards berth-serve
v() { timeout 20 virsh -q -c "lxc+unix:///system?socket=$BERTH_ROOT/run/berth/lxc/web/socket" "$@"; }
s() { timeout 20 virsh -q -c "lxc+ext:///system?command=$SCRATCH/serve" "$@"; }

@test "parameters of a container that runs, by its supervisor" {
	vm-start -q web
	expect 0 v memtune web --hard-limit 100000 --swap-hard-limit 200000 --live
	contains "$(v memtune web)" "swap_hard_limit: 200000"
	expect 0 v schedinfo web --set cpu_shares=2048 --live
	contains "$output" "cpu_shares     : 2048"
	expect 0 v setmem web 65536 --live
	contains "$(v dommemstat web)" "actual 65536"
	expect 0 v cpu-stats web --total
	contains "$output" cpu_time
	contains "$(v domstats web)" "cpu.time="
	[ "$(v domcontrol web)" = ok ]
	contains "$(v domjobinfo web)" None
	contains "$(v vcpucount web)" "maximum"
	expect 1 v setmaxmem web 999999 --live
	[ "$(vm-state web)" = running ]
}

@test "devices of a container that runs, live and stored, by its supervisor and by berth-serve" {
	vm-start -q web
	mkdir "$SCRATCH/share"
	echo "<filesystem type='mount'><source dir='$SCRATCH/share'/><target dir='/mnt/x'/></filesystem>" >"$SCRATCH/fs.xml"
	expect 0 v attach-device web "$SCRATCH/fs.xml" --live --config
	contains "$(v dumpxml web)" /mnt/x
	contains "$(s dumpxml web --inactive)" /mnt/x
	contains "$(vm-exec web -- mount)" " on /mnt/x "
	expect 0 s detach-device web "$SCRATCH/fs.xml" --live --config
	[[ $(s dumpxml web) != *"/mnt/x"* ]]
	expect 1 s detach-device web "$SCRATCH/fs.xml" --live
}

@test "a container that is off, by berth-serve: no crash where libvirt 9 has one" {
	expect 0 s schedinfo web
	contains "$output" "cpu_shares"
	expect 0 s schedinfo web --set cpu_shares=512 --config
	contains "$(s schedinfo web --config)" "cpu_shares     : 512"
	expect 1 s schedinfo web --live
	expect 0 s memtune web --soft-limit 50000 --config
	contains "$(s dumpxml web)" "<soft_limit unit='KiB'>50000</soft_limit>"
	expect 0 s blkiotune web --weight 300 --config
	expect 0 s setvcpus web 3 --maximum --config
	expect 0 s attach-interface web bridge br0 --mac 52:54:00:00:00:09 --config
	contains "$(s domiflist web)" br0
	expect 0 s detach-interface web bridge --mac 52:54:00:00:00:09 --config
	contains "$(s domstats web)" "state.state=5"
	expect 0 s nodememstats
	expect 0 s freecell --all
}
