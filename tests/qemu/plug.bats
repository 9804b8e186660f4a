#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Devices that come, go and change while a machine runs, seen from within it and from QEMU.

load ../helpers
load machine

setup_file()
{
	local ports="" i
	for i in 1 2 3 4 5 6; do
		ports+="<controller type='pci' model='pcie-root-port'/>"
	done
	MEMORY=192 VCPUS=2 VCPUS_NOW=1 machine_setup_file "$ports<controller type='pci' model='pcie-to-pci-bridge'/>
		<graphics type='vnc' passwd='old'/>" \
		"<maxMemory slots='4' unit='MiB'>1024</maxMemory><cpu><numa><cell id='0' cpus='0-1' memory='192' unit='MiB'/></numa></cpu>"
}

teardown_file()
{
	[ -z "$SCRATCH" ] || berth_teardown
	# memory that guests share stays when they are gone
	rm -f /dev/shm/berth-plug-*
}

setup()
{
	[ -n "$BERTH_ROOT" ] || skip "no machine"
	wait_agent
}

hmp()
{
	vm-qemu-monitor-command m --hmp "$@"
}

# What QEMU and the definition have.
inventory()
{
	hmp info qtree | grep -c 'dev: '
	hmp info chardev | grep -c filename
	vm-qemu-monitor-command m --return-value '{"execute": "qom-list", "arguments": {"path": "/objects"}}'
	vm-qemu-monitor-command m '{"execute": "query-named-block-nodes"}' | grep -c node-name || true
	vm-dumpxml m
}

# seen LOOK WORD [ABSENT]: within ten seconds what LOOK prints in the guest has the word, or has it not.
seen()
{
	local try
	for ((try = 0; try < 40; try++)); do
		if inside "$1" | grep -q -- "$2"; then
			[ -n "$3" ] || return 0
		else
			[ -z "$3" ] || return 0
		fi
		sleep 0.25
	done
	return 1
}

# comes_and_goes XML LOOK WORD: the guest sees the device while it is there.
comes_and_goes()
{
	echo "$1" >"$SCRATCH/dev.xml"
	inventory >"$SCRATCH/before"
	expect 0 vm-attach-device m "$SCRATCH/dev.xml" --live
	[ -z "$2" ] || seen "$2" "$3"
	! inventory | cmp -s - "$SCRATCH/before" || false
	expect 0 vm-detach-device m "$SCRATCH/dev.xml" --live
	[ -z "$2" ] || seen "$2" "$3" absent
	inventory | diff "$SCRATCH/before" -
}

PCI='cat /sys/bus/pci/devices/*/device'

@test "a random number generator, a controller, input devices, shared memory, a crypto device come and go" {
	comes_and_goes "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>" "$PCI" 0x1044
	comes_and_goes "<controller type='scsi' model='virtio-scsi'/>" "ls /sys/class/scsi_host" host
	comes_and_goes "<input type='keyboard' bus='virtio'/>" "$PCI" 0x1052
	comes_and_goes "<input type='tablet' bus='usb'/>"
	comes_and_goes "<shmem name='berth-plug-$$'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>" "$PCI" 0x1110
	comes_and_goes "<crypto model='virtio' type='qemu'><backend model='builtin' queues='1'/></crypto>" "$PCI" 0x1054
}

@test "a watchdog comes with its action and goes" {
	comes_and_goes "<watchdog model='i6300esb' action='pause'/>" "$PCI" 0x25ab
}

@test "channels, a console, a redirected USB port: with their ends on the host" {
	comes_and_goes "<channel type='unix'><target type='virtio' name='org.berth.plug'/></channel>" "cat /sys/class/virtio-ports/*/name" org.berth.plug
	comes_and_goes "<channel type='pty'><target type='virtio' name='org.berth.pty'/></channel>" "cat /sys/class/virtio-ports/*/name" org.berth.pty
	comes_and_goes "<console type='pty'><target type='virtio'/></console>"
	comes_and_goes "<serial type='pty'><target type='usb-serial'/></serial>"
	comes_and_goes "<redirdev bus='usb' type='unix'><source mode='bind' path='$SCRATCH/redir.sock'/></redirdev>"
	comes_and_goes "<rng model='virtio'><backend model='egd' type='udp'><source mode='bind' service='4011'/><source mode='connect' host='127.0.0.1' service='4012'/></backend></rng>"
}

