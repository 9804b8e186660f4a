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

# A machine "k" that does not boot, with the elements and the type given.
paused_machine()
{
	qemu-img create -q -f qcow2 "$SCRATCH/base.qcow2" 16M
	qemu-img create -q -f qcow2 -b base.qcow2 -F qcow2 "$SCRATCH/top.qcow2"
	cat >"$SCRATCH/k.xml" <<-EOX
		<domain type='$1'>
		  <name>k</name><memory unit='MiB'>32</memory><vcpu>2</vcpu>
		  <os><type arch='x86_64' machine='q35'>hvm</type></os>
		  <cpu mode='custom' check='none'><model>qemu64</model></cpu>
		  $2
		  <devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='$SCRATCH/top.qcow2'/><target dev='vda' bus='virtio'/>
		  <backingStore type='file'><format type='qcow2'/><source file='$SCRATCH/base.qcow2'/></backingStore></disk></devices>
		</domain>
	EOX
	vm-create -q --paused "$SCRATCH/k.xml"
}

# stat NAME: one value of k's statistics.
stat_of()
{
	vm-stats k "${@:2}" | sed -n "s/^  $1=//p"
}

@test "vm-perf: the kernel counts what it is told to, from the start and while the machine runs" {
	paused_machine qemu "<perf><event name='page_faults' enabled='yes'/></perf>"
	[ "$(stat_of perf.page_faults)" -gt 0 ]
	[ -z "$(stat_of perf.task_clock)" ]
	vm-perf -q k --enable task_clock,context_switches --disable page_faults --live
	vm-resume -q k
	for ((try = 0; try < 50; try++)); do
		[ "$(stat_of perf.task_clock --perf)" -gt 1000000 ] && break
		sleep 0.1
	done
	[ "$(stat_of perf.task_clock --perf)" -gt 1000000 ]
	[ -z "$(stat_of perf.page_faults)" ]
	vm-perf k | grep -q '^task_clock *: enabled'
	# one that nobody counts changes nothing
	run vm-perf k --enable cpu_migrations,cmt --live
	[ "$status" = 1 ]
	[[ $output == *"do not count the performance event 'cmt'"* ]]
	[ -z "$(stat_of perf.cpu_migrations)" ]
	kill -9 "$(cut -d' ' -f7 "$BERTH_ROOT/run/berth/qemu/k/state")"
	[ "$(stat_of perf.task_clock)" -gt 0 ]
	vm-destroy -q k
}

@test "vm-numatune: nodes of a machine that runs" {
	paused_machine qemu "<numatune><memory mode='strict' nodeset='0'/></numatune>"
	[[ $(grep Mems_allowed_list "/proc/$(cut -d' ' -f4 "$BERTH_ROOT/run/berth/qemu/k/state")/status") == *0 ]]
	grep -q cpuset: "/proc/$(cut -d' ' -f4 "$BERTH_ROOT/run/berth/qemu/k/state")/cgroup" &&
		grep -q 'cpuset:.*qemu-k$' "/proc/$(cut -d' ' -f4 "$BERTH_ROOT/run/berth/qemu/k/state")/cgroup"
	vm-numatune -q k --nodeset 0 --live
	run vm-numatune k --nodeset 1023 --live
	[ "$status" != 0 ]
	run vm-numatune k --mode interleave --nodeset 0 --live
	[ "$status" = 4 ]
	[[ $output == *"mode of memory cannot be changed"* ]]
	vm-numatune k | grep -q 'numa_nodeset *: 0$'
	vm-destroy -q k
}

@test "vm-stats: names of libvirt's groups, images below the disks, what KVM counts" {
	paused_machine qemu ""
	stats=$(vm-stats k)
	for field in vcpu.0.delay vcpu.1.delay block.0.backingIndex block.0.fl.reqs cpu.user state.reason balloon.rss dirtyrate.calc_mode; do
		[[ $stats == *"$field="* ]]
	done
	vm-blkthreshold -q k vda 4096
	[ "$(stat_of block.0.threshold)" = 4096 ]
	[ "$(stat_of block.count)" = 1 ]
	[ "$(stat_of block.count --block --backing)" = 2 ]
	[ "$(stat_of block.1.path --block --backing)" = "$SCRATCH/base.qcow2" ]
	[ "$(stat_of block.1.capacity --block --backing)" = 16777216 ]
	[ "$(stat_of block.1.backingIndex --block --backing)" -gt 1 ]
	vm-destroy -q k
	python3 -c 'import fcntl, os; fcntl.ioctl(os.open("/dev/kvm", os.O_RDWR), 0xAE01, 0)' 2>/dev/null || skip "the rest: this host has no KVM"
	paused_machine kvm ""
	[ -n "$(stat_of vcpu.1.exits.sum)" ]
	[ -n "$(stat_of vm.remote_tlb_flush.sum)" ]
	[ -n "$(stat_of cpu.haltpoll.fail.time)" ]
	[[ $(vm-stats k --vm) != *exits* ]]
	vm-destroy -q k
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
		! ip link show vifb0 2>/dev/null || false
		vm-iftune -q n tapq0 --outbound 100 --live
		vm-ifstat n tapq0 | grep -q rx_bytes
		vm-destroy -q n
		! ip link show tapq0 2>/dev/null || false
		! ip link show vifb0 2>/dev/null || false
		echo well
	EOS
	run unshare -n bash "$SCRATCH/net.sh"
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *well ]]
}
