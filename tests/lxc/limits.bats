#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a definition says of resources is the kernel's when the container runs; what a container could fill is bounded.

load ../helpers
load lxc

# group NAME CONTROLLER FILE: a file of the guest's control group, of version 1 or 2
group()
{
	local path
	path=$(sed -n "s/^[0-9]*:$2://p" "/proc/$(lxc_init "$1")/cgroup")
	if [ -n "$path" ]; then cat "/sys/fs/cgroup/$2$path/$3"; else skip "no version 1 controllers here"; fi
}

@test "cpu, memory, swap, cpus, nodes and block devices of a definition" {
	berth_define a "<memtune><hard_limit unit='MiB'>64</hard_limit><soft_limit unit='MiB'>32</soft_limit><swap_hard_limit unit='MiB'>96</swap_hard_limit></memtune>
		<vcpu cpuset='0'>1</vcpu><cputune><shares>512</shares><period>50000</period><quota>25000</quota></cputune>
		<numatune><memory mode='strict' nodeset='0'/></numatune>
		<blkiotune><device><path>/dev/loop0</path><read_bytes_sec>1048576</read_bytes_sec><write_iops_sec>50</write_iops_sec></device></blkiotune>"
	vm-start -q a
	[ "$(group a memory memory.limit_in_bytes)" = 67108864 ]
	[ "$(group a memory memory.soft_limit_in_bytes)" = 33554432 ]
	[ "$(group a memory memory.memsw.limit_in_bytes)" = 100663296 ]
	[ "$(group a cpu cpu.shares)" = 512 ]
	[ "$(group a cpu cpu.cfs_period_us)" = 50000 ]
	[ "$(group a cpu cpu.cfs_quota_us)" = 25000 ]
	[ "$(group a cpuset cpuset.cpus)" = 0 ]
	[ "$(group a cpuset cpuset.mems)" = 0 ]
	contains "$(group a blkio blkio.throttle.read_bps_device)" "7:0 1048576"
	contains "$(group a blkio blkio.throttle.write_iops_device)" "7:0 50"
	# and what is run in it later is under the same
	contains "$(vm-exec a -- cat /proc/self/status)" "Cpus_allowed_list:	0"
}

@test "memory wished for: the policy of the first process and of all others" {
	berth_define a "<numatune><memory mode='interleave' nodeset='0'/></numatune>"
	vm-start -q a
	contains "$(head -3 "/proc/$(lxc_init a)/numa_maps")" "interleave:0"
	berth_define b "<numatune><memory mode='preferred' nodeset='0'/></numatune>"
	vm-start -q b
	contains "$(head -3 "/proc/$(lxc_init b)/numa_maps")" "prefer:0"
}

@test "more memory than the limit: the container's process dies, not the host's" {
	MEMORY=16384 lxc_run m "" "" sh -c 'x=a; while :; do x=$x$x$x$x; done 2>/dev/null; echo survived' || true
	[[ $output != *survived* ]]
}

@test "resources that cannot be had: a clear error and nothing left" {
	while IFS='|' read -r elements want; do
		! output=$(berth_define bad "$elements" 2>&1 && vm-start bad 2>&1) || false
		contains "$output" "$want"
		vm-undefine -q bad 2>/dev/null || true
	done <<-'EOF'
		<vcpu cpuset='4000'>1</vcpu>|cpuset.cpus
		<numatune><memory mode='strict' nodeset='900'/></numatune>|cpuset.mems
		<numatune><memory mode='interleave' nodeset='900'/></numatune>|memory policy
		<numatune><memory mode='preferred' nodeset='0-1'/></numatune>|is for one node
		<numatune><memory placement='auto'/></numatune>|nobody here chooses nodes
		<memtune><min_guarantee unit='MiB'>5</min_guarantee></memtune>|nobody guarantees
		<blkiotune><device><path>/dev/nothing</path><read_bytes_sec>1</read_bytes_sec></device></blkiotune>|/dev/nothing
	EOF
}

@test "G5: what a container can fill is bounded" {
	lxc_run g "" "<filesystem type='ram'><source usage='1024'/><target dir='/srv'/></filesystem>" sh -c '
		for d in /dev /dev/shm /srv; do dd if=/dev/zero of=$d/fill bs=64k count=3000 2>/dev/null; stat -c "$d %s" $d/fill; done
		i=0; while [ $i -lt 3000 ] && true >/dev/n$i; do i=$((i + 1)); done 2>/dev/null; echo "nodes $i"'
	size() { echo "$output" | sed -n "s|^$1 ||p"; }
	[ "$(size /dev)" -le 65536 ]
	[ "$(size /dev/shm)" -le $((64 << 20)) ]
	[ "$(size /srv)" -le $((1 << 20)) ]
	[ "$(size nodes)" -lt 1024 ]
}
