#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is the same for every program: help, version, wrong use, output that cannot be written.

load ../helpers

setup() { berth_setup; }
teardown() { berth_teardown; }

programs() { for source in "$TOP"/bin/*.c; do basename "$source" .c; done; }

@test "--help prints the usage and every common option" {
	for program in $(programs); do
		expect 0 "$program" --help
		contains "$output" "Usage: $program "
		for option in '-c, --connect URI' '-q, --quiet' '--json' '-h, --help' '--version'; do
			contains "$output" "$option"
		done
	done
}

@test "--version names the program" {
	for program in $(programs); do
		expect 0 "$program" --version
		[[ $output == "$program (berth) "* ]]
	done
}

@test "an unknown option is status 2, with a hint and nothing on standard output" {
	for program in $(programs); do
		run_apart "$program" --no-such-option
		[ "$status" = 2 ]
		[ "$errors" = "$program: --no-such-option: unknown option (see $program --help)" ]
		[ -z "$output" ]
	done
}

@test "too many arguments are status 2" {
	for program in vm-list host-info host-capabilities host-hostname host-uri host-version host-check vm-autostart-all vm-shutdown-all; do
		expect 2 "$program" extra
		contains "$output" "one argument too many: 'extra'"
	done
	expect 2 vm-rename a b c
	expect 2 vm-dumpxml a b
	expect 2 vm-console a b
	expect 2 vm-edit a b
	expect 2 vm-create a b
}

@test "a missing argument is status 2 and is named" {
	for program in vm-start vm-destroy vm-suspend vm-resume vm-shutdown vm-reboot vm-undefine vm-info vm-state vm-id vm-name vm-uuid \
		vm-dumpxml vm-edit vm-console vm-autostart vm-desc vm-log vm-reexec vm-exec vm-metadata vm-wait vm-rename; do
		expect 2 "$program"
		contains "$output" "$program: GUEST"
		contains "$output" "is missing"
	done
	expect 2 vm-define
	contains "$output" "vm-define: FILE is missing"
	expect 2 vm-create
	expect 2 vm-wait web
	expect 2 vm-exec web
	expect 2 vm-exec web --
}

@test "no such guest is status 3" {
	for program in vm-start vm-destroy vm-suspend vm-resume vm-shutdown vm-reboot vm-undefine vm-info vm-state vm-id vm-name vm-uuid \
		vm-dumpxml vm-edit vm-console vm-autostart vm-desc vm-log vm-reexec; do
		expect 3 "$program" nobody
		contains "$output" "$program: "
		contains "$output" "nobody"
	done
	expect 3 vm-rename nobody somebody
	expect 3 vm-exec nobody true
	expect 3 vm-metadata nobody http://example.com/x
}

@test "the same with --domain, after -- and by UUID" {
	expect 3 vm-state --domain nobody
	expect 3 vm-state --domain=nobody
	expect 3 vm-state -- -rf
	contains "$output" "-rf"
	expect 3 vm-state 6f1a1f2e-8f4c-4a8e-9f61-1c6ac2a0a5f0
	expect 3 vm-state 4711
}

@test "arguments can be named, as virsh spells them, in any order" {
	export BERTH_URI=test:///default
	expect 0 vm-setmem --domain test --size 1G --config
	expect 0 vm-setmem --size 1G --config test
	expect 0 vm-setmem --config test --size 1G
	expect 0 vm-desc test --new-desc two --new-desc words
	[ "$(vm-desc --domain test)" = "two words" ]
	[ "$(vm-attach-disk --print-xml --target vdb --domain test /a)" = "$(vm-attach-disk --print-xml test /a vdb)" ]
	expect 2 vm-setmem --size 1G
	contains "$output" "vm-setmem: GUEST is missing"
	expect 2 vm-setmem test
	contains "$output" "vm-setmem: SIZE is missing"
	expect 2 vm-setmem test 1G --size 1G
	contains "$output" "one argument too many: '1G'"
	expect 2 vm-vcpupin test --cpulist 0
	contains "$output" "VCPU is missing"
}

@test "R20: a full disk behind standard output is an error" {
	for program in $(programs); do
		run_apart bash -c "$program --help >/dev/full"
		[ "$status" = 1 ]
		[ "$errors" = "$program: standard output could not be written: No space left on device" ]
	done
	for command in vm-list "vm-list --all --json" host-uri host-hostname host-info host-version host-capabilities; do
		run_apart bash -c "$command >/dev/full"
		[ "$status" = 1 ]
		contains "$errors" "standard output could not be written"
	done
}

@test "R20 P6: a closed standard output is an error, closed input and error are harmless" {
	run_apart bash -c "vm-list >&-"
	[ "$status" = 1 ]
	run_apart bash -c "host-uri <&- 2>&-"
	[ "$status" = 0 ]
	[ "$output" = "$(host-uri)" ]
	run_apart bash -c "vm-state nobody 2>&- <&-"
	[ "$status" = 3 ]
}

@test "a connection that cannot be had is status 7" {
	for uri in nosuch:///system 'lxc+unix:///system?socket=/nonexistent/socket' 'qemu+ssh://host/system' 'lxc+ext:///system' \
		'lxc+ext:///system?command=/nonexistent/program' 'not a uri'; do
		expect 7 vm-list -c "$uri"
		expect 7 vm-state -c "$uri" web
	done
	BERTH_URI=nosuch:///system expect 7 vm-list
	LIBVIRT_DEFAULT_URI=nosuch:///system expect 7 vm-list
	BERTH_URI=lxc:///system LIBVIRT_DEFAULT_URI=nosuch:///system expect 0 vm-list
	expect 0 vm-list -c lxc:///system
}

@test "options that exclude each other are status 2" {
	expect 2 vm-define --print-xml --dry-run x.xml
	expect 2 vm-define --driver lxc x.xml
	expect 2 vm-undefine --nvram --keep-nvram web
	expect 2 vm-start --all web
	expect 2 vm-start --console a b
	expect 2 vm-start --autodestroy --all
	expect 2 vm-list --name --id
	expect 2 vm-list --table --uuid
	expect 2 vm-dumpxml --wrap web
	expect 2 vm-desc --live --current web
	expect 2 vm-desc --edit web text
	expect 2 vm-metadata web uri --set '<a/>' --remove
	expect 2 vm-metadata web uri --set '<a/>'
	expect 2 vm-event --all --event reboot
	expect 2 vm-event --event nosuch
	expect 2 vm-wait web sleeping
	expect 2 vm-wait web running --timeout soon
	expect 2 vm-shutdown --mode nicely web
	expect 2 vm-reboot --mode acpi,nicely web
	expect 2 vm-console --escape long web
	expect 2 vm-log --lines many web
	expect 2 vm-exec --env WRONG web true
	expect 2 vm-exec --tty --no-tty web true
	expect 2 vm-shutdown-all --parallel many
	expect 2 vm-autostart-all --timeout -1
}

@test "what an argument holds reaches a terminal with its control characters shown" {
	run_apart vm-state $'a\e[31mb\x07'
	contains "$errors" 'a\x1b[31mb\x07'
	[[ $errors != *$'\e'* ]]
}
