#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Limits that disks of a real QEMU share; and what of a display and of a launch a running machine can be asked.

load ../helpers

setup_file()
{
	[ "$(id -u)" = 0 ] || skip "needs root"
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is not installed"
	berth_setup
	export SCRATCH BERTH_ROOT
	chmod 755 "$SCRATCH"
	truncate -s 8M "$SCRATCH/a.img" "$SCRATCH/b.img"
	cat >"$SCRATCH/t.xml" <<-EOX
		<domain type='qemu'><name>t</name><memory unit='MiB'>32</memory><os><type arch='x86_64' machine='q35'>hvm</type></os>
		<throttlegroups><throttlegroup><group_name>all</group_name><total_bytes_sec>1000000</total_bytes_sec></throttlegroup>
		<throttlegroup><group_name>reads</group_name><read_iops_sec>300</read_iops_sec><read_iops_sec_max>900</read_iops_sec_max></throttlegroup></throttlegroups>
		<devices>
		<disk type='file' device='disk'><source file='$SCRATCH/a.img'/><target dev='vda' bus='virtio'/>
		<throttlefilters><throttlefilter group='reads'/><throttlefilter group='all'/></throttlefilters></disk>
		<graphics type='vnc' port='-1' autoport='yes'/>
		<controller type="pci" index="5" model="pcie-root-port"/><controller type="pci" index="6" model="pcie-root-port"/></devices></domain>
	EOX
	vm-define -q "$SCRATCH/t.xml"
	vm-start -q --paused t
}

teardown_file()
{
	[ -z "$SCRATCH" ] || berth_teardown
}

setup()
{
	[ -n "$BERTH_ROOT" ] || skip "no QEMU"
}

# limits GROUP: what QEMU says.
limits()
{
	vm-qemu-monitor-command t '{"execute": "qom-get", "arguments": {"path": "/objects/throttle-'$1'", "property": "limits"}}' | jq -S -c '.return | with_entries(select(.value > 1))'
}

@test "vm-throttlegrouplist, vm-throttlegroupinfo: what the definition has; QEMU has it, one filter above the other" {
	[ "$(vm-throttlegrouplist --json t | jq -c .)" = '[{"name":"all"},{"name":"reads"}]' ]
	contains "$(vm-throttlegroupinfo t reads)" "read_iops_sec  : 300"
	[ "$(vm-throttlegroupinfo --json t all | jq .total_bytes_sec)" = 1000000 ]
	[ "$(limits all)" = '{"bps-total":1000000}' ]
	[ "$(limits reads)" = '{"iops-read":300,"iops-read-max":900}' ]
	nodes=$(vm-qemu-monitor-command t '{"execute": "query-named-block-nodes"}' | jq -r '.return[] | select(.drv == "throttle") | ."node-name" + " " + (.file | tostring)')
	[ "$(wc -l <<<"$nodes")" = 2 ]
	contains "$(tr '\0' '\n' <"/proc/$(cut -d' ' -f4 "$BERTH_ROOT/run/berth/qemu/t/state")/cmdline" | grep virtio-blk)" '"drive":"libvirt-1-filter0"'
}

@test "vm-throttlegroupset: live, stored and both; a group that is there is changed in place" {
	vm-throttlegroupset -q t all --total-bytes-sec 2M --live
	[ "$(limits all)" = '{"bps-total":2097152}' ]
	contains "$(vm-dumpxml --inactive t)" "<total_bytes_sec>1000000</total_bytes_sec>"
	vm-throttlegroupset -q t all --total-bytes-sec 0 --write-iops-sec 50 --write-iops-sec-max 80 --write-iops-sec-max-length 3 --live --config
	[ "$(limits all)" = '{"iops-write":50,"iops-write-max":80,"iops-write-max-length":3}' ]
	contains "$(vm-dumpxml --inactive t)" "<write_iops_sec>50</write_iops_sec>"
	run vm-throttlegroupset t all --total-iops-sec 5 --read-iops-sec 5
	[ "$status" = 1 ]
	contains "$output" "cannot be set at the same time"
	[ "$(limits all)" = '{"iops-write":50,"iops-write-max":80,"iops-write-max-length":3}' ]
}

