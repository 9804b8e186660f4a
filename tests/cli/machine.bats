#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs that ask a running machine: what they say where there is none. tests/qemu has the machines.

load ../helpers

setup() { berth_setup; }
teardown() { berth_teardown; }

@test "a guest that is not there is status 3" {
	for program in vm-reset vm-inject-nmi vm-pmwakeup vm-hostname vm-fsfreeze vm-fsthaw vm-fstrim vm-guest-agent-timeout; do
		run $program none
		[ "$status" = 3 ] || { echo "$program: $status $output"; false; }
	done
	for command in "vm-pmsuspend none mem" "vm-set-user-password none root secret" "vm-get-user-sshkeys none root" "vm-send-key none KEY_A" \
		"vm-qemu-agent-command none {}" "vm-qemu-monitor-command none {}"; do
		run $command
		[ "$status" = 3 ] || { echo "$command: $status $output"; false; }
	done
}

@test "arguments that are missing are status 2" {
	for program in vm-reset vm-pmsuspend vm-set-user-password vm-get-user-sshkeys vm-send-key; do
		run $program
		[ "$status" = 2 ] || { echo "$program: $status $output"; false; }
	done
}
