#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# vm-set: one element of a definition by its path.

load ../helpers

setup() { berth_setup; }
teardown() { berth_teardown; }

define() { berth_define web "" "<interface type='ethernet'><mac address='52:54:00:11:22:33'/></interface><interface type='ethernet'><mac address='52:54:00:11:22:44'/></interface>"; }
xml() { vm-dumpxml --inactive web; }

@test "vm-set: elements, attributes, sizes with units, text that is escaped" {
	define
	expect 0 vm-set web memory=256MiB currentMemory=131072 'title=a <b> & "c"' vcpu=3 vcpu/@current=2
	[ "$output" = "Domain 'web' changed" ]
	contains "$(xml)" "<memory unit='KiB'>262144</memory>"
	contains "$(xml)" "<currentMemory unit='KiB'>131072</currentMemory>"
	contains "$(xml)" "<title>a &lt;b&gt; &amp; &quot;c&quot;</title>"
	contains "$(xml)" "current='2'>3</vcpu>"
	[ "$(vm-desc --title web)" = 'a <b> & "c"' ]
	expect 0 vm-set web vcpu=3
	[ "$output" = "Domain 'web' unchanged" ]
	expect 0 vm-set web title= vcpu/@current= description= features/privnet=yes
	! xml | grep -E 'title|current=' || false
	contains "$(xml)" "<privnet/>"
	expect 0 vm-set web features/privnet=
	! xml | grep privnet || false
}

@test "vm-set: one of several, by its number or by what it has" {
	define
	expect 0 vm-set web 'devices/interface[52:54:00:11:22:44]/link/@state=down' 'devices/interface[1]/mtu/@size=1400'
	[ "$(xml | grep -A4 22:33)" = "      <mac address='52:54:00:11:22:33'/>
      <mtu size='1400'/>
    </interface>
    <interface type='ethernet'>
      <mac address='52:54:00:11:22:44'/>" ] || { xml; return 1; }
	contains "$(xml | grep -A1 22:44)" "state='down'"
	expect 1 vm-set web devices/interface/link/@state=down
	contains "$output" "there are 2 of 'devices/interface': say which, by [1] to [2]"
	expect 3 vm-set web 'devices/interface[eth7]/link/@state=down'
	contains "$output" "there is no 'devices/interface[eth7]' (there are 2 of them)"
	expect 1 vm-set web 'devices/interface[1]='
	contains "$output" "vm-detach-device"
	expect 2 vm-set web 'devices/interface[1=x'
}

@test "vm-set: what a definition does not have is named with what is nearest; nothing is changed" {
	define
	before=$(xml)
	while IFS='|' read -r word status want; do
		expect "$status" vm-set web title=x "$word"
		contains "$output" "$want"
	done <<-'EOF'
		memroy=1|1|did you mean 'memory'?
		devices/interfaces/mac/@address=52:54:00:00:00:01|1|did you mean 'devices/interface/mac/@address'?
		interface/mac/@address=x|1|did you mean 'devices/interface/mac/@address'?
		os/int=/bin/sh|1|did you mean 'os/init'?
		vcpu=zero|1|<vcpu>: 'zero' is not a number
		os=x|1|'os' has parts of its own
		memory|2|no PATH=VALUE
	EOF
	[ "$(xml)" = "$before" ]
	! vm-set web vcpu=zero 2>&1 | grep "line " || false
	expect 2 vm-set web
	expect 3 vm-set nosuch memory=1
	expect 4 vm-set web memory=1 --live
}

@test "vm-set --dry-run and --list" {
	define
	before=$(xml)
	expect 0 vm-set web on_reboot=destroy --dry-run
	contains "$output" "+  <on_reboot>destroy</on_reboot>"
	contains "$output" "would be changed"
	[ "$(xml)" = "$before" ]
	[ "$(vm-set --json web on_reboot=destroy --dry-run | jq -c .)" = '{"name":"web","changed":true}' ]
	[ "$(vm-set --list cputune/shares)" = cputune/shares ]
	[ "$(vm-set --list | sort -u | wc -l)" = "$(vm-set --list | wc -l)" ]
	vm-set --list | grep -qx 'devices/disk/driver/@cache'
}

@test "vm-set of a guest that runs: by the procedure that is there for it, in one definition or in both" {
	berth_need_containers
	berth_rootfs
	define
	vm-start -q web
	expect 0 vm-set web title=live cputune/shares=512 on_crash=restart currentMemory=96MiB
	for what in "<title>live" "<shares>512" "<on_crash>restart" ">98304</currentMemory"; do
		contains "$(vm-dumpxml web)" "$what"
		! xml | grep -F "$what" || false
	done
	expect 0 vm-set web 'devices/interface[1]/link/@state=down' --live --config
	[ "$(vm-exec web -- cat /sys/class/net/eth0/operstate)" = down ]
	contains "$(xml)" "<link state='down'/>"
	expect 0 vm-set web title=x --dry-run
	contains "$output" "-  <title>live</title>"
	! grep -E '^[-+] +<(source|target)' <<<"$output" || false
	expect 1 vm-set web os/init=/bin/sh
	contains "$output" "'os/init' of a running guest cannot be set (set it in its definition: --config)"
	expect 0 vm-set web os/init=/bin/sh --config
	contains "$(xml)" "<init>/bin/sh</init>"
}
