#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is changed while a container runs: read back from its control groups, from inside, and after its supervisor was killed.

load ../helpers
load lxc

setup()
{
	berth_need_containers
	berth_setup
	berth_rootfs
}

teardown()
{
	[ -z "${LOOP-}" ] || losetup -d "$LOOP" 2>/dev/null || true
	[ -z "${BRIDGE-}" ] || ip link del "$BRIDGE" 2>/dev/null || true
	berth_teardown
}

sleeper() { lxc_define web "${1-}" "${2-}" sleep 1000; vm-start -q web; }

# A file of the container's group: group CONTROLLER FILE (version 1), or V2-FILE where that is what the host has
group()
{
	local dir
	for dir in /sys/fs/cgroup/$1/berth-*/lxc-web /sys/fs/cgroup/berth-*/lxc-web; do
		grep -qs "^$(lxc_init web)$" "$dir/cgroup.procs" || continue
		cat "$dir/$2" 2>/dev/null || cat "$dir/$3"
		return
	done
	echo "no group $1 of web"
	return 1
}

# A call to one that is dying is lost with it: it is waited for.
kill_supervisor()
{
	local pid
	pid=$(lxc_supervisor web)
	kill -9 "$pid"
	while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
}

loop_device()
{
	truncate -s 1M "$SCRATCH/disk"
	LOOP=$(losetup -f --show "$SCRATCH/disk") || skip "no loop devices"
}

@test "vm-setmem, vm-memtune: what the kernel then has, and the supervisor after it was killed" {
	sleeper
	[ "$(group memory memory.limit_in_bytes memory.max)" = 134217728 ]
	expect 0 vm-setmem web 64M --live
	[ "$(group memory memory.limit_in_bytes memory.max)" = 67108864 ]
	contains "$(vm-memtune web)" "hard_limit     : 65536"
	contains "$(vm-memtune web --config)" "hard_limit     : unlimited"
	expect 0 vm-memtune web --hard-limit 100M --soft-limit 50M --live --config
	[ "$(group memory memory.limit_in_bytes memory.max)" = 104857600 ]
	[ "$(group memory memory.soft_limit_in_bytes memory.high)" = 52428800 ]
	contains "$(vm-dumpxml --inactive web)" "<soft_limit unit='KiB'>51200</soft_limit>"
	expect 4 vm-setmaxmem web 1G --live
	contains "$output" "--config"
	# too little for what is in use: nothing is changed
	expect 6 vm-memtune web --hard-limit 4 --live || expect 1 vm-memtune web --hard-limit 4 --live
	[ "$(group memory memory.limit_in_bytes memory.max)" = 104857600 ]
	kill_supervisor
	contains "$(vm-dumpxml web)" "<hard_limit unit='KiB'>102400</hard_limit>"
	expect 0 vm-setmem web 32M
	contains "$(vm-dumpxml web)" "<currentMemory unit='KiB'>32768</currentMemory>"
}

@test "vm-schedinfo, vm-blkiotune: a controller that nothing needed before is joined" {
	sleeper
	contains "$(vm-schedinfo web)" "vcpu_quota     : -1"
	expect 0 vm-schedinfo web --live cpu_shares=2048 vcpu_quota=50000
	[ "$(group cpu cpu.shares cpu.weight)" = 2048 ]
	contains "$(group cpu cpu.cfs_quota_us cpu.max)" 50000
	contains "$(vm-schedinfo web)" "cpu_shares     : 2048"
	contains "$(vm-schedinfo web --config)" "cpu_shares     : 1024"
	loop_device
	expect 0 vm-blkiotune web --device-read-bytes-sec "$LOOP,1000000" --live
	contains "$(group blkio blkio.throttle.read_bps_device io.max)" 1000000
	expect 0 vm-blkiotune web --device-read-bytes-sec "$LOOP,0" --live
	[[ $(group blkio blkio.throttle.read_bps_device io.max) != *1000000* ]]
	expect 1 vm-blkiotune web --device-read-bytes-sec /etc/passwd,1 --live
	contains "$output" "no block device"
	# what no container has is refused by name
	expect 1 vm-vcpuinfo web
	contains "$output" "'web': the driver lxc cannot do this with a guest that runs: virDomainGetVcpus"
}

