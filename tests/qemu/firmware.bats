#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Firmware of machines: which is chosen, that it is kept, its variables; and what a host cannot do, said before a start begins.

load ../helpers

setup()
{
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is not installed"
	[ -e /usr/share/qemu/firmware/60-edk2-x86_64.json ] || skip "ovmf is not installed"
	berth_setup
	export HOME=$SCRATCH
	chmod 755 "$SCRATCH"
}

teardown() { berth_teardown; }

# machine TYPE OS-ATTRIBUTES INSIDE-OS FEATURES: a definition's file
machine()
{
	cat >"$SCRATCH/$1.xml" <<-EOX
		<domain type='qemu'><name>m</name><memory unit='MiB'>192</memory>
		<os $2><type arch='x86_64' machine='$1'>hvm</type>$3</os><features><acpi/>$4</features>${5-}
		<devices><serial type='file'><source path='$SCRATCH/serial'/></serial></devices></domain>
	EOX
	echo "$SCRATCH/$1.xml"
}

# The value of an XPath expression in what the driver makes of a definition.
made()
{
	vm-define --print-xml --driver qemu "$1" | xmllint --xpath "string($2)" -
}

@test "firmware='efi' is chosen by machine and features, and told in full" {
	file=$(machine q35 "firmware='efi'")
	[ "$(made "$file" //loader)" = /usr/share/OVMF/OVMF_CODE_4M.ms.fd ]
	[ "$(made "$file" //loader/@secure)" = yes ]
	[ "$(made "$file" //smm/@state)" = on ]
	[ "$(made "$file" //nvram/@template)" = /usr/share/OVMF/OVMF_VARS_4M.ms.fd ]
	[ "$(made "$file" //nvram)" = "$BERTH_ROOT/var/lib/berth/qemu/m/nvram" ]
	[ "$(made "$file" "//firmware/feature[@name='secure-boot']/@enabled")" = yes ]
	file=$(machine q35 "firmware='efi'" "<firmware><feature enabled='yes' name='secure-boot'/><feature enabled='no' name='enrolled-keys'/></firmware>")
	[ "$(made "$file" //loader)" = /usr/share/OVMF/OVMF_CODE_4M.secboot.fd ]
	for file in "$(machine pc "firmware='efi'")" "$(machine q35 "firmware='efi'" "<loader secure='no'/>")" \
		"$(machine q35 "firmware='efi'" '' "<smm state='off'/>")"; do
		[ "$(made "$file" //loader)" = /usr/share/OVMF/OVMF_CODE_4M.fd ]
	done
	# what is chosen once is no choice again
	vm-define -q "$(machine q35 "firmware='efi'")"
	vm-dumpxml m >"$SCRATCH/m.xml"
	contains "$(vm-define "$SCRATCH/m.xml" 2>&1)" unchanged
}

@test "firmware that is not there, descriptors of the user's own" {
	file=$(machine pc "firmware='efi'" "<firmware><feature enabled='yes' name='secure-boot'/></firmware>")
	expect 1 vm-define "$file"
	contains "$output" "no firmware is installed that is 'efi' with the features asked for, for the machine 'pc-i440fx"
	# an empty file takes a descriptor away, another comes first by its name
	mkdir -p "$SCRATCH/.config/qemu/firmware"
	: >"$SCRATCH/.config/qemu/firmware/60-edk2-x86_64.json"
	expect 1 vm-define "$(machine pc "firmware='efi'")"
	sed 's/OVMF_CODE_4M/OWN_CODE/' /usr/share/qemu/firmware/60-edk2-x86_64.json >"$SCRATCH/.config/qemu/firmware/10-own.json"
	[ "$(made "$(machine pc "firmware='efi'")" //loader)" = /usr/share/OVMF/OWN_CODE.fd ]
}

@test "UEFI boots; its variables are made of the template, kept, and go with --nvram" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	vm-define -q "$(machine pc "firmware='efi'")"
	vm-start -q m
	for ((try = 0; try < 300; try++)); do
		grep -aq "BdsDxe\|UEFI\|EDK" "$SCRATCH/serial" && break
		sleep 0.1
	done
	grep -aq "BdsDxe\|UEFI\|EDK" "$SCRATCH/serial"
	[ "$(stat -c %s "$BERTH_ROOT/var/lib/berth/qemu/m/nvram")" = "$(stat -c %s /usr/share/OVMF/OVMF_VARS_4M.fd)" ]
	vm-destroy -q m
	vm-rename m n
	expect 4 vm-undefine n
	contains "$output" "--nvram says that it may be"
	vm-start -q n
	[ "$(vm-dumpxml n --xpath '//nvram/text()')" = "$BERTH_ROOT/var/lib/berth/qemu/n/nvram" ]
	vm-destroy -q n
	vm-undefine -q --nvram n
	[ ! -e "$BERTH_ROOT/var/lib/berth/qemu/n" ]
}

@test "what this host cannot do is said before a start begins" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	vm-define -q "$(machine pc '' '' '' "<cpu mode='custom' check='partial'><model>Nehalem</model><feature policy='require' name='avx512f'/></cpu>")"
	expect 1 vm-start m
	contains "$output" "Host CPU does not provide required features: avx512f"
	[ ! -e "$BERTH_ROOT/run/berth/qemu/m" ]
	vm-define -q "$(machine pc '' '' '' "<cpu mode='custom'><model fallback='forbid'>Nonesuch</model></cpu>")"
	expect 1 vm-start m
	contains "$output" "has no CPU model 'Nonesuch'"
	vm-define -q "$(machine pc '' '' '' "<vcpu>300</vcpu>")"
	expect 1 vm-start m
	contains "$output" "has 255 CPUs at most, the guest wants 300"
}

@test "vm-start --reset-nvram: the firmware forgets" {
	[ "$(id -u)" = 0 ] || skip "needs root"
	vm-define -q "$(machine pc "firmware='efi'")"
	vm-start -q m
	vm-destroy -q m
	printf 'it remembers' | dd of="$BERTH_ROOT/var/lib/berth/qemu/m/nvram" bs=1 seek=4000 conv=notrunc status=none
	vm-start -q --paused m
	! cmp -s "$BERTH_ROOT/var/lib/berth/qemu/m/nvram" /usr/share/OVMF/OVMF_VARS_4M.fd || false
	vm-destroy -q m
	vm-start -q --paused --reset-nvram m
	cmp "$BERTH_ROOT/var/lib/berth/qemu/m/nvram" /usr/share/OVMF/OVMF_VARS_4M.fd
}
