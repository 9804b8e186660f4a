#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Changes of definitions of guests that are off: no container runs here.

load ../helpers

setup()
{
	berth_setup
	cat >"$SCRATCH/web.xml" <<-EOF
		<domain type='lxc'>
		  <name>web</name>
		  <memory unit='KiB'>131072</memory>
		  <vcpu>4</vcpu>
		  <os><type>exe</type><init>/bin/sh</init></os>
		  <devices>
		    <filesystem type='mount'><source dir='/srv/root'/><target dir='/'/></filesystem>
		    <disk type='block' device='disk'><source dev='/dev/vg/a'/><target dev='sda'/></disk>
		    <interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/></interface>
		  </devices>
		</domain>
	EOF
	vm-define -q "$SCRATCH/web.xml"
}
teardown() { berth_teardown; }

xml() { vm-dumpxml --inactive web; }

@test "vm-memtune" {
	expect 0 vm-memtune web
	[ "$output" = "hard_limit     : unlimited
soft_limit     : unlimited
swap_hard_limit: unlimited" ]
	expect 0 vm-memtune web --hard-limit 64M --swap-hard-limit 100000 --config
	contains "$(xml)" "<hard_limit unit='KiB'>65536</hard_limit>"
	contains "$(vm-memtune web)" "swap_hard_limit: 100000"
	expect 0 vm-memtune web --hard-limit -1 --swap-hard-limit unlimited
	[[ $(xml) != *"<memtune>"* ]]
	expect 2 vm-memtune web --hard-limit lots
	contains "$output" "is no size"
	expect 1 vm-memtune web --hard-limit 2G --swap-hard-limit 1G
	contains "$output" "more than swap_hard_limit"
	expect 4 vm-memtune web --hard-limit 1G --live
	contains "$output" "not running"
	expect 3 vm-memtune nobody
	[ "$(vm-memtune --json web | jq -c .)" = '{"name":"web","hard_limit":null,"soft_limit":null,"swap_hard_limit":null}' ]
}

@test "vm-blkiotune and vm-numatune" {
	expect 0 vm-blkiotune web --weight 200 --device-weights /dev/vg/a,300
	contains "$(xml)" "<weight>300</weight>"
	contains "$(vm-blkiotune web)" "device_weight  : /dev/vg/a,300"
	expect 1 vm-blkiotune web --weight 5
	expect 1 vm-blkiotune web --device-weights nonsense
	expect 0 vm-numatune web --nodeset 0 --mode preferred
	contains "$(xml)" "<memory mode='preferred' nodeset='0'/>"
	contains "$(vm-numatune web)" "numa_mode      : preferred"
	expect 2 vm-numatune web --mode nonsense
}

@test "vm-throttlegroupset, vm-throttlegroupinfo, vm-throttlegrouplist, vm-throttlegroupdel of a guest that is off" {
	expect 0 vm-throttlegroupset web slow --read-bytes-sec 1M --read-bytes-sec-max 2M
	contains "$(xml)" "<read_bytes_sec>1048576</read_bytes_sec>"
	expect 0 vm-throttlegroupset web slow --read-iops-sec 10
	[ "$(vm-throttlegroupinfo --json web slow | jq -c '[.read_bytes_sec, .read_iops_sec]')" = '[1048576,10]' ]
	[ "$(vm-throttlegrouplist --inactive --json web | jq -c .)" = '[{"name":"slow"}]' ]
	expect 1 vm-throttlegroupset web slow --total-iops-sec 1 --write-iops-sec 1
	expect 2 vm-throttlegroupset web slow --total-iops-sec many
	expect 2 vm-throttlegroupset web
	expect 3 vm-throttlegroupinfo web fast
	expect 3 vm-throttlegroupset gone slow
	expect 4 vm-throttlegroupset web slow --total-iops-sec 1 --live
	expect 0 vm-throttlegroupdel web slow
	expect 1 vm-throttlegroupdel web slow
}

@test "vm-blkdeviotune, vm-iftune, vm-schedinfo of a container that is off" {
	expect 0 vm-blkdeviotune web sda --total-bytes-sec 10M
	contains "$(xml)" "<total_bytes_sec>10485760</total_bytes_sec>"
	contains "$(vm-blkdeviotune web sda)" "total_bytes_sec: 10485760"
	expect 3 vm-blkdeviotune web sdx
	contains "$output" "no disk 'sdx'"
	expect 3 vm-iftune web 52:54:00:00:00:99
	expect 0 vm-iftune web 52:54:00:00:00:01 --inbound 100,200 --outbound 50
	contains "$(xml)" "<inbound average='100' peak='200'/>"
	contains "$(vm-iftune web 52:54:00:00:00:01)" "outbound.average: 50"
	expect 2 vm-iftune web 52:54:00:00:00:01 --inbound 1,2,3,4,5
	expect 0 vm-schedinfo web
	contains "$output" "cpu_shares     : 1024"
	expect 0 vm-schedinfo web cpu_shares=2048 --set vcpu_quota=50000
	contains "$output" "cpu_shares     : 2048"
	contains "$(xml)" "<quota>50000</quota>"
	expect 2 vm-schedinfo web global_period=1
	expect 1 vm-schedinfo web vcpu_period=5
}

@test "vm-setmem, vm-setmaxmem, vm-setvcpus, vm-vcpucount" {
	expect 0 vm-setmem web 64M
	contains "$(xml)" "<currentMemory unit='KiB'>65536</currentMemory>"
	expect 1 vm-setmem web 1G
	expect 0 vm-setmaxmem web 1G
	contains "$(xml)" "<memory unit='KiB'>1048576</memory>"
	expect 2 vm-setmem web
	expect 0 vm-setvcpus web 2
	[ "$(vm-vcpucount web --config)" = 2 ]
	[ "$(vm-vcpucount web --maximum --config)" = 4 ]
	[ "$(vm-vcpucount --json web | jq -c .)" = '{"maximum_config":4,"current_config":2}' ]
	expect 1 vm-setvcpus web 5
	# the guest is named once
	[[ $output == "vm-setvcpus: 'web': 5 CPUs are more"* ]]
	expect 0 vm-setvcpus web 8 --maximum
	expect 2 vm-setvcpus web many
	contains "$(vm-vcpuinfo web)" "CPU Affinity:"
	contains "$(vm-vcpuinfo web --pretty)" "out of $(nproc --all)"
}

@test "vm-vcpupin, vm-emulatorpin, I/O threads, vm-set-lifecycle-action, vm-perf" {
	expect 0 vm-vcpupin web 1 0
	[ "$(nproc --all)" = 1 ] || contains "$(xml)" "<vcpupin vcpu='1' cpuset='0'/>"
	[ "$(vm-vcpupin --json web | jq -c '.[1]')" = '{"vcpu":1,"cpus":"0"}' ]
	expect 0 vm-vcpupin web --vcpu 1 --cpulist r
	[[ $(xml) != *"<vcpupin"* ]]
	expect 1 vm-vcpupin web 9 0
	expect 2 vm-vcpupin web 1 x
	expect 0 vm-emulatorpin web 0
	contains "$(vm-emulatorpin web)" "*:"
	expect 0 vm-iothreadadd web 3
	expect 0 vm-iothreadpin web 3 0
	expect 0 vm-iothreadset web 3 --thread-pool-max 8
	contains "$(xml)" "<iothread id='3' thread_pool_max='8'/>"
	[ "$(vm-iothreadinfo --json web | jq -c '[.[].iothread]')" = '[3]' ]
	expect 1 vm-iothreadset web 3 --poll-grow 2
	expect 2 vm-iothreadset web 3
	expect 0 vm-iothreaddel web 3
	expect 1 vm-iothreaddel web 3
	expect 0 vm-set-lifecycle-action web crash restart
	contains "$(xml)" "<on_crash>restart</on_crash>"
	expect 2 vm-set-lifecycle-action web crash dance
	expect 0 vm-perf web --enable cpu_cycles,instructions
	contains "$(vm-perf web)" "cpu_cycles     : enabled"
	expect 1 vm-perf web --enable nothing
}

@test "vm-attach-device, vm-update-device, vm-detach-device, vm-detach-device-alias" {
	echo "<filesystem type='mount'><source dir='/srv/x'/><target dir='/mnt/x'/></filesystem>" >"$SCRATCH/fs.xml"
	expect 0 vm-attach-device web "$SCRATCH/fs.xml" --config
	contains "$(xml)" "<target dir='/mnt/x'/>"
	expect 4 vm-attach-device web "$SCRATCH/fs.xml" --config
	contains "$output" "already"
	echo "<filesystem type='mount'><source dir='/srv/y'/><target dir='/mnt/x'/></filesystem>" >"$SCRATCH/fs.xml"
	expect 0 vm-update-device web "$SCRATCH/fs.xml" --persistent
	contains "$(xml)" "<source dir='/srv/y'/>"
	expect 0 vm-detach-device web - <"$SCRATCH/fs.xml"
	[[ $(xml) != *"/mnt/x"* ]]
	expect 3 vm-detach-device web "$SCRATCH/fs.xml"
	echo "<sound model='ac97'/>" >"$SCRATCH/sound.xml"
	expect 1 vm-attach-device web "$SCRATCH/sound.xml"
	echo "<filesystem" >"$SCRATCH/bad.xml"
	expect 1 vm-attach-device web "$SCRATCH/bad.xml"
	contains "$output" "vm-attach-device: $SCRATCH/bad.xml: "
	expect 1 vm-attach-device web "$SCRATCH/nothing.xml"
	expect 4 vm-attach-device web "$SCRATCH/fs.xml" --live
	expect 0 vm-attach-disk web /dev/vg/b sdb --alias ua-b
	expect 0 vm-detach-device-alias web ua-b --config
	expect 3 vm-detach-device-alias web ua-b
}

@test "vm-attach-disk, vm-blklist, vm-blkinfo, vm-change-media, vm-detach-disk" {
	expect 0 vm-attach-disk web /dev/vg/b sdb --serial 'a<b' --mode readonly
	contains "$(xml)" "<serial>a&lt;b</serial>"
	contains "$(xml)" "<source dev='/dev/vg/b'/>"
	contains "$(vm-blklist web --details)" " block   disk   sdb   /dev/vg/b"
	[ "$(vm-blklist --json web | jq -r '.[0].target')" = sda ]
	expect 1 vm-blkinfo web sdb
	contains "$output" "/dev/vg/b"
	contains "$(vm-blkinfo web --all)" " sdb   -"
	expect 2 vm-blkinfo web
	expect 0 vm-attach-disk web '' sdc --type cdrom --targetbus scsi --print-xml
	contains "$output" "device='cdrom'"
	expect 0 vm-attach-disk web /dev/x sdd --address pci:0000.00.05.0 --multifunction --print-xml
	contains "$output" "<address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0' multifunction='on'/>"
	expect 4 vm-change-media web sda --eject
	contains "$output" "no drive"
	expect 2 vm-change-media web sda /dev/x --eject
	expect 3 vm-change-media web sdx --eject
	expect 0 vm-detach-disk web sdb
	expect 3 vm-detach-disk web sdb
	expect 2 vm-attach-disk web /dev/x sdd --address pci:zz
	expect 1 vm-attach-disk web /x.qcow2 sde --subdriver qcow2
	contains "$output" "qemu-img convert"
	expect 1 vm-attach-disk web /x.img ../sde
	contains "$output" "not the name of a disk"
}

@test "vm-attach-interface, vm-iflist, vm-if-setlink, vm-if-getlink, vm-detach-interface" {
	expect 0 vm-attach-interface web bridge br1 --mac 52:54:00:00:00:02 --inbound 100
	contains "$(xml)" "<inbound average='100'/>"
	[ "$(vm-iflist --json web | jq -r '.[1].source')" = br1 ]
	expect 0 vm-if-setlink web 52:54:00:00:00:02 down
	[ "$(vm-if-getlink web 52:54:00:00:00:02)" = "52:54:00:00:00:02 down" ]
	expect 3 vm-if-getlink web 52:54:00:00:00:09
	expect 2 vm-if-setlink web 52:54:00:00:00:02 sideways
	expect 1 vm-detach-interface web bridge
	contains "$output" "more than one"
	expect 0 vm-detach-interface web bridge --mac 52:54:00:00:00:02 --print-xml
	contains "$output" "52:54:00:00:00:02"
	expect 0 vm-detach-interface web bridge --mac 52:54:00:00:00:02
	expect 3 vm-detach-interface web bridge --mac 52:54:00:00:00:02
	expect 2 vm-attach-interface web teleport x
	expect 3 vm-update-memory-device web --requested-size 1G
	expect 2 vm-update-memory-device web
}

@test "what only a running guest answers is status 4" {
	for command in "vm-ifstat web x" "vm-ifaddr web" "vm-ip web" "vm-blkstat web sda" "vm-blkerror web" "vm-memstat web" "vm-cpu-stats web" \
		"vm-control web" "vm-jobinfo web" "vm-jobabort web"; do
		expect 4 $command
	done
	contains "$(vm-stats web)" "state.state=5"
	contains "$(vm-stats web)" "block.0.name=sda"
	contains "$(vm-stats --list-inactive --balloon)" "balloon.maximum=131072"
	[ -z "$(vm-stats --list-active)" ]
	[ "$(vm-stats --json --vcpu web | jq -c '.[0]."vcpu.maximum"')" = 4 ]
	expect 3 vm-stats nobody
}

@test "the output that nobody takes is an error" {
	for command in "vm-memtune web" "vm-schedinfo web" "vm-vcpucount web" "vm-iflist web" "vm-blklist web" "vm-stats web" "vm-vcpupin web"; do
		! $command >/dev/full 2>/dev/null || false
	done
}

@test "what is not there is said with status 3, and keeps nobody from seeing the others" {
	berth_define a
	expect 8 vm-stats --state a nosuch
	contains "$output" "no guest with name, UUID or id 'nosuch'"
	contains "$output" "Domain: 'a'"
	expect 3 vm-stats nosuch
	expect 3 vm-stats nosuch neither
	expect 3 vm-event --domain nosuch
	expect 0 vm-setmem a 64M
	[ "$output" = "Domain 'a' changed" ]
	expect 0 vm-setmem -q a 65M
	[ -z "$output" ]
}

@test "vm-ifaddr of an interface that is not there is status 3, of one without addresses nothing" {
	berth_need_containers
	berth_rootfs
	berth_define a "" "<interface type='ethernet'><guest dev='up'/></interface>"
	vm-start -q a
	run_apart vm-ifaddr a --interface nosuch
	[ "$status $output" = "3 " ]
	contains "$errors" "domain 'a' has no interface 'nosuch'"
	expect 0 vm-ifaddr a up
	expect 0 vm-ifaddr a --interface lo
	contains "$output" 127.0.0.1
}
