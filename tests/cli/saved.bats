#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# The programs about saved memory, without a machine: what they refuse, and images of every kind. tests/qemu/save.bats saves real ones.

load ../helpers

setup()
{
	berth_setup
	cd "$SCRATCH"
}
teardown() { berth_teardown; }

# image FILE [MAGIC] [BYTEORDER] [VERSION] [FORMAT]: an image of libvirt's, with a cookie and little room
image()
{
	python3 - "$@" <<-'EOP'
		import struct, sys
		name, magic, order, version, fmt = (sys.argv[1:] + ['LibvirtQemudSave', '<', '2', '0'][len(sys.argv) - 2:])[:5]
		xml = b"<domain type='qemu'><name>saved</name><uuid>6cf75d45-a9b3-4c6a-9d4e-0f5b5b0a7a11</uuid><memory unit='KiB'>65536</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='q35'>hvm</type></os></domain>\0"
		cookie = b"<cookie><kept/></cookie>\0"
		room = 40
		h = magic.encode() + struct.pack(order + '5I', int(version), len(xml) + len(cookie) + room, 1, int(fmt), len(xml)) + b'\0' * 56
		open(name, 'wb').write(h + xml + cookie + b'\0' * room + b'STATE' * 3000)
	EOP
}

@test "vm-save-image-dumpxml reads images of both byte orders, and says what is none" {
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is not installed"
	image a.sav
	image b.sav LibvirtQemudSave '>'
	[ "$(vm-save-image-dumpxml a.sav --xpath 'string(/domain/name)')" = saved ]
	[ "$(vm-save-image-dumpxml b.sav --xpath 'string(/domain/name)')" = saved ]
	[ "$(vm-save-image-dumpxml --json a.sav | python3 -c 'import json, sys; print(json.load(sys.stdin)["name"])')" = a.sav ]
	image c.sav LibvirtQemudPart
	image d.sav LibvirtQemudSave '<' 9
	image e.sav LibvirtQemudSave '<' 2 77
	head -c 50 a.sav >f.sav
	head -c 100 a.sav >g.sav
	for pair in c:finished d:version e:compression f:short g:damaged; do
		run vm-save-image-dumpxml "${pair%:*}.sav"
		echo "$output"
		[ "$status" != 0 ]
		[[ $output == *${pair%:*}.sav*${pair#*:}* ]]
		run vm-restore "${pair%:*}.sav"
		[ "$status" != 0 ]
	done
	run vm-save-image-dumpxml none.sav
	[ "$status" = 3 ] || [ "$status" = 1 ]
}

@test "vm-save-image-define, vm-save-image-edit: in place, or in a new file; the state and the cookie stay" {
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is not installed"
	image a.sav
	vm-save-image-dumpxml a.sav >x.xml
	vm-save-image-define -q --paused a.sav x.xml
	grep -qa '<cookie><kept/></cookie>' a.sav
	[ "$(tail -c 15000 a.sav)" = "$(printf 'STATE%.0s' {1..3000})" ]
	[ "$(od -An -tu4 -j24 -N4 a.sav | tr -d ' ')" = 0 ]
	EDITOR="sed -i s,</name>,</name><title>new</title>," vm-save-image-edit -q --running a.sav
	[ "$(vm-save-image-dumpxml a.sav --xpath 'string(/domain/title)')" = new ]
	[ "$(od -An -tu4 -j24 -N4 a.sav | tr -d ' ')" = 1 ]
	[ "$(ls *.new *.part 2>/dev/null)" = "" ]
	run vm-save-image-define a.sav none.xml
	[ "$status" != 0 ]
}

@test "vm-save, vm-managedsave, vm-dump: usage, and guests that are not there or do not run" {
	run vm-save web
	[ "$status" = 2 ]
	run vm-save --running --paused web x
	[ "$status" = 2 ]
	run vm-restore --running --paused x
	[ "$status" = 2 ]
	run vm-dump --format elf web x
	[ "$status" = 2 ]
	run vm-dump --live --crash web x
	[ "$status" = 2 ]
	for command in "vm-save web x" "vm-managedsave web" "vm-managedsave-remove web" "vm-managedsave-dumpxml web" "vm-managedsave-edit web" "vm-dump web x"; do
		run $command
		echo "$command: $output"
		[ "$status" = 3 ]
	done
	echo "<domain type='lxc'><name>web</name><memory>65536</memory><os><type>exe</type><init>/bin/sh</init></os></domain>" >web.xml
	[ "$(id -u)" = 0 ] || skip "needs root"
	vm-define -q web.xml
	for command in "vm-save web x" "vm-managedsave web" "vm-managedsave-remove web" "vm-managedsave-dumpxml web" "vm-managedsave-define web web.xml" "vm-dump web x"; do
		run $command
		echo "$command: $output"
		[ "$status" = 4 ]
	done
}

@test "vm-blockresize, vm-blkthreshold, vm-dirtyrate-calc, vm-qemu-monitor-event: usage, and guests that are not there" {
	for command in "vm-blockresize web vda" "vm-blkthreshold web vda" "vm-blkthreshold web vda x" "vm-dirtyrate-calc web --seconds 0" "vm-qemu-monitor-event web --no-case"; do
		run $command
		echo "$command: $output"
		[ "$status" = 2 ]
	done
	for command in "vm-blockresize web vda 1G" "vm-blkthreshold web vda 1" "vm-dirtyrate-calc web" "vm-qemu-monitor-event web"; do
		run $command
		echo "$command: $output"
		[ "$status" = 3 ]
	done
}

@test "vm-display-reload, vm-launchsecinfo, vm-setlaunchsecstate: usage, and guests that are not there" {
	echo aGVsbG8= >secret
	for command in "vm-display-reload" "vm-display-reload web --type spice" "vm-launchsecinfo" "vm-setlaunchsecstate web --secret secret"; do
		run $command
		echo "$command: $output"
		[ "$status" = 2 ]
	done
	for command in "vm-display-reload web" "vm-launchsecinfo web" "vm-setlaunchsecstate web --secret secret --secrethdr secret"; do
		run $command
		echo "$command: $output"
		[ "$status" = 3 ]
	done
}
