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
	! host-freecell >/dev/full 2>/dev/null || false
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

# Runs a command where /sys is made up, so that nothing of the machine's own is set: faked COMMAND...
faked()
{
	[ "$(id -u)" = 0 ] || skip "needs root"
	mkdir -p "$SCRATCH/sys"
	unshare -m sh -c 'mount --bind "$0" /sys && exec "$@"' "$SCRATCH/sys" "$@"
}

# made FILE TEXT, below the made-up /sys
made()
{
	mkdir -p "$SCRATCH/sys/${1%/*}"
	echo "$2" >"$SCRATCH/sys/$1"
}

@test "host-allocpages: the pool is set, added to, and left alone when it cannot be" {
	local pool=kernel/mm/hugepages/hugepages-2048kB/nr_hugepages node=devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages
	made $pool 3
	made $node 1
	expect 0 faked host-allocpages 2M 5
	[ "$(cat "$SCRATCH/sys/$pool")" = 5 ]
	expect 0 faked host-allocpages 2048 2 --add -c qemu:///system
	[ "$(cat "$SCRATCH/sys/$pool")" = 7 ]
	expect 0 faked host-allocpages 2M 4 --cellno 1
	[ "$(cat "$SCRATCH/sys/$node")" = 4 ]
	[ "$(cat "$SCRATCH/sys/$pool")" = 7 ]
	# a node that is missing is node 0 on a host without nodes, and no node else
	expect 0 faked host-allocpages 2M 6 --cellno 0
	expect 1 faked host-allocpages 2M 6 --cellno 2
	contains "$output" "no pages of 2048 KiB on node 2"
	expect 4 faked host-allocpages 4 1
	contains "$output" "only huge pages have a pool"
	expect 1 faked host-allocpages 1G 1
	contains "$output" "no pages of 1048576 KiB"
	expect 2 faked host-allocpages 2M x
	expect 2 faked host-allocpages 2M 1 --all --cellno 0
	expect 2 host-allocpages 0 1
	# a kernel's file that takes 0 and then holds something else
	expect 1 faked sh -c "mount --bind /proc/\$\$/timerslack_ns /sys/$pool && exec host-allocpages 2M 0"
	contains "$output" "50000 pages of 2048 KiB are in use: nothing was changed"
}

@test "host-memory-tune: what the kernel merges, and how" {
	local ksm=kernel/mm/ksm name
	for name in run:1 pages_to_scan:100 sleep_millisecs:20 pages_shared:5 pages_sharing:6 pages_unshared:7 pages_volatile:8 full_scans:9; do
		made "$ksm/${name%:*}" "${name#*:}"
	done
	[ "$(faked host-memory-tune --json | jq -c '[.shm_pages_to_scan, .shm_pages_shared, .shm_full_scans, .shm_merge_across_nodes]')" = "[100,5,9,null]" ]
	expect 0 faked host-memory-tune --shm-pages-to-scan 200 --shm-sleep-millisecs 30
	[ "$(cat "$SCRATCH/sys/$ksm/pages_to_scan" "$SCRATCH/sys/$ksm/sleep_millisecs" | tr '\n' ' ')" = "20030" ]
	# one that cannot be set: the other is not either
	expect 4 faked host-memory-tune --shm-pages-to-scan 300 --shm-merge-across-nodes 0
	contains "$output" "no /sys/kernel/mm/ksm/merge_across_nodes"
	[ "$(cat "$SCRATCH/sys/$ksm/pages_to_scan")" = 200 ]
	made $ksm/merge_across_nodes 1
	expect 0 faked host-memory-tune --shm-merge-across-nodes 0
	contains "$(faked host-memory-tune)" "shm_merge_across_nodes: 0"
	expect 2 faked host-memory-tune --shm-pages-to-scan x
	rm -r "$SCRATCH/sys/$ksm"
	expect 1 faked host-memory-tune
	contains "$output" "no KSM"
}

