#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Saving, restoring and dumping a real machine (QEMU without KVM): what was in its memory and on its disk is there again.

load ../helpers
load machine

setup_file()
{
	DISK=d.img machine_setup_file "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='SCRATCH/d.img'/><target dev='vda' bus='virtio'/></disk>"
}

teardown_file()
{
	[ -z "$SCRATCH" ] || ! mountpoint -q "$SCRATCH/small" || umount "$SCRATCH/small"
	[ -z "$SCRATCH" ] || berth_teardown
}

setup()
{
	[ -n "$BERTH_ROOT" ] || skip "no machine"
	cd "$SCRATCH"
}

# A value in memory and on the disk that only this run has.
mark()
{
	inside 'dd if=/dev/urandom of=/tmp/mark bs=64k count=16 2>/dev/null; dd if=/tmp/mark of=/dev/vda bs=64k 2>/dev/null; sync; sha256sum </tmp/mark'
}

marks()
{
	inside 'sha256sum </tmp/mark; dd if=/dev/vda bs=64k count=16 2>/dev/null | sha256sum'
}

no_partial()
{
	[ -z "$(find "$SCRATCH" -name '*.part')" ]
}

# Begins a save that takes a while and waits until the file grows.
begin_slow_save()
{
	vm-save -q --image-format xz m "$1" 2>"$SCRATCH/slow.err" &
	slow=$!
	local try
	for ((try = 0; try < 600; try++)); do
		[ -n "$(find "$SCRATCH" -name '*.part' -size +0)" ] && [ "$(vm-state --reason m)" = "paused (saving)" ] && return 0
		sleep 0.05
	done
	return 1
}

@test "vm-save, vm-restore: memory and disk are what they were; states and reasons" {
	wait_agent
	was=$(mark)
	vm-save -q m m.sav
	[ "$(vm-state --reason m)" = "shut off (saved)" ]
	[ "$(head -c 16 m.sav)" = LibvirtQemudSave ]
	[ "$(stat -c '%a %u' m.sav)" = "600 0" ]
	vm-restore -q m.sav
	[ "$(vm-state --reason m)" = "running (restored)" ]
	[ "$(marks)" = "$was"$'\n'"$was" ]
	run vm-restore m.sav
	[ "$status" = 4 ]
	[ "$(vm-state m)" = running ]
	no_partial
}

@test "vm-managedsave: the next start goes on there; undefining says what would be lost; --force-boot forgets it" {
	wait_agent
	was=$(mark)
	vm-managedsave -q m
	[[ $(vm-list --all --managed-save) == *saved* ]]
	run vm-undefine m
	[ "$status" = 4 ]
	[ "$(vm-managedsave-dumpxml m --xpath 'string(/domain/name)')" = m ]
	run vm-rename m n
	[ "$status" = 4 ]
	vm-start -q m
	[ "$(vm-state --reason m)" = "running (restored)" ]
	[ "$(marks)" = "$was"$'\n'"$was" ]
	[ ! -e "$BERTH_ROOT/var/lib/berth/qemu/m/save" ]
	vm-suspend -q m
	vm-managedsave -q m
	vm-managedsave-dumpxml m | sed 's/<name>m/<name>other/' >o.xml
	run vm-managedsave-define m o.xml
	[ "$status" != 0 ]
	EDITOR="sed -i s/<vcpu/<title>edited<\\/title><vcpu/" vm-managedsave-edit -q m
	[ "$(vm-managedsave-dumpxml m --xpath 'string(/domain/title)')" = edited ]
	vm-managedsave-dumpxml m | sed '/<title>/d' >o.xml
	vm-managedsave-define -q m o.xml
	[ -z "$(vm-managedsave-dumpxml m --xpath 'string(/domain/title)')" ]
	vm-start -q m
	[ "$(vm-state m)" = paused ]
	vm-managedsave -q --running m
	vm-managedsave-remove -q m
	run vm-managedsave-remove m
	[ "$status" = 4 ]
	vm-start -q m
	[ "$(vm-state --reason m)" = "running (booted)" ]
	wait_agent
	vm-managedsave -q m
	head -c 100 "$BERTH_ROOT/var/lib/berth/qemu/m/save" >x && cat x >"$BERTH_ROOT/var/lib/berth/qemu/m/save"
	run vm-start m
	[ "$status" = 1 ]
	[[ $output == *--force-boot* ]]
	vm-start -q --force-boot m
	[ "$(vm-state --reason m)" = "running (booted)" ]
	wait_agent
}