@test "limits of block devices hold from the start" {
	loop_device
	sleeper "<blkiotune><device><path>$LOOP</path><write_iops_sec>77</write_iops_sec></device></blkiotune>"
	contains "$(group blkio blkio.throttle.write_iops_device io.max)" 77
}

@test "a file system comes and goes" {
	sleeper
	mkdir "$SCRATCH/share"
	echo hello >"$SCRATCH/share/file"
	echo "<filesystem type='mount'><source dir='$SCRATCH/share'/><target dir='/mnt/new/x'/><readonly/></filesystem>" >"$SCRATCH/fs.xml"
	expect 0 vm-attach-device web "$SCRATCH/fs.xml" --live
	[ "$(vm-exec web -- cat /mnt/new/x/file)" = hello ]
	expect 1 vm-exec web -- sh -c 'echo no >/mnt/new/x/file'
	contains "$(vm-dumpxml web)" "<target dir='/mnt/new/x'/>"
	[[ $(vm-dumpxml --inactive web) != *"/mnt/new/x"* ]]
	expect 4 vm-attach-device web "$SCRATCH/fs.xml" --live
	# nothing of it is seen on the host
	! grep -q "$ROOTFS/mnt/new" /proc/self/mounts || false
	kill_supervisor
	expect 0 vm-detach-device web "$SCRATCH/fs.xml" --live
	[ -z "$(vm-exec web -- ls /mnt/new/x)" ]
	expect 3 vm-detach-device web "$SCRATCH/fs.xml" --live
	echo "<filesystem type='ram'><source usage='1' units='MiB'/><target dir='/mnt/ram'/></filesystem>" >"$SCRATCH/ram.xml"
	expect 0 vm-attach-device web "$SCRATCH/ram.xml" --persistent
	contains "$(vm-exec web -- mount)" " on /mnt/ram type tmpfs"
	contains "$(vm-dumpxml --inactive web)" "/mnt/ram"
}

@test "G6 a target that the container bends leads nowhere but into the container" {
	sleeper
	mkdir "$SCRATCH/share" "$SCRATCH/outside"
	for link in "$SCRATCH/outside" ../../../../../../../../../../../..$SCRATCH/outside /proc/self/root/$SCRATCH/outside; do
		vm-exec web -- /bin/busybox rm -rf /mnt
		vm-exec web -- /bin/busybox mkdir /mnt
		vm-exec web -- /bin/busybox ln -s "$link" /mnt/x
		echo "<filesystem type='mount'><source dir='$SCRATCH/share'/><target dir='/mnt/x/y'/></filesystem>" >"$SCRATCH/fs.xml"
		vm-attach-device -q web "$SCRATCH/fs.xml" --live 2>/dev/null && vm-detach-device -q web "$SCRATCH/fs.xml" --live
		[ -z "$(ls -A "$SCRATCH/outside")" ]
		[ -z "$(grep "$SCRATCH/outside" /proc/self/mounts)" ]
	done
	[ "$(vm-state web)" = running ]
	# the source is not followed either
	ln -s /etc "$SCRATCH/etc"
	echo "<filesystem type='mount'><source dir='$SCRATCH/etc'/><target dir='/mnt/etc'/></filesystem>" >"$SCRATCH/fs.xml"
	expect 1 vm-attach-device web "$SCRATCH/fs.xml" --live
	contains "$output" "symbolic link"
	[[ $(vm-dumpxml web) != *"/mnt/etc"* ]]
}