@test "host-suspend: the clock is set, then the kernel is told; what it does not offer is refused" {
	made power/state "freeze mem disk"
	made power/disk "[platform] shutdown reboot"
	made class/rtc/rtc0/wakealarm ""
	expect 0 faked host-suspend mem 60
	[ "$(cat "$SCRATCH/sys/power/state" "$SCRATCH/sys/class/rtc/rtc0/wakealarm")" = mem+60 ]
	made power/state "freeze mem disk"
	expect 0 faked host-suspend disk 3600
	[ "$(cat "$SCRATCH/sys/power/disk" "$SCRATCH/sys/power/state" "$SCRATCH/sys/class/rtc/rtc0/wakealarm")" = platformdisk+3600 ]
	made power/state "freeze disk"
	made power/disk "[platform] shutdown"
	expect 1 faked host-suspend hybrid 60
	contains "$output" "does not offer 'hybrid'"
	made power/disk "[platform] suspend"
	expect 0 faked host-suspend hybrid 60
	[ "$(cat "$SCRATCH/sys/power/disk")" = suspend ]
	made power/state "freeze"
	made class/rtc/rtc0/wakealarm ""
	expect 1 faked host-suspend mem 60
	[ ! -s "$SCRATCH/sys/class/rtc/rtc0/wakealarm" ] || [ "$(cat "$SCRATCH/sys/class/rtc/rtc0/wakealarm")" = "" ]
	expect 1 faked host-suspend mem 59
	contains "$output" "at least 60 seconds"
	expect 2 faked host-suspend nap 60
	expect 2 faked host-suspend mem soon
	# what the kernel refuses then: no alarm is left
	made power/state "mem"
	expect 1 faked sh -c 'mount --bind /sys/power/state /sys/power/state && mount -o remount,bind,ro /sys/power/state && exec host-suspend mem 60'
	[ "$(cat "$SCRATCH/sys/class/rtc/rtc0/wakealarm")" = 0 ]
	rm -r "$SCRATCH/sys/class"
	expect 1 faked host-suspend mem 60
	contains "$output" "no clock that would wake it"
}

@test "host-sevinfo: a host that has none says what it takes" {
	expect 1 host-sevinfo -c lxc:///system
	contains "$output" "no confidential guests"
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is not installed"
	[ ! -e /dev/sev ] || skip "this host has SEV"
	expect 1 host-sevinfo
	contains "$output" "/dev/sev"
}

@test "what is set of the host, by virsh through berth-serve, and by whom it may be" {
	command -v virsh >/dev/null || skip "libvirt-clients is not installed"
	local ksm=kernel/mm/ksm name uri="qemu+ext:///system?command=${BERTH_BUILD:-$TOP}/helpers/berth-serve"
	for name in run:1 pages_to_scan:100 sleep_millisecs:20 pages_shared:5 pages_sharing:6 pages_unshared:7 pages_volatile:8 full_scans:9 merge_across_nodes:1; do
		made "$ksm/${name%:*}" "${name#*:}"
	done
	made kernel/mm/hugepages/hugepages-2048kB/nr_hugepages 0
	made power/state "freeze"
	expect 0 faked virsh -c "$uri" node-memory-tune
	contains "$output" "shm_merge_across_nodes 1"
	expect 0 faked virsh -c "$uri" node-memory-tune --shm-pages-to-scan 77
	[ "$(cat "$SCRATCH/sys/$ksm/pages_to_scan")" = 77 ]
	expect 0 faked virsh -c "$uri" allocpages 2M 3
	[ "$(cat "$SCRATCH/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")" = 3 ]
	expect 1 faked virsh -c "$uri" nodesuspend mem 60
	contains "$output" "does not offer 'mem'"
	expect 1 faked virsh -r -c "$uri" node-memory-tune --shm-pages-to-scan 78
	[ "$(cat "$SCRATCH/sys/$ksm/pages_to_scan")" = 77 ]
}
