#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# qemu:///session: an ordinary user's machines, without anybody's help.

load ../helpers

NOBODY=65534

setup()
{
	[ "$(id -u)" = 0 ] || skip "needs root, to become somebody else"
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is not installed"
	berth_setup
	chmod 755 "$SCRATCH"
	mkdir "$SCRATCH/home" "$SCRATCH/runtime"
	chmod 700 "$SCRATCH/runtime"
	chown $NOBODY:$NOBODY "$SCRATCH/home" "$SCRATCH/runtime"
	as_nobody vm-list >/dev/null 2>&1 || skip "this folder is not for everybody to look into"
	cat >"$SCRATCH/m.xml" <<-EOX
		<domain type='qemu'><name>mine</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='pc'>hvm</type></os>
		<devices><serial type='pty'/><console type='pty'/><interface type='user'/><graphics type='vnc'/><video><model type='vga'/></video></devices></domain>
	EOX
}

teardown()
{
	[ -z "$SCRATCH" ] || as_nobody vm-destroy -q --all >/dev/null 2>&1 || true
	berth_teardown
}

as_nobody()
{
	setpriv --reuid=$NOBODY --regid=$NOBODY --clear-groups env -u BERTH_ROOT HOME="$SCRATCH/home" XDG_RUNTIME_DIR="$SCRATCH/runtime" "$@"
}

state_of()
{
	cut -d' ' -f"$1" "$SCRATCH/runtime/berth/qemu/mine/state"
}

@test "an ordinary user defines, starts, looks at, talks to, and ends a machine" {
	expect 0 as_nobody vm-define -c qemu:///session "$SCRATCH/m.xml"
	[ -e "$SCRATCH/home/.local/state/berth/qemu/mine/config.xml" ]
	expect 0 as_nobody vm-start mine
	[ "$(as_nobody vm-state mine)" = running ]
	[ "$(stat -c %u "/proc/$(state_of 4)")" = $NOBODY ]
	contains "$(as_nobody vm-qemu-monitor-command mine --hmp 'info status')" "running"
	contains "$(as_nobody timeout 1 vm-console mine 2>&1 </dev/null || true)" "Connected to domain 'mine'"
	[ "$(as_nobody vm-screenshot mine - | head -c 2)" = P6 ]
	contains "$(as_nobody vm-info mine)" "CPU time"
	# what holds a guest to a limit is the system's, and said to be missing
	expect 1 as_nobody vm-memtune mine --hard-limit 100M --live
	contains "$output" "control group"
	# root's machines are others
	[ -z "$(vm-list --all --name)" ]
	expect 0 as_nobody vm-destroy mine
	[ "$(as_nobody vm-state mine)" = "shut off" ]
	expect 0 as_nobody vm-undefine mine
	[ -z "$(as_nobody vm-list --all --name)" ]
	expect 0 as_nobody host-check
}

@test "R2: a killed supervisor's machine of an ordinary user goes on, is adopted, and ends" {
	as_nobody vm-define -q -c qemu:///session "$SCRATCH/m.xml"
	as_nobody vm-start -q mine
	qemu=$(state_of 4) supervisor=$(state_of 7)
	kill -9 "$supervisor"
	contains "$(as_nobody vm-qemu-monitor-command mine --hmp 'info status')" "running"
	[ "$(state_of 4)" = "$qemu" ]
	[ "$(state_of 7)" != "$supervisor" ]
	as_nobody vm-destroy -q mine
	berth_gone "$qemu"
}
