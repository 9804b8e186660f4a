#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs that ask the agent in a machine, and those that switch its CPUs: their arguments, and what they say where there is no machine.

load ../helpers

setup()
{
	berth_setup
	cat >"$SCRATCH/web.xml" <<-EOF
		<domain type='lxc'><name>web</name><memory unit='KiB'>131072</memory><vcpu>4</vcpu>
		<os><type>exe</type><init>/bin/sh</init></os>
		<devices><filesystem type='mount'><source dir='/srv/root'/><target dir='/'/></filesystem></devices></domain>
	EOF
	vm-define -q "$SCRATCH/web.xml"
	printf '# mine\n\nssh-ed25519 AAAA me\n' >"$SCRATCH/keys"
}

teardown()
{
	test-reset -q -c test:///default
	berth_teardown
}

# each program with arguments that are right
commands()
{
	local guest=$1
	printf '%s\n' "vm-fsinfo $guest" "vm-guestinfo $guest --os --user" "vm-time $guest" "vm-time $guest --now" "vm-time $guest --time 1000" \
		"vm-set-user-sshkeys $guest root --file $SCRATCH/keys" "vm-set-user-sshkeys $guest root --reset" "vm-guestvcpus $guest" \
		"vm-guestvcpus $guest --cpulist 1 --disable"
}

@test "a guest that is not there is status 3, one that does not run status 4" {
	local command
	while read -r command; do
		expect 3 $command
		contains "$output" none
	done < <(commands none; echo "vm-setvcpu none 1 --enable")
	while read -r command; do
		expect 4 $command
		contains "$output" web
	done < <(commands web)
}

@test "a driver says what its guests' agents do not answer" {
	local command
	for command in "vm-guestinfo test --os --user" "vm-set-user-sshkeys test root --reset" "vm-guestvcpus test"; do
		expect 1 $command -c test:///default
		contains "$output" "the driver test cannot do this with a guest that runs: virDomain"
	done
}

@test "arguments that are wrong are status 2, before anybody is asked" {
	local command
	for command in vm-fsinfo vm-guestinfo vm-time "vm-time none --now --sync" "vm-time none --time noon" "vm-time none --time -1" \
		"vm-set-user-sshkeys none" "vm-set-user-sshkeys none root" "vm-set-user-sshkeys none root --reset --remove" \
		"vm-guestvcpus none --cpulist 1" "vm-guestvcpus none --enable" "vm-guestvcpus none --cpulist 1 --enable --disable" \
		"vm-setvcpu none" "vm-setvcpu none 1" "vm-setvcpu none 1 --enable --disable" "vm-setvcpu none 1 --enable --live --current"; do
		expect 2 $command
	done
}

@test "vm-set-user-sshkeys: a file that is missing, or has no keys" {
	expect 1 vm-set-user-sshkeys web root --file "$SCRATCH/nothing"
	contains "$output" "$SCRATCH/nothing"
	echo "# none" >"$SCRATCH/empty"
	expect 1 vm-set-user-sshkeys web root --file "$SCRATCH/empty"
	contains "$output" "no keys in $SCRATCH/empty"
}

@test "vm-setvcpu: a CPU of the definition, and one that it does not have" {
	expect 1 vm-setvcpu web 9 --enable
	vm-setvcpu web 3 --disable
	vm-dumpxml --inactive web >"$SCRATCH/after"
	cat "$SCRATCH/after"
	grep -q "current='3'" "$SCRATCH/after"
}
