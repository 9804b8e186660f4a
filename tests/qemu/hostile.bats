#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# QEMUs that do not behave: a script in the place of QEMU, or beside it.

load ../helpers

setup()
{
	[ "$(id -u)" = 0 ] || skip "needs root"
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is not installed"
	berth_setup
	chmod 755 "$SCRATCH"
}

teardown()
{
	[ -z "$SCRATCH" ] || berth_teardown
}

# define NAME EMULATOR
define()
{
	cat >"$SCRATCH/$1.xml" <<-EOX
		<domain type='qemu'><name>$1</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
		<os><type arch='x86_64' machine='q35'>hvm</type></os>
		<devices><emulator>$2</emulator></devices></domain>
	EOX
	vm-define -q "$SCRATCH/$1.xml"
}

@test "G3: what QEMU says on its standard error is kept in bounds, its last words too, and a new supervisor hears it" {
	cat >"$SCRATCH/flood" <<-'EOS'
		#!/bin/sh
		case "$*" in *guest=f*) (l=$(printf '%0999d' 0); i=0; while [ $i -lt 5000 ]; do echo $l >&2; i=$((i + 1)); done; while sleep 0.2; do echo still there >&2; done) & ;; esac
		exec qemu-system-x86_64 "$@"
	EOS
	chmod 755 "$SCRATCH/flood"
	define f "$SCRATCH/flood"
	vm-start -q f
	log=$(vm-log --path f)
	for ((try = 0; try < 50; try++)); do
		grep -q "more than can be kept" "$log" && break
		sleep 0.1
	done
	grep -q "more than can be kept" "$log"
	[ "$(vm-state f)" = running ]
	[ "$(stat -c %s "$log")" -lt 1000000 ]
	old=$(cut -d' ' -f7 "$BERTH_ROOT/run/berth/qemu/f/state")
	kill -9 "$old"
	while kill -0 "$old" 2>/dev/null; do sleep 0.05; done
	vm-suspend -q f
	: >"$log"
	for ((try = 0; try < 50; try++)); do
		grep -q "still there" "$log" && break
		sleep 0.1
	done
	grep -q "still there" "$log"
	vm-destroy -q f
}

@test "G3: a log that has grown too large is turned over" {
	define g "$(command -v qemu-system-x86_64)"
	vm-start -q g
	log=$(vm-log --path g)
	head -c 3000000 /dev/zero | tr '\0' x >>"$log"
	vm-destroy -q g
	[ "$(stat -c %s "$log")" -lt 100000 ]
	[ "$(stat -c %s "$log.1")" -ge 3000000 ]
	[ "$(stat -c %a "$log")" = 600 ]
}

@test "a QEMU that cannot start says why, in the error and in the log" {
	cat >"$SCRATCH/dies" <<-'EOS'
		#!/bin/sh
		case "$*" in *guest=d*) echo "qemu-system-x86_64: no such luck" >&2; exit 1 ;; esac
		exec qemu-system-x86_64 "$@"
	EOS
	chmod 755 "$SCRATCH/dies"
	define d "$SCRATCH/dies"
	run vm-start d
	[ "$status" = 1 ]
	[[ $output == *"no such luck"* ]]
	grep -q "no such luck" "$(vm-log --path d)"
}