@test "vm-save-image-dumpxml, -define, -edit: the definition in an image" {
	was=$(mark)
	vm-save -q m m.sav
	vm-save-image-dumpxml m.sav >x.xml
	grep -q '<name>m</name>' x.xml
	# longer than the room in the image's head, and other memory is refused
	{ sed '/<\/domain>/d' x.xml; echo "<description>$(head -c 20000 /dev/zero | tr '\0' x)</description></domain>"; } >y.xml
	vm-save-image-define -q --paused m.sav y.xml
	[ "$(vm-save-image-dumpxml m.sav --xpath 'string-length(/domain/description)')" = 20000 ]
	sed 's/<memory unit=.KiB.>[0-9]*/<memory unit="KiB">65536/; s/<currentMemory unit=.KiB.>[0-9]*/<currentMemory unit="KiB">65536/' x.xml >z.xml
	run vm-save-image-define m.sav z.xml
	[ "$status" != 0 ]
	[[ $output == *memory* ]]
	EDITOR="sed -i s/xxxx*/short/" vm-save-image-edit -q m.sav
	[ "$(vm-save-image-dumpxml m.sav --xpath 'string(/domain/description)')" = short ]
	vm-restore -q m.sav
	[ "$(vm-state m)" = paused ]
	vm-resume -q m
	[ "$(marks)" = "$was"$'\n'"$was" ]
	run vm-save-image-dumpxml x.xml
	[ "$status" = 1 ]
	[[ $output == *"is no saved state"* ]]
}

@test "packed, and past the page cache" {
	was=$(mark)
	for how in "--image-format gzip" "--image-format zstd" "--bypass-cache"; do
		command -v "${how#--image-format }" >/dev/null || [ "$how" = --bypass-cache ] || continue
		vm-save -q $how m p.sav
		vm-restore -q $([ "$how" = --bypass-cache ] && echo --bypass-cache) p.sav
	done
	[ "$(marks)" = "$was"$'\n'"$was" ]
	run vm-save --image-format nonsense m p.sav
	[ "$status" = 1 ]
	[ "$(vm-state m)" = running ]
	no_partial
}

@test "vm-dump: a core file for debuggers, the guest goes on" {
	vm-dump -q --memory-only m core
	readelf -h core | grep -q 'CORE'
	readelf -n core | grep -q PRSTATUS
	vm-dump -q --memory-only --format kdump-zlib m kcore
	[ "$(head -c 12 kcore)" = makedumpfile ]
	vm-dump -q --live m stream
	[ "$(head -c 4 stream)" = QEVM ]
	[ "$(vm-state m)" = running ]
	[[ $(vm-jobinfo --completed m) == *Completed* ]]
	run vm-dump --memory-only --format nonsense m x
	[ "$status" = 2 ]
	[ "$(inside 'echo alive')" = alive ]
	rm -f core kcore stream
	no_partial
}

@test "R4: a full disk during save and dump leaves the guest running and no file" {
	mkdir -p small
	mount -t tmpfs -o size=20m none small
	for command in "vm-save m small/x" "vm-save --image-format gzip m small/x" "vm-dump --memory-only m small/x" "vm-dump --memory-only --format kdump-zlib m small/x" "vm-dump m small/x"; do
		run $command
		echo "$command: $output"
		[ "$status" = 1 ]
		[[ $output == *"no room"* || $output == *"No space left"* ]]
		[ -z "$(ls -A small)" ]
		[ "$(vm-state m)" = running ]
	done
	umount small
	[ "$(inside 'echo alive')" = alive ]
}

@test "Ctrl-C cancels a save: the guest goes on, no file is left; meanwhile nothing else may change the guest" {
	begin_slow_save c.sav
	[[ $(vm-jobinfo m) == *"operation      : 2"* ]]
	[[ $(vm-control m) == *job* ]]
	run vm-setmem m 100M --live
	[ "$status" = 4 ]
	[[ $output == *"being saved"* ]]
	kill -INT $slow
	! wait $slow || false
	grep -q cancelled slow.err
	[ "$(vm-state --reason m)" = "running (save canceled)" ]
	[ ! -e c.sav ]
	no_partial
	begin_slow_save c.sav
	vm-jobabort m
	! wait $slow || false
	[ "$(vm-state m)" = running ]
	no_partial
	run vm-jobabort m
	[ "$status" = 4 ]
}

@test "R2: the supervisor killed during a save: the guest goes on, the half file goes" {
	begin_slow_save k.sav
	kill -9 "$(supervisor_pid)"
	! wait $slow || false
	[ "$(vm-state m)" = running ] || vm-jobinfo m
	[[ $(vm-jobinfo m) == *None* ]]
	[ "$(vm-state --reason m)" = "running (save canceled)" ]
	[ "$(inside 'echo alive')" = alive ]
	[ ! -e k.sav ]
	no_partial
}

@test "R16: a guest that ends during a save leaves no file" {
	begin_slow_save e.sav
	kill -9 "$(qemu_pid)"
	! wait $slow || false
	[[ $(vm-state --reason m) == "shut off"* ]]
	[ ! -e e.sav ]
	no_partial
	vm-restore -q --running m.sav
	begin_slow_save e.sav
	vm-destroy -q m
	! wait $slow || false
	no_partial
}