@test "a group is made, a disk with it comes and goes, the group is removed; one in use is not" {
	vm-throttlegroupset -q t new --total-iops-sec 70 --live --config
	[ "$(limits new)" = '{"iops-total":70}' ]
	cat >"$SCRATCH/b.xml" <<-EOX
		<disk type='file' device='disk'><source file='$SCRATCH/b.img'/><target dev='vdb' bus='virtio'/>
		<throttlefilters><throttlefilter group='new'/></throttlefilters></disk>
	EOX
	vm-attach-device -q t "$SCRATCH/b.xml" --config --live
	[ "$(vm-qemu-monitor-command t '{"execute": "query-named-block-nodes"}' | jq '[.return[] | select(.drv == "throttle")] | length')" = 3 ]
	run vm-throttlegroupdel t new --live
	[ "$status" = 4 ]
	contains "$output" "'new' is used by disk vdb"
	vm-detach-disk -q t vdb --config
	vm-throttlegroupdel -q t new --config
	[ "$(vm-throttlegrouplist --inactive --json t | jq length)" = 2 ]
	run vm-throttlegroupdel t none
	[ "$status" = 1 ]
	contains "$output" "no throttle group 'none'"
	run vm-throttlegroupinfo t none
	[ "$status" = 3 ]
}

@test "filters of groups that are not there, and beside <iotune>, are refused" {
	sed 's/<name>t</<name>u</; s/group=.reads./group="gone"/' "$SCRATCH/t.xml" >"$SCRATCH/u.xml"
	run vm-define "$SCRATCH/u.xml"
	[ "$status" = 1 ]
	contains "$output" "there is no throttle group 'gone'"
	sed 's/<name>t</<name>u</; s|<throttlefilters>|<iotune><total_iops_sec>5</total_iops_sec></iotune>&|' "$SCRATCH/t.xml" >"$SCRATCH/u.xml"
	run vm-define "$SCRATCH/u.xml"
	[ "$status" = 1 ]
	contains "$output" "exclude each other"
}

@test "vm-display-reload: QEMU is asked, and says what is missing; a guest without VNC has none" {
	run vm-display-reload t
	echo "$output"
	# its display is one without TLS
	[ "$status" = 1 ]
	contains "$output" "tls"
	run vm-display-reload t --type spice
	[ "$status" = 2 ]
	run vm-display-reload gone
	[ "$status" = 3 ]
}

@test "vm-launchsecinfo, vm-setlaunchsecstate: of a machine that is no confidential one" {
	[ "$(vm-launchsecinfo -q t)" = "" ]
	[ "$(vm-launchsecinfo --json t)" = '{"name": "t"}' ] || [ "$(vm-launchsecinfo --json t | jq -c .)" = '{"name":"t"}' ]
	echo aGVsbG8= >"$SCRATCH/secret"
	run vm-setlaunchsecstate t --secrethdr "$SCRATCH/secret" --secret "$SCRATCH/secret"
	[ "$status" = 1 ]
	contains "$output" "no confidential one"
	run vm-setlaunchsecstate t --secret "$SCRATCH/secret"
	[ "$status" = 2 ]
	run vm-setlaunchsecstate t --secrethdr "$SCRATCH/gone" --secret "$SCRATCH/secret"
	[ "$status" = 1 ]
	run vm-setlaunchsecstate t --secrethdr "$SCRATCH/secret" --secret "$SCRATCH/secret" --set-address here
	[ "$status" = 2 ]
}

@test "virsh, over the wire: domlaunchsecinfo, domsetlaunchsecstate" {
	command -v virsh >/dev/null || skip "virsh is not installed"
	uri="qemu+unix:///system?socket=$BERTH_ROOT/run/berth/qemu/t/socket"
	virsh -c "$uri" domlaunchsecinfo t
	echo aGVsbG8= >"$SCRATCH/secret"
	run virsh -c "$uri" domsetlaunchsecstate t --secrethdr "$SCRATCH/secret" --secret "$SCRATCH/secret"
	[ "$status" = 1 ]
	contains "$output" "no confidential one"
}