@test "a disk comes and goes, and is counted: vm-attach-disk, vm-blkstat, vm-blkinfo, vm-detach-disk" {
	loop_device
	sleeper
	expect 1 vm-exec web -- dd if=/dev/sdb of=/dev/null count=1
	expect 0 vm-attach-disk web "$LOOP" sdb --live
	expect 0 vm-exec web -- dd if=/dev/sdb of=/dev/null bs=4096 count=1
	contains "$(vm-blkstat web sdb)" "sdb rd_req "
	[ "$(vm-blkinfo --json web sdb | jq .capacity)" = 1048576 ]
	contains "$(vm-stats --block web)" "block.0.capacity=1048576"
	expect 0 vm-blkerror web
	expect 0 vm-detach-disk web sdb --live
	expect 1 vm-exec web -- dd if=/dev/sdb of=/dev/null count=1
	# made anew by the container it would not open
	vm-exec web -- sh -c 'ls /dev/sdb' && return 1
	expect 1 vm-attach-disk web /dev/null sdc --sourcetype block --live
	contains "$output" "no block device"
	[[ $(vm-dumpxml web) != *"sdc"* ]]
}

@test "an interface comes, is changed, and goes: vm-attach-interface, vm-iflist, vm-ifstat, vm-ifaddr, vm-ip, vm-if-setlink, vm-iftune" {
	BRIDGE=bt$$
	ip link add "$BRIDGE" type bridge && ip link set "$BRIDGE" up || skip "no bridges"
	sleeper "<features><privnet/></features>"
	echo "<interface type='bridge'><mac address='52:54:00:00:00:07'/><source bridge='$BRIDGE'/><ip address='10.77.0.2' prefix='24'/></interface>" \
		>"$SCRATCH/if.xml"
	expect 0 vm-attach-device web "$SCRATCH/if.xml" --live
	end=$(vm-iflist --json web | jq -r '.[0].interface')
	[ -e "/sys/class/net/$BRIDGE/brif/$end" ]
	[ "$(vm-ip web)" = 10.77.0.2 ]
	contains "$(vm-ifaddr web)" "10.77.0.2/24"
	contains "$(vm-ifstat web "$end")" "$end rx_bytes "
	contains "$(vm-stats --interface web)" "net.0.name=$end"
	contains "$(vm-exec web -- cat /proc/net/dev)" eth0
	expect 0 vm-if-setlink web "$end" down
	[[ $(ip link show "$end") != *"UP"* ]]
	[ "$(vm-if-getlink web "$end")" = "$end down" ]
	expect 0 vm-if-setlink web "$end" up
	expect 0 vm-iftune web "$end" --inbound 100 --outbound 200 --live
	contains "$(tc qdisc show dev "$end")" "qdisc htb"
	expect 0 vm-iftune web "$end" --inbound 0 --outbound 0 --live
	[[ $(tc qdisc show dev "$end") != *"htb"* ]]
	kill_supervisor
	expect 0 vm-attach-interface web bridge "$BRIDGE" --mac 52:54:00:00:00:08 --live
	contains "$(vm-exec web -- cat /proc/net/dev)" eth1
	expect 0 vm-detach-interface web bridge --mac 52:54:00:00:00:07 --live
	[ ! -e "/sys/class/net/$end" ]
	expect 3 vm-attach-interface web bridge nobridge --live
	[ "$(ls "/sys/class/net/$BRIDGE/brif" | wc -l)" = 1 ]
	vm-destroy -q web
	[ "$(ls "/sys/class/net/$BRIDGE/brif" | wc -l)" = 0 ]
}

@test "statistics: vm-memstat, vm-cpu-stats, vm-stats, vm-control, vm-jobinfo, vm-jobabort" {
	sleeper
	contains "$(vm-memstat web)" "actual 131072"
	[ "$(vm-memstat --json web | jq '.rss > 0')" = true ]
	contains "$(vm-cpu-stats web --total)" "cpu_time"
	[ "$(vm-cpu-stats --json web 2>/dev/null | jq '.total.cpu_time > 0')" = true ]
	contains "$(vm-stats web)" "cpu.time="
	[ "$(vm-control web)" = ok ]
	contains "$(vm-jobinfo web)" "None"
	expect 4 vm-jobabort web
	contains "$(vm-vcpucount web)" "current      live           1"
}

