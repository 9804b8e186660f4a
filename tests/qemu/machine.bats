#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real machines (QEMU without KVM): one is booted for all tests, the last of which ends it.

load ../helpers
load machine

setup_file()
{
	MEMORY=192 machine_setup_file "<video><model type='vga'/></video>"
}

teardown_file()
{
	[ -z "$SCRATCH" ] || berth_teardown
}

setup()
{
	[ -n "$BERTH_ROOT" ] || skip "no machine"
}

# What of a QEMU process /proc tells.
of_qemu()
{
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$(qemu_pid)/status" | tr '\t' ' '
}

@test "P1 P3: QEMU is nobody of rank: user, capabilities, filters" {
	[ "$(vm-state m)" = running ]
	[ "$(of_qemu CapPrm)" = 0000000000000000 ]
	[ "$(of_qemu CapBnd)" = 0000000000000000 ]
	[ "$(of_qemu NoNewPrivs)" = 1 ]
	[ "$(of_qemu Seccomp)" = 2 ]
	[[ $(of_qemu Uid) != "0 "* ]]
	[ ! -e "/proc/$(qemu_pid)/root/dev/mem" ]
	[ "$(ls "/proc/$(qemu_pid)/root/dev" | grep -c -E '^(sd|vd|nvme|loop|tty[0-9]|input)')" = 0 ]
}

# What of the supervisor /proc tells.
of_supervisor()
{
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$(supervisor_pid)/status" | tr '\t' ' '
}

@test "P1: the supervisor has given up what it does not need, and laid aside what only operations need" {
	# KILL and DAC_OVERRIDE; with CHOWN FOWNER NET_ADMIN NET_RAW SYS_CHROOT SYS_PTRACE SYS_ADMIN SYS_NICE MKNOD
	for ((try = 0; try < 20; try++)); do
		[ "$(of_supervisor CapEff)" = 0000000000000022 ] && break
		sleep 0.1
	done
	[ "$(of_supervisor CapEff)" = 0000000000000022 ]
	[ "$(of_supervisor CapPrm)" = 0000000008ac302b ]
	[ "$(of_supervisor CapBnd)" = 0000000008ac302b ]
	[ "$(of_supervisor CapAmb)" = 0000000000000000 ]
	[ "$(of_supervisor CapInh)" = 0000000000000000 ]
	[ "$(of_supervisor NoNewPrivs)" = 1 ]
	[ "$(of_supervisor Seccomp)" = 2 ]
}

@test "the agent answers: vm-qemu-agent-command, vm-hostname, vm-guest-agent-timeout, vm-await" {
	vm-await m guest-agent-available --timeout 120
	vm-await m guest-agent-available --timeout 0
	wait_agent
	[ "$(vm-hostname m)" = guest ]
	[ "$(vm-hostname --json m | tr -d ' \n')" = '{"name":"m","hostname":"guest"}' ]
	vm-guest-agent-timeout -q m --timeout 9
	run vm-qemu-agent-command m 'no json'
	[ "$status" = 1 ]
	[[ $output == *"is no JSON object"* ]]
	run vm-qemu-agent-command m '{"execute": "guest-nonsense"}'
	[[ $output == *CommandNotFound* ]]
	# no such thing in busybox: the agent's refusal is an error
	run vm-set-user-password m root secret
	[ "$status" = 1 ]
	run vm-get-user-sshkeys m nobody-there
	[ "$status" = 1 ]
}

@test "suspend, resume; vm-qemu-monitor-command, vm-send-key, vm-inject-nmi" {
	vm-suspend -q m
	[ "$(vm-state --reason m)" = "paused (user)" ]
	run vm-suspend m
	[ "$status" = 4 ]
	vm-resume -q m
	[ "$(vm-state --reason m)" = "running (unpaused)" ]
	[[ $(vm-qemu-monitor-command m '{"execute": "query-status"}') == *'"running":true'* ]]
	[[ $(vm-qemu-monitor-command m --return-value '{"execute": "query-name"}') == '{"name":"m"}' ]]
	vm-send-key m KEY_LEFTSHIFT KEY_B
	vm-send-key m --codeset win32 VK_RETURN
	run vm-send-key m KEY_NONSENSE
	[ "$status" = 2 ]
	vm-inject-nmi m
}