@test "a channel's socket that came while it runs is talked through, and survives the supervisor (R2)" {
	echo "<channel type='unix'><target type='virtio' name='org.berth.talk'/></channel>" >"$SCRATCH/talk.xml"
	expect 0 vm-attach-device m "$SCRATCH/talk.xml" --live
	seen "cat /sys/class/virtio-ports/*/name" org.berth.talk
	port=$(inside 'grep -l org.berth.talk /sys/class/virtio-ports/*/name' | cut -d/ -f5)
	socket=$(vm-dumpxml m --xpath "//channel[target/@name='org.berth.talk']/source/@path" | cut -d'"' -f2)
	[ -S "$socket" ]
	# nobody at the other end is an end of file to the guest
	inside "(until read line </dev/$port; do sleep 0.1; done; echo got \$line >/dev/$port) >/dev/null 2>&1 & true"
	[ "$(timeout 10 python3 -c 'import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(b"hello\n"); print(s.recv(100).decode().strip())' "$socket")" = "got hello" ]
	kill -9 "$(supervisor_pid)"
	wait_agent
	expect 0 vm-detach-device m "$SCRATCH/talk.xml" --live
	seen "cat /sys/class/virtio-ports/*/name" org.berth.talk absent
	[ "$(hmp info chardev | grep -c charchannel1)" = 0 ]
}

@test "memory: a DIMM comes, the guest has it, and it goes" {
	echo "<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target></memory>" >"$SCRATCH/dimm.xml"
	before=$(inside 'ls -d /sys/devices/system/memory/memory* | wc -l')
	expect 0 vm-attach-device m "$SCRATCH/dimm.xml" --live
	seen 'ls -d /sys/devices/system/memory/memory* | wc -l' "$((before + 1))"
	[ "$(vm-info m | sed -n 's/^Max memory: *\([0-9]*\).*/\1/p')" = $(((192 + 128) * 1024)) ]
	expect 0 vm-detach-device m "$SCRATCH/dimm.xml" --live
	seen 'ls -d /sys/devices/system/memory/memory* | wc -l' "$before"
}

@test "vm-update-device: a display's password, an interface's link, a virtio-mem device's size; what else is refused" {
	echo "<graphics type='vnc' autoport='yes' passwd='new'/>" >"$SCRATCH/g.xml"
	expect 0 vm-update-device m "$SCRATCH/g.xml" --live
	contains "$(vm-dumpxml m --security-info --xpath //graphics/@passwd)" new
	echo "<graphics type='vnc' port='5999' autoport='no' passwd='new'/>" >"$SCRATCH/g.xml"
	expect 1 vm-update-device m "$SCRATCH/g.xml" --live
	contains "$output" "the display's port cannot be changed while the machine runs"

	nic="<interface type='user'><mac address='52:54:00:11:22:33'/><model type='virtio'/>"
	echo "$nic</interface>" >"$SCRATCH/n.xml"
	expect 0 vm-attach-device m "$SCRATCH/n.xml" --live
	seen 'ip link set eth0 up; cat /sys/class/net/eth0/carrier' 1
	echo "$nic<link state='down'/></interface>" >"$SCRATCH/n.xml"
	expect 0 vm-update-device m "$SCRATCH/n.xml" --live
	seen 'cat /sys/class/net/eth0/carrier' 0
	expect 0 vm-if-setlink m 52:54:00:11:22:33 up
	seen 'cat /sys/class/net/eth0/carrier' 1
	echo "${nic/virtio/e1000}</interface>" >"$SCRATCH/other.xml"
	expect 1 vm-update-device m "$SCRATCH/other.xml" --live
	contains "$output" "only its link and its bandwidth can be changed"
	expect 0 vm-detach-device m "$SCRATCH/n.xml" --live

	echo "<memory model='virtio-mem'><target><size unit='MiB'>128</size><node>0</node><block unit='MiB'>2</block><requested unit='MiB'>0</requested></target></memory>" >"$SCRATCH/vm.xml"
	expect 0 vm-attach-device m "$SCRATCH/vm.xml" --live
	expect 0 vm-update-memory-device m --requested-size 64M --live
	contains "$(vm-dumpxml m --xpath //memory/target/requested)" 65536
	contains "$(hmp info memory-devices)" "requested-size: 67108864"
}

@test "processors come and go: vm-setvcpus" {
	expect 0 vm-setvcpus m 2 --live
	seen 'cat /sys/devices/system/cpu/present' 0-1
	[ "$(vm-vcpucount m --live --active)" = 2 ]
	# QEMU's emulator does not survive that one is unplugged
	expect 1 vm-setvcpus m 1 --live
	contains "$output" "without KVM a machine does not survive"
	contains "$(vm-dumpxml m)" "<vcpu id='1' enabled='yes' hotpluggable='yes'/>"
	expect 0 vm-guestvcpus m --cpulist 1 --disable
	seen 'cat /sys/devices/system/cpu/online' '^0$'
	expect 1 vm-setvcpu m 0 --disable --live
	contains "$output" "the first CPU is always on"
}

