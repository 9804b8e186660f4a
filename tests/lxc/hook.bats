#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Hooks in libvirt's form.

load ../helpers
load lxc

setup()
{
	berth_need_containers
	berth_setup
	berth_rootfs
	HOOKS=$BERTH_ROOT/etc/berth/hooks
	mkdir -p "$HOOKS"
	chmod 755 "$BERTH_ROOT/etc" "$BERTH_ROOT/etc/berth" "$HOOKS"
}
teardown() { berth_teardown; }

# hook FILE BODY: a program that notes its arguments and then does BODY
hook()
{
	mkdir -p "$(dirname "$HOOKS/$1")"
	printf '#!/bin/sh\necho "$(basename "$0") $*" >>%s/calls\n%s\n' "$SCRATCH" "${2-}" >"$HOOKS/$1"
	chmod 755 "$HOOKS/$1"
}
calls() { cat "$SCRATCH/calls" 2>/dev/null; }

@test "each operation in its time, with the XML as input, then those of lxc.d" {
	hook lxc "cat >$SCRATCH/xml-\$2"
	hook lxc.d/20-b
	hook lxc.d/10-a
	berth_define a
	vm-start -q a
	vm-destroy -q a
	want="lxc a prepare begin -
10-a a prepare begin -
20-b a prepare begin -
lxc a start begin -
10-a a start begin -
20-b a start begin -
lxc a started begin -
10-a a started begin -
20-b a started begin -
lxc a stopped end -
10-a a stopped end -
20-b a stopped end -
lxc a release end -
10-a a release end -
20-b a release end -"
	[ "$(calls)" = "$want" ] || { diff <(echo "$want") <(calls); return 1; }
	for op in prepare start started stopped release; do
		grep -q "<name>a</name>" "$SCRATCH/xml-$op"
	done
}

@test "one that fails keeps the guest from starting, at each of its three times; nothing is left" {
	local op
	for op in prepare start started; do
		rm -f "$SCRATCH/calls"
		hook lxc "[ \$2 != $op ] || { echo no $op today; exit 3; }"
		berth_define a
		expect 1 vm-start a
		contains "$output" "the hook lxc ($op) exited with status 3: no $op today"
		[ "$(vm-state a)" = "shut off" ]
		contains "$(calls)" "lxc a release end -"
		[ ! -e "$BERTH_ROOT/run/berth/lxc/a" ]
	done
}

@test "a supervisor without privileges has its last hooks run, a reboot has all" {
	hook lxc
	berth_define a "<on_reboot>destroy</on_reboot>"
	vm-start -q a
	vm-shutdown -q a
	lxc_until_off a
	contains "$(calls)" "lxc a stopped end -
lxc a release end -"
	rm "$SCRATCH/calls"
	berth_rootfs 'trap "exit 0" TERM; trap "reboot -f" HUP; echo up; while :; do sleep 1000 & wait $!; done'
	ln -sf busybox "$ROOTFS/bin/reboot"
	berth_define b
	vm-start -q b
	lxc_until grep -q up "$BERTH_ROOT/var/log/berth/lxc/b.console.log"
	vm-reboot -q b
	twice() { [ "$(calls | grep -c "lxc b started begin")" = 2 ]; }
	lxc_until twice
	contains "$(calls)" "lxc b release end -
lxc b prepare begin -"
	# what ended by itself or was adopted is told as well
	kill -9 "$(lxc_supervisor b)"
	lxc_until vm-suspend -q b
	contains "$(calls)" "lxc b reconnect begin -"
}

@test "one that hangs is killed with all that it started" {
	hook lxc "[ \$2 != prepare ] || sleep 1234"
	berth_define a
	expect 1 timeout 30 vm-start a
	contains "$output" "was not done in 10 s: killed"
	! pgrep -f "sleep 1234" || false
	[ "$(vm-state a)" = "shut off" ]
}

@test "P7: what others can change, or what is no program, is not run" {
	hook lxc
	chmod 777 "$HOOKS/lxc"
	berth_define a
	expect 1 vm-start a
	contains "$output" "can be changed by others"
	chmod 644 "$HOOKS/lxc"
	vm-start -q a
	[ -z "$(calls)" ]
	vm-destroy -q a
	# nor are hooks of another kind
	rm "$HOOKS/lxc"
	hook qemu
	vm-start -q a
	[ -z "$(calls)" ]
}