@test "a disk comes and goes, seen from within; its file is lent and given back" {
	wait_agent
	truncate -s 8M "$SCRATCH/d.img"
	chmod 600 "$SCRATCH/d.img"
	vm-attach-disk -q m "$SCRATCH/d.img" vdb --live
	inside 'sleep 1; cat /proc/partitions' | grep -q ' 8192 vda'
	run vm-attach-disk m "$SCRATCH/none.img" vdc --live
	[ "$status" != 0 ]
	[ "$(vm-dumpxml m | grep -c '<disk')" = 1 ]
	vm-detach-disk -q m vdb --live
	! inside 'cat /proc/partitions' | grep -q vda || false
	[ "$(of_supervisor CapEff)" = 0000000000000022 ]
	[ "$(vm-dumpxml m | grep -c '<disk')" = 0 ]
}

@test "the balloon takes memory away: vm-setmem" {
	wait_agent
	vm-setmem -q m 160M --live
	for try in 1 2 3 4 5 6 7 8 9 10; do
		vm-qemu-monitor-command m --hmp info balloon | grep -q 'actual=160' && return 0
		sleep 0.5
	done
	false
}

@test "vm-event: what is changed while it runs: balloon-change, tunable, device-added, device-removed" {
	wait_agent
	truncate -s 8M "$SCRATCH/e.img"
	timeout 60 vm-event m --all --loop >"$SCRATCH/ev" 2>&1 3>&- &
	watcher=$!
	# the first ones may be before the watch
	for ((try = 0; try < 100; try++)); do
		vm-vcpupin -q m 0 0 --live
		grep -q "'tunable' for domain 'm': cputune.vcpupin0: 0" "$SCRATCH/ev" && break
		sleep 0.1
	done
	vm-setmem -q m 150M --live
	vm-attach-disk -q m "$SCRATCH/e.img" vdb --live
	vm-blkdeviotune -q m vdb --total-iops-sec 500 --live
	vm-emulatorpin -q m 0 --live
	vm-detach-disk -q m vdb --live
	for ((try = 0; try < 100; try++)); do
		grep -q device-removed "$SCRATCH/ev" && grep -q balloon-change "$SCRATCH/ev" && break
		sleep 0.1
	done
	kill "$watcher"
	cat "$SCRATCH/ev"
	grep -q "'tunable' for domain 'm': cputune.vcpupin0: 0" "$SCRATCH/ev"
	grep -q "'tunable' for domain 'm': cputune.emulatorpin: 0" "$SCRATCH/ev"
	grep -q "'tunable' for domain 'm': blkdeviotune.disk: vdb, blkdeviotune.total_iops_sec: 500" "$SCRATCH/ev"
	grep -q "'device-added' for domain 'm': virtio-disk1" "$SCRATCH/ev"
	grep -q "'device-removed' for domain 'm': virtio-disk1" "$SCRATCH/ev"
	grep -q "'balloon-change' for domain 'm':" "$SCRATCH/ev"
}

@test "R2: a killed supervisor's machine goes on, is adopted, and is never started twice" {
	old=$(supervisor_pid)
	qemu=$(qemu_pid)
	kill -9 "$old"
	[ "$(vm-state m)" = running ]
	run vm-start m
	[ "$status" = 4 ]
	[ "$(qemu_pid)" = "$qemu" ]
	[ "$(supervisor_pid)" != "$old" ]
	vm-suspend -q m
	vm-resume -q m
	wait_agent
	[ "$(vm-hostname m)" = guest ]
}

@test "vm-reset begins again in the same process" {
	qemu=$(qemu_pid)
	vm-reset -q m
	[ "$(qemu_pid)" = "$qemu" ]
	wait_agent
}

@test "vm-fsfreeze, vm-fsthaw, vm-fstrim, vm-pmsuspend, vm-pmwakeup say what the guest cannot" {
	run vm-pmwakeup m
	[ "$status" = 4 ]
	run vm-pmsuspend m nonsense
	[ "$status" = 2 ]
	for program in vm-fsfreeze vm-fsthaw vm-fstrim; do
		run $program no-such-guest
		[ "$status" = 3 ]
	done
}

@test "the agent shuts it down; what was lent is given back, nothing is left" {
	wait_agent
	vm-shutdown -q --mode agent m
	timeout 60 vm-wait m shut-off 2>/dev/null || for ((try = 0; try < 60; try++)); do [ -d "$BERTH_ROOT/run/berth/qemu/m" ] || break; sleep 0.5; done
	[ "$(vm-state --reason m)" = "shut off (shutdown)" ]
	[ "$(stat -c '%u %g %a' "$SCRATCH/d.img")" = "0 0 600" ]
	[ ! -e "$BERTH_ROOT/run/berth/qemu/m" ]
}
