#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# A machine under Debian's virsh: through berth-serve, and at its supervisor's own socket. It never gets further than its firmware.

load ../helpers

setup()
{
	[ "$(id -u)" = 0 ] || skip "machines' state is root's here"
	command -v virsh >/dev/null || skip "virsh is not installed (make deps)"
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed (make deps)"
	berth_setup
	export LC_ALL=C.UTF-8 HOME=$SCRATCH
	printf '#!/bin/sh\nexport BERTH_ROOT=%s\nexec %s/helpers/berth-serve\n' "$BERTH_ROOT" "${BERTH_BUILD:-$TOP}" >"$SCRATCH/serve"
	chmod +x "$SCRATCH/serve"
	EXT="qemu+ext:///system?command=$SCRATCH/serve"
	cat >"$SCRATCH/vm.xml" <<-END
		<domain type='qemu'><name>vm</name><uuid>0c7c2f0e-6a52-4f0e-8f35-1d7b3a6e5a01</uuid><memory unit='MiB'>32</memory><vcpu>1</vcpu>
		<os><type arch='x86_64'>hvm</type></os><devices><serial type='pty'/></devices></domain>
	END
}
teardown()
{
	[ -z "${WATCHER-}" ] || kill "$WATCHER" 2>/dev/null || true
	berth_teardown
}

v()
{
	timeout -k 1 60 virsh -q -c "$EXT" "$@"
}

@test "through berth-serve: define, start, suspend, resume, look, events, destroy, undefine" {
	v define "$SCRATCH/vm.xml"
	expect 0 v list --all
	contains "$output" "shut off"
	timeout 60 virsh -q -c "$EXT" event --loop --event lifecycle >"$SCRATCH/events" 2>&1 3>&- &
	WATCHER=$!
	for i in {1..100}; do
		v desc vm "words $i" --config
		[ -s "$SCRATCH/events" ] && break
		sleep 0.05
	done
	v start --paused vm
	[ "$(v domstate vm)" = paused ]
	v resume vm
	[ "$(v domstate --reason vm)" = "running (unpaused)" ]
	v suspend vm
	[ "$(v domstate --reason vm)" = "paused (user)" ]
	expect 0 v dumpxml vm
	contains "$output" "<domain type='qemu' id="
	contains "$output" "<source path='/dev/pts/"
	expect 0 v dominfo vm
	contains "$output" "State:          paused"
	expect 0 v vcpuinfo vm
	expect 0 v domstats vm
	contains "$output" "state.state=3"
	expect 0 v qemu-monitor-command vm --hmp 'info status'
	contains "$output" "paused"
	[ "$(v domid vm)" = "$(vm-id vm)" ]
	vm-resume -q vm
	v destroy vm
	[ "$(v domstate --reason vm)" = "shut off (destroyed)" ]
	v undefine vm
	for i in {1..100}; do
		grep -q Undefined "$SCRATCH/events" && break
		sleep 0.05
	done
	run sed -n "s/^event 'lifecycle' for domain 'vm': \([A-Za-z]*\).*/\1/p" "$SCRATCH/events"
	[[ $(tr '\n' ' ' <<<"$output") == *"Started Suspended Resumed Suspended Resumed Stopped Undefined "* ]] || { cat "$SCRATCH/events"; false; }
	[ -z "$(vm-list --all --name)" ]
}

@test "at its supervisor's socket: virsh lists, looks, stops and goes on; the end is told" {
	vm-define -q "$SCRATCH/vm.xml"
	vm-start -q --paused vm
	local uri="qemu+unix:///system?socket=$BERTH_ROOT/run/berth/qemu/vm/socket"
	expect 0 timeout 20 virsh -q -c "$uri" list
	contains "$output" "vm   paused"
	expect 0 timeout 20 virsh -q -c "$uri" 'resume vm; domstate vm; suspend vm; domstate vm; dumpxml vm'
	contains "$output" running
	contains "$output" "<name>vm</name>"
	timeout 60 virsh -q -c "$uri" event --event lifecycle --loop >"$SCRATCH/events" 2>&1 3>&- &
	WATCHER=$!
	for i in {1..100}; do
		timeout 20 virsh -q -c "$uri" 'resume vm; suspend vm'
		grep -q Resumed "$SCRATCH/events" && break
		sleep 0.05
	done
	timeout 20 virsh -q -c "$uri" destroy vm
	[ "$(vm-state vm)" = "shut off" ]
	for i in {1..100}; do
		grep -q Stopped "$SCRATCH/events" && break
		sleep 0.05
	done
	contains "$(cat "$SCRATCH/events")" "Stopped Destroyed"
}