@test "processors that are removable are plugged in before the machine runs; the others stay" {
	sed "s|<name>m|<name>c|; s|<vcpu.*</vcpu>|<vcpu>3</vcpu>|; s|</devices>.*|</devices>|; s|cpus='0-1'|cpus='0-2'|" "$SCRATCH/m.xml" >"$SCRATCH/c.xml"
	vm-define -q "$SCRATCH/c.xml"
	expect 0 vm-setvcpus c 1 --config
	expect 0 vm-setvcpus c 2 --config
	expect 0 vm-setvcpus c 3 --config --hotpluggable
	contains "$(vm-dumpxml c)" "<vcpu id='1' enabled='yes' hotpluggable='no'/>"
	contains "$(vm-dumpxml c)" "<vcpu id='2' enabled='yes' hotpluggable='yes'/>"
	vm-start -q --paused c
	contains "$(tr '\0' ' ' </proc/$(cut -d' ' -f4 "$BERTH_ROOT/run/berth/qemu/c/state")/cmdline)" "-smp 2,maxcpus=3,"
	contains "$(vm-qemu-monitor-command c '{"execute": "query-cpus-fast"}')" "/machine/peripheral/vcpu2"
	expect 4 vm-setvcpus c 1 --live
	contains "$output" "is there from the start and cannot be unplugged"
	expect 4 vm-setvcpu c 1 --disable --live
	vm-destroy -q c
	expect 1 vm-setvcpu c 3 --enable --config
	expect 0 vm-setvcpu c 2 --disable --config
	[ "$(vm-vcpucount c --config --active)" = 2 ]
	vm-undefine -q c
}

@test "what cannot be is refused, and nothing is left of the attempt" {
	inventory >"$SCRATCH/before"
	refused()
	{
		echo "$2" >"$SCRATCH/dev.xml"
		expect 1 vm-attach-device m "$SCRATCH/dev.xml" --live
		contains "$output" "$1"
	}
	refused "does not support hotplugging" "<serial type='null'><target type='isa-serial'/></serial>"
	refused "does not support hotplugging" "<parallel type='file'><source path='$SCRATCH/parallel'/></parallel>"
	refused "no USB device 1234:abcd" "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0xabcd'/></source></hostdev>"
	refused "no PCI device 00fe:09:01.0" "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0xfe' bus='9' slot='1' function='0'/></source></hostdev>"
	refused "no mediated device 53764d0e-85a0-42b4-af5c-2046b460b1dc" "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='53764d0e-85a0-42b4-af5c-2046b460b1dc'/></source></hostdev>"
	refused "no SCSI device 99:0:0:0" "<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host99'/><address bus='0' target='0' unit='0'/></source></hostdev>"
	refused "cannot be attached" "<sound model='ich6'/>"
	refused "cannot be attached" "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>"
	inventory | diff "$SCRATCH/before" -
}

@test "a controller in use stays; a machine without a free slot says what to do" {
	for i in 1 2 3 4 5 6 7 8; do
		echo "<rng model='virtio'><backend model='builtin'/><alias name='ua-rng$i'/></rng>" >"$SCRATCH/rng$i.xml"
		run vm-attach-device m "$SCRATCH/rng$i.xml" --live
		[ "$status" = 0 ] || break
	done
	[ "$status" = 1 ]
	contains "$output" "no PCI slot left"
	contains "$output" "pcie-root-port"
	while ((--i > 0)); do
		expect 0 vm-detach-device-alias m "ua-rng$i" --live
	done
	echo "<controller type='virtio-serial' index='0'/>" >"$SCRATCH/c.xml"
	expect 4 vm-detach-device m "$SCRATCH/c.xml" --live
	contains "$output" "the device channel0 is on it"
}

@test "a guest that does not let go: told, and the device goes when it does" {
	echo "<rng model='virtio'><backend model='builtin'/></rng>" >"$SCRATCH/rng.xml"
	expect 0 vm-attach-device m "$SCRATCH/rng.xml" --live
	seen "$PCI" 0x1044
	vm-event m --event device-removed --timeout 30 >"$SCRATCH/events" 2>&1 &
	events=$!
	vm-suspend -q m
	# it cannot answer, and is not waited for without end
	timeout 20 vm-detach-device m "$SCRATCH/rng.xml" --live
	[ "$(vm-dumpxml m | grep -c '<rng')" = 1 ]
	vm-resume -q m
	wait "$events"
	contains "$(cat "$SCRATCH/events")" rng0
	[ "$(vm-dumpxml m | grep -c '<rng')" = 0 ]
	[ "$(hmp info qtree | grep -c rng0)" = 0 ]
}
