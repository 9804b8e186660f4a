#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Definitions of machines, their command lines, what the host's QEMUs can do. No guest is started.
load ../helpers

setup()
{
	berth_setup
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is not installed"
	cat >"$SCRATCH/m.xml" <<-EOF
	<domain type='qemu'><name>m</name><memory unit='MiB'>64</memory>
	<os><type arch='x86_64' machine='q35'>hvm</type></os>
	<devices><interface type='user'/></devices></domain>
	EOF
}

teardown() { berth_teardown; }

@test "vm-define: a machine gets its versioned type, controllers and addresses, and keeps them" {
	vm-define -q "$SCRATCH/m.xml"
	vm-dumpxml m >"$SCRATCH/one"
	grep -q "machine='pc-q35-[0-9]" "$SCRATCH/one"
	grep -q "<model type='rtl8139'/>" "$SCRATCH/one"
	grep -q "model='pcie-to-pci-bridge'" "$SCRATCH/one"
	grep -q "<memballoon model='virtio'>" "$SCRATCH/one"
	run vm-define "$SCRATCH/one"
	[ "$output" = "unchanged m" ]
	vm-dumpxml m | diff "$SCRATCH/one" -
}

@test "vm-define: what no machine can be is refused, and nothing is left" {
	sed 's/q35/no-such-machine/' "$SCRATCH/m.xml" >"$SCRATCH/bad.xml"
	expect 1 vm-define "$SCRATCH/bad.xml"
	contains "$output" "no machine type 'no-such-machine'"
	sed "s|<interface type='user'/>|<disk type='file'><source file='/x'/><target dev='hda' bus='ide'/></disk>|" "$SCRATCH/m.xml" >"$SCRATCH/bad.xml"
	expect 1 vm-define "$SCRATCH/bad.xml"
	contains "$output" "has no IDE"
	sed "s|<interface type='user'/>|<rng model='virtio'><backend model='random'/><address type='pci' bus='0' slot='3'/></rng><vsock><address type='pci' bus='0' slot='3'/></vsock>|" \
		"$SCRATCH/m.xml" >"$SCRATCH/bad.xml"
	expect 1 vm-define "$SCRATCH/bad.xml"
	contains "$output" "two devices"
	[ -z "$(vm-list --all --name)" ]
}

@test "vm-xml-to-native: a command line of a file, of a guest, as JSON; formats and arguments that are wrong" {
	vm-xml-to-native qemu-argv "$SCRATCH/m.xml" >"$SCRATCH/argv"
	grep -q -- "-machine pc-q35-" "$SCRATCH/argv"
	grep -q -- "-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny" "$SCRATCH/argv"
	vm-define -q "$SCRATCH/m.xml"
	vm-xml-to-native --domain m qemu-argv >/dev/null
	[ "$(vm-xml-to-native --json qemu-argv "$SCRATCH/m.xml" | python3 -c 'import json,sys; print(json.load(sys.stdin)["format"])')" = qemu-argv ]
	expect 1 vm-xml-to-native nonsense "$SCRATCH/m.xml"
	contains "$output" "qemu-argv"
	expect 2 vm-xml-to-native qemu-argv
	expect 3 vm-xml-to-native --domain nobody qemu-argv
	expect 1 vm-xml-to-native qemu-argv "$SCRATCH/none.xml"
}

@test "host-capabilities: the machines of the installed QEMU" {
	host-capabilities -c qemu:///system >"$SCRATCH/caps.xml"
	grep -q "<emulator>/usr/bin/qemu-system-x86_64</emulator>" "$SCRATCH/caps.xml"
	grep -q "canonical='pc-q35-" "$SCRATCH/caps.xml"
	# the schema has no feature with a dot in its name; libvirt writes them, too
	sed "/<feature name=.sse4[.]/d" "$SCRATCH/caps.xml" >"$SCRATCH/plain.xml"
	xmllint --noout --relaxng /usr/share/libvirt/schemas/capability.rng "$SCRATCH/plain.xml"
}

@test "capabilities: a cache that is damaged or read-only harms nobody; a program that is no QEMU is told" {
	vm-define --driver qemu --print-xml "$SCRATCH/m.xml" >"$SCRATCH/one"
	local file cache=$BERTH_ROOT/var/cache/berth/qemu-capabilities
	[ "$(ls "$cache" | wc -l)" = 2 ]
	for file in "$cache"/*; do
		[ -s "$file" ]
		echo '{"arch":"x86_64"}' >"$file"
	done
	vm-define --driver qemu --print-xml "$SCRATCH/m.xml" | grep -v '<uuid>\|<mac' >"$SCRATCH/two"
	grep -v '<uuid>\|<mac' "$SCRATCH/one" | diff - "$SCRATCH/two"
	sed "s|<devices>|<devices><emulator>/bin/true</emulator>|" "$SCRATCH/m.xml" >"$SCRATCH/true.xml"
	expect 1 vm-define "$SCRATCH/true.xml"
	contains "$output" "is it a QEMU"
}

@test "vm-xml-from-native qemu-argv: a definition of a command line; what it cannot say is kept; quotes" {
	cat >"$SCRATCH/argv" <<-'EOS'
	HOME=/x /usr/bin/qemu-system-x86_64 -name "my guest" -m 2G -smp 2 -cpu Nehalem,+aes -drive file=/dev/sdx,format=raw,if=virtio \
	  -net nic,macaddr=52:54:00:00:00:01,model=virtio -net user -serial pty -vnc 127.0.0.1:3 -fancy 'it'"'"'s'
	EOS
	vm-xml-from-native qemu-argv "$SCRATCH/argv" >"$SCRATCH/x.xml"
	[ "$(xmllint --xpath 'string(/domain/name)' "$SCRATCH/x.xml")" = "my guest" ]
	[ "$(xmllint --xpath 'string(/domain/memory)' "$SCRATCH/x.xml")" = 2097152 ]
	[ "$(xmllint --xpath 'string(//disk/target/@bus)' "$SCRATCH/x.xml")" = virtio ]
	[ "$(xmllint --xpath 'string(//interface/mac/@address)' "$SCRATCH/x.xml")" = 52:54:00:00:00:01 ]
	[ "$(xmllint --xpath 'string(//graphics/@port)' "$SCRATCH/x.xml")" = 5903 ]
	grep -q "<qemu:arg value='-fancy'/>" "$SCRATCH/x.xml"
	grep -q "it&apos;s" "$SCRATCH/x.xml"
	vm-define -q "$SCRATCH/x.xml"
	echo "/usr/bin/qemu-system-x86_64 -name 'a" >"$SCRATCH/argv"
	expect 1 vm-xml-from-native qemu-argv "$SCRATCH/argv"
	contains "$output" "quote"
	echo "/usr/bin/qemu-system-x86_64 -m" >"$SCRATCH/argv"
	expect 1 vm-xml-from-native qemu-argv "$SCRATCH/argv"
	contains "$output" "value is missing"
}
