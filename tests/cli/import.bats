#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Machines made of images and of other machines.

load ../helpers

setup()
{
	command -v qemu-img >/dev/null || skip "qemu-utils is not installed"
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is not installed"
	berth_setup
	chmod 755 "$SCRATCH"
	IMAGE=$SCRATCH/cloud.qcow2
	qemu-img create -q -f raw "$SCRATCH/cloud.raw" 4M
	printf 'the system' | dd of="$SCRATCH/cloud.raw" conv=notrunc status=none
	qemu-img convert -O qcow2 "$SCRATCH/cloud.raw" "$IMAGE"
	IMAGES=$BERTH_ROOT/var/lib/berth/images
}

teardown() { berth_teardown; }

# A file on the seed.
seed()
{
	xorriso -osirrox on -indev "$1" -extract "/$2" "$SCRATCH/extracted" >/dev/null 2>&1
	cat "$SCRATCH/extracted"
	rm -f "$SCRATCH/extracted"
}

@test "vm-import: a copy, resized, with a seed that cloud-init finds and reads" {
	command -v xorriso >/dev/null || skip "xorriso is not installed"
	echo "ssh-ed25519 AAAA it's me" >"$SCRATCH/key.pub"
	expect 0 vm-import "$IMAGE" web --size 8MiB --memory 64MiB --user admin --ssh-key "$SCRATCH/key.pub" --network none --virttype qemu
	[ "$(qemu-img info --output=json "$IMAGES/web.qcow2" | jq '."virtual-size"')" = 8388608 ]
	[ "$(qemu-img info --output=json "$IMAGES/web.qcow2" | jq '."backing-filename"')" = null ]
	qemu-img convert -O raw "$IMAGES/web.qcow2" "$SCRATCH/back"
	[ "$(head -c 10 "$SCRATCH/back")" = "the system" ]
	[ "$(blkid -o value -s LABEL "$IMAGES/web-seed.iso")" = cidata ]
	data=$(seed "$IMAGES/web-seed.iso" user-data)
	[ "${data%%$'\n'*}" = "#cloud-config" ]
	[ "$(tail -n +2 <<<"$data" | jq -r '.users[0].name')" = admin ]
	[ "$(tail -n +2 <<<"$data" | jq -r '.users[0].ssh_authorized_keys[0]')" = "ssh-ed25519 AAAA it's me" ]
	[ "$(tail -n +2 <<<"$data" | jq -r .hostname)" = web ]
	[ "$(seed "$IMAGES/web-seed.iso" meta-data | jq -r '."instance-id"')" = "$(vm-uuid web)" ]
	[ "$(vm-dumpxml web --xpath 'string(//memory)')" = 65536 ]
	expect 0 host-check
	[ "$(id -u)" = 0 ] || return 0
	vm-start -q web
	vm-qemu-monitor-command web --hmp info block >"$SCRATCH/block"
	contains "$(cat "$SCRATCH/block")" "web-seed.iso"
	contains "$(cat "$SCRATCH/block")" "web.qcow2"
}

@test "vm-import: an overlay, data of one's own; what is refused leaves nothing" {
	command -v xorriso >/dev/null || skip "xorriso is not installed"
	printf '#cloud-config\n{}\n' >"$SCRATCH/own"
	expect 0 vm-import "$IMAGE" web --overlay --user-data "$SCRATCH/own" --disk "$SCRATCH/here.img" --firmware efi
	[ "$(qemu-img info --output=json "$SCRATCH/here.img" | jq -r '."backing-filename"')" = "$IMAGE" ]
	[ "$(seed "$SCRATCH/here-seed.iso" user-data | sha256sum)" = "$(sha256sum <"$SCRATCH/own")" ]
	[ "$(vm-dumpxml web --xpath 'string(//os/@firmware)')" = efi ]
	expect 1 vm-import "$IMAGE" web
	contains "$output" "there is a domain 'web' already"
	expect 1 vm-import "$IMAGE" other --disk "$SCRATCH/here.img"
	contains "$output" "nothing is overwritten"
	expect 1 vm-import "$SCRATCH/here.img" other
	contains "$output" "rests on another file"
	expect 1 vm-import "$SCRATCH/nothing" other
	expect 1 vm-import "$IMAGE" other --size 1MiB
	contains "$output" "is less than"
	expect 1 vm-import "$IMAGE" other --ssh-key "$SCRATCH/nothing"
	expect 1 vm-import "$IMAGE" other --machine nonesuch
	[ ! -e "$IMAGES/other.qcow2" ] && [ ! -e "$IMAGES/other-seed.iso" ]
	for arguments in "--size much" "--memory 0" "--vcpus 0" "--firmware openbios" "--user-data f --user u" "--disk here"; do
		expect 2 vm-import "$IMAGE" other $arguments
	done
	contains "$(vm-import "$IMAGE" other --print-xml)" "<name>other</name>"
	[ -z "$(ls /tmp/berth-seed.* 2>/dev/null)" ]
}

@test "vm-clone: disks copied, names, numbers and addresses its own" {
	cat >"$SCRATCH/m.xml" <<-EOX
		<domain type='qemu'><name>one</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='pc'>hvm</type></os>
		<devices>
		  <disk type='file'><driver name='qemu' type='qcow2'/><source file='$SCRATCH/one.qcow2'/><target dev='vda' bus='virtio'/></disk>
		  <disk type='file'><driver name='qemu' type='raw'/><source file='$SCRATCH/cloud.raw'/><target dev='vdb' bus='virtio'/></disk>
		  <disk type='file' device='cdrom'><source file='$SCRATCH/shared.iso'/><target dev='hdc' bus='ide'/><readonly/></disk>
		  <interface type='user'><mac address='52:54:00:11:22:33'/></interface>
		</devices></domain>
	EOX
	cp "$IMAGE" "$SCRATCH/one.qcow2"
	vm-define -q "$SCRATCH/m.xml"
	expect 0 vm-clone one two --disk "vdb=$SCRATCH/data.raw"
	cmp "$SCRATCH/cloud.raw" "$SCRATCH/data.raw"
	qemu-img compare -q "$SCRATCH/one.qcow2" "$SCRATCH/two.qcow2"
	[ "$(vm-dumpxml two --xpath 'string(//disk[3]/source/@file)')" = "$SCRATCH/shared.iso" ]
	[ "$(vm-uuid two)" != "$(vm-uuid one)" ]
	[ "$(vm-dumpxml two --xpath 'string(//mac/@address)')" != 52:54:00:11:22:33 ]
	# all else is the same
	[ "$(diff <(vm-dumpxml one) <(vm-dumpxml two) | grep -c '^>')" = 5 ]
	expect 1 vm-clone one two
	expect 1 vm-clone one three --disk "vda=$SCRATCH/two.qcow2"
	contains "$output" "nothing is overwritten"
	[ -z "$(ls "$SCRATCH"/three* 2>/dev/null)" ]
	[ -z "$(vm-list --all --name | grep three)" ]
	[ "$(vm-clone one three --skip vda,vdb --print-xml | xmllint --xpath 'string(//disk[1]/source/@file)' -)" = "$SCRATCH/one.qcow2" ]
	expect 3 vm-clone nonesuch three
	expect 2 vm-clone one a/b
	[ "$(id -u)" = 0 ] || return 0
	sed -i '/iso/d' "$SCRATCH/m.xml"
	vm-define -q "$SCRATCH/m.xml"
	vm-start -q one
	expect 4 vm-clone one three
}
