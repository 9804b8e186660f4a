#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a real machine uses, and its disks and I/O threads changed while it runs.

load ../helpers
load machine

setup_file()
{
	DISK=d.img VCPUS=2 VCPUS_NOW=1 machine_setup_file "<memballoon model='virtio'><stats period='1'/></memballoon>
		<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='SCRATCH/d.img'/><target dev='vda' bus='virtio'/></disk>"
}

teardown_file()
{
	[ -z "$SCRATCH" ] || berth_teardown
}

setup()
{
	[ -n "$BERTH_ROOT" ] || skip "no machine"
}

@test "vm-blkstat, vm-blkinfo, vm-blkerror: what the guest wrote is counted" {
	wait_agent
	before=$(vm-blkstat m vda | sed -n 's/^vda wr_bytes //p')
	inside 'dd if=/dev/zero of=/dev/vda bs=64k count=16 2>/dev/null; sync'
	after=$(vm-blkstat m vda | sed -n 's/^vda wr_bytes //p')
	[ $((after - before)) = 1048576 ]
	[[ $(vm-blkinfo m vda) == *8388608* ]]
	[ "$(vm-blkerror m 2>&1)" = "No errors found" ]
	run vm-blkstat m vdz
	[ "$status" = 3 ]
}

@test "vm-memstat, vm-cpu-stats, vm-vcpuinfo, vm-stats: memory by the balloon's driver, processors by their threads" {
	wait_agent
	for ((try = 0; try < 20; try++)); do
		[[ $(vm-memstat m) == *unused* ]] && break
		sleep 0.3
	done
	available=$(vm-memstat m | sed -n 's/^available //p')
	[ "$available" -gt 60000 ] && [ "$available" -lt 131072 ]
	[ "$(vm-memstat m | sed -n 's/^rss //p')" -gt 50000 ]
	vm-cpu-stats m --total | grep -q 'cpu_time  *[1-9]'
	[ "$(vm-vcpuinfo m | grep -c '^VCPU:')" = 1 ]
	vm-vcpuinfo m | grep -q 'CPU time: *[0-9.]*[1-9]'
	stats=$(vm-stats m)
	for field in cpu.time balloon.unused vcpu.0.time block.0.wr.bytes block.0.fl.times iothread.count dirtyrate.calc_status; do
		[[ $stats == *"$field="* ]]
	done
	vm-dirtyrate-calc -q m --seconds 1
	for ((try = 0; try < 20; try++)); do
		[[ $(vm-stats --dirtyrate m) == *megabytes_per_second* ]] && break
		sleep 0.3
	done
	[[ $(vm-stats --dirtyrate m) == *megabytes_per_second* ]]
	run vm-dirtyrate-calc m --seconds 61
	[ "$status" = 2 ]
	run vm-dirtyrate-calc m --mode nonsense
	[ "$status" = 2 ]
}

@test "vm-blockresize: the guest sees the new size" {
	wait_agent
	vm-blockresize -q m vda 16M
	[ "$(stat -c %s "$SCRATCH/d.img")" = 16777216 ]
	[[ $(vm-blkinfo m vda) == *16777216* ]]
	inside 'cat /proc/partitions' | grep -q ' 16384 vda'
	run vm-blockresize m vda
	[ "$status" = 2 ]
	run vm-blockresize m vdz 1G
	[ "$status" = 3 ]
	run vm-blockresize m vda --capacity
	[ "$status" = 4 ]
}

@test "vm-blkthreshold, vm-qemu-monitor-event: an event when a disk is written to beyond a place" {
	wait_agent
	vm-event m --event block-threshold --timeout 20 >"$SCRATCH/ev" 2>&1 &
	one=$!
	vm-qemu-monitor-event m --event 'block_write.*' --regex --no-case --timeout 20 >"$SCRATCH/raw" &
	two=$!
	sleep 0.5
	vm-blkthreshold -q m vda 4M
	inside 'dd if=/dev/zero of=/dev/vda bs=64k seek=80 count=4 2>/dev/null; sync'
	wait $one $two
	grep -q 'vda' "$SCRATCH/ev"
	grep -q 'event BLOCK_WRITE_THRESHOLD' "$SCRATCH/raw"
	run vm-qemu-monitor-event m --timeout 0.1 --event NEVER
	[ "$status" = 6 ]
	run vm-qemu-monitor-event m --regex
	[ "$status" = 2 ]
}

@test "I/O threads come, are tuned and go" {
	vm-iothreadadd -q m 2
	[ "$(vm-iothreadinfo m | grep -c '^ [0-9]')" = 1 ]
	vm-iothreadset -q m 2 --poll-max-ns 5000
	[[ $(vm-stats --iothread m) == *iothread.2.poll-max-ns=5000* ]]
	run vm-iothreadadd m 2
	[ "$status" != 0 ]
	vm-iothreaddel -q m 2
	[[ $(vm-stats --iothread m) == *iothread.count=0* ]]
}

@test "<bandwidth> of an interface limits both ways, vm-iftune changes it, nothing is left" {
	command -v tc >/dev/null || skip "tc is not installed"
	cat >"$SCRATCH/net.sh" <<-'EOS'
		set -e
		sed -e "s|<name>m</name>|<name>n</name>|; s|</devices>|<interface type='ethernet'><mac address='52:54:00:11:22:33'/><target dev='tapq0'/><model type='virtio'/><bandwidth><inbound average='1000' peak='2000' burst='512'/><outbound average='500'/></bandwidth></interface></devices>|" \
			-e '/<disk/d' "$SCRATCH/m.xml" >"$SCRATCH/n.xml"
		vm-create -q --paused "$SCRATCH/n.xml"
		tc class show dev tapq0 | grep -q 'rate 8Mbit ceil 16Mbit'
		tc class show dev vifb0 | grep -q 'rate 4Mbit'
		vm-iftune -q n tapq0 --inbound 3000 --outbound 0 --live
		tc class show dev tapq0 | grep -q 'rate 24Mbit'
		! ip link show vifb0 2>/dev/null
		vm-iftune -q n tapq0 --outbound 100 --live
		vm-ifstat n tapq0 | grep -q rx_bytes
		vm-destroy -q n
		! ip link show tapq0 2>/dev/null
		! ip link show vifb0 2>/dev/null
		echo well
	EOS
	run unshare -n bash "$SCRATCH/net.sh"
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *well ]]
}