@test "R10 a supervisor that is stopped holds up nobody's statistics" {
	berth_define other
	vm-start -q other
	sleeper
	kill -STOP "$(lxc_supervisor other)"
	start=$SECONDS
	run vm-stats --cpu-total --state
	kill -CONT "$(lxc_supervisor other)"
	[ $((SECONDS - start)) -lt 8 ]
	contains "$output" "Domain: 'other'"
	contains "$output" "cpu.time="
}

@test "a guest that nothing starts again is changed like any other, also to start again" {
	sleeper "<on_reboot>destroy</on_reboot>"
	lxc_until grep -q "Seccomp:.*2" "/proc/$(lxc_supervisor web)/status"
	mkdir "$SCRATCH/share"
	echo "<filesystem type='mount'><source dir='$SCRATCH/share'/><target dir='/mnt'/></filesystem>" >"$SCRATCH/fs.xml"
	expect 0 vm-attach-device web "$SCRATCH/fs.xml" --live
	contains "$(vm-exec web -- mount)" " on /mnt "
	expect 0 vm-set-lifecycle-action web reboot restart --live
	contains "$(vm-dumpxml web)" "<on_reboot>restart</on_reboot>"
	expect 0 vm-setmem web 64M --live
	[ "$(group memory memory.limit_in_bytes memory.max)" = 67108864 ]
}

@test "R2 a supervisor killed while a device comes: the hand dies with it, the guest is adopted" {
	sleeper
	mkdir "$SCRATCH/share"
	echo "<filesystem type='mount'><source dir='$SCRATCH/share'/><target dir='/mnt/x'/></filesystem>" >"$SCRATCH/fs.xml"
	for i in 1 2 3 4 5 6; do
		vm-attach-device -q web "$SCRATCH/fs.xml" --live 2>/dev/null &
		busybox usleep $((i * 700))
		kill -9 "$(lxc_supervisor web)"
		wait $! || true
		[ "$(vm-state web)" = running ]
		vm-exec web -- busybox umount /mnt/x 2>/dev/null || true
		vm-detach-device -q web "$SCRATCH/fs.xml" --live 2>/dev/null || true
	done
	expect 0 vm-attach-device web "$SCRATCH/fs.xml" --live
	one_holder() { [ "$(lxc_helpers web | wc -l)" = 1 ]; }
	lxc_until one_holder
}

@test "R8 many attach and detach at once: one wins, the definition is what the container has" {
	sleeper
	mkdir "$SCRATCH/share"
	echo "<filesystem type='mount'><source dir='$SCRATCH/share'/><target dir='/mnt/x'/></filesystem>" >"$SCRATCH/fs.xml"
	for round in 1 2 3; do
		for i in 1 2 3 4 5 6; do
			(vm-attach-device -q web "$SCRATCH/fs.xml" --live 2>/dev/null && echo yes >>"$SCRATCH/won.$round") &
		done
		wait
		[ "$(wc -l <"$SCRATCH/won.$round")" = 1 ]
		[ "$(vm-exec web -- mount | grep -c ' on /mnt/x ')" = 1 ]
		for i in 1 2 3 4; do
			(vm-detach-device -q web "$SCRATCH/fs.xml" --live 2>/dev/null && echo yes >>"$SCRATCH/gone.$round") &
		done
		wait
		[ "$(wc -l <"$SCRATCH/gone.$round")" = 1 ]
		[ "$(vm-exec web -- mount | grep -c ' on /mnt/x ')" = 0 ]
	done
}

@test "C8: errors of many clients at once are each their own" {
	sleeper
	for i in {10..39}; do
		echo "<filesystem type='mount'><source dir='$SCRATCH/no-$i-no'/><target dir='/mnt/x'/></filesystem>" >"$SCRATCH/$i.xml"
		(vm-attach-device -q web "$SCRATCH/$i.xml" --live >"$SCRATCH/$i.said" 2>&1 && echo done >>"$SCRATCH/$i.said") &
	done
	wait
	for i in {10..39}; do
		[ "$(grep -o 'no-[0-9]*-no' "$SCRATCH/$i.said" | sort -u)" = "no-$i-no" ] || { cat "$SCRATCH/$i.said"; return 1; }
		! grep -q done "$SCRATCH/$i.said" || false
	done
}
