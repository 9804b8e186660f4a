#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The host as its programs tell of it, against what the kernel says.

load ../helpers

setup() { berth_setup; }
teardown() { berth_teardown; }

@test "host-cpustats, host-cpumap, host-maxvcpus" {
	expect 0 host-cpustats
	contains "$output" "idle:"
	[ "$(host-cpustats --json | jq '.idle > 0')" = true ]
	contains "$(host-cpustats --cpu 0 --percent)" "%"
	expect 1 host-cpustats --cpu 99999
	expect 2 host-cpustats --cpu x
	contains "$(host-cpumap)" "CPUs present:   $(nproc --all)"
	[ "$(host-cpumap --json | jq .online)" = "$(nproc --all)" ] || [ "$(nproc)" != "$(nproc --all)" ]
	[ "$(host-maxvcpus -c lxc:///)" -gt 0 ]
}

@test "host-memstats, host-freecell, host-freepages" {
	total=$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)
	[ "$(host-memstats --json | jq .total)" = "$total" ]
	contains "$(host-memstats)" "free   :"
	expect 1 host-memstats --cell 999
	free=$(host-freecell | sed 's/[^0-9]//g')
	[ "$free" -gt 0 ]
	[ "$free" -lt "$total" ]
	contains "$(host-freecell --all)" "Total:"
	[ "$(host-freecell --json --cellno 0 | jq '.[0].free_kib > 0')" = true ]
	expect 1 host-freecell --cellno 999
	expect 2 host-freecell --cellno 0 --all
	contains "$(host-freepages --all)" " 0      4 " || contains "$(host-freepages --all)" " 0   4   "
	expect 2 host-freepages
	expect 1 host-freepages --cellno 0 --pagesize 12345
	! host-freecell >/dev/full 2>/dev/null
}

@test "host-sysinfo" {
	if [ -r /sys/class/dmi/id/sys_vendor ]; then
		expect 0 host-sysinfo
		contains "$output" "<sysinfo type='smbios'>"
	else
		expect 1 host-sysinfo
		contains "$output" "firmware"
	fi
}
