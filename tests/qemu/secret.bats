#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Secrets of machines: encrypted disks and TPMs, by the secret driver. The machines are never booted: QEMU opens an encrypted image, or swtpm its state, before.

load ../helpers

DISK_UUID=11111111-2222-3333-4444-555555555555
TPM_UUID=11111111-2222-3333-4444-666666666666
PORTS=$(printf "<controller type='pci' model='pcie-root-port'/>%.0s" {1..6})
PASSPHRASE=very-much-geheim

setup_file()
{
	[ "$(id -u)" = 0 ] || skip "needs root"
	local program
	for program in qemu-system-x86_64 qemu-img; do
		command -v $program >/dev/null || skip "$program is not installed"
	done
	export IMAGES
	IMAGES=$(mktemp -d /tmp/berth-images.XXXXXX)
	make_image luks
	make_image qcow2
}

teardown_file()
{
	[ -z "$IMAGES" ] || rm -rf "$IMAGES"
}

setup()
{
	[ -n "$IMAGES" ] || skip "no images"
	berth_setup
	chmod 755 "$SCRATCH"
}

teardown()
{
	berth_teardown
}

# An image that the passphrase opens. QEMU measures how fast it is, and gives up where the clock of threads is coarse.
make_image()
{
	local prefix=encrypt. try
	[ "$1" != luks ] || prefix=
	for ((try = 0; try < 30; try++)); do
		qemu-img create -q -f "$1" --object "secret,id=s,data=$PASSPHRASE" \
			-o "${prefix:+encrypt.format=luks,}${prefix}key-secret=s,${prefix}iter-time=10" "$IMAGES/$1" 2M 2>/dev/null && return 0
	done
	return 1
}

# image FORMAT FILE
image()
{
	cp "$IMAGES/$1" "$SCRATCH/$2"
}

# disk FORMAT FILE TARGET [REFERENCE]
disk()
{
	echo "<disk type='file' device='disk'><driver name='qemu' type='${1/luks/raw}'/><source file='$SCRATCH/$2'><encryption format='luks'>
		<secret type='passphrase' ${4:-uuid='$DISK_UUID'}/></encryption></source><target dev='$3' bus='virtio'/></disk>"
}

define()
{
	cat >"$SCRATCH/m.xml" <<-EOX
		<domain type='qemu'><name>m</name><memory unit='MiB'>32</memory><os><type arch='x86_64' machine='q35'>hvm</type></os><devices>
		$PORTS$1</devices></domain>
	EOX
	vm-define -q "$SCRATCH/m.xml"
}

secret()
{
	echo "<secret ephemeral='no' private='yes'><uuid>$1</uuid><usage type='$2'>$3</usage></secret>" >"$SCRATCH/secret.xml"
	secret-define -q "$SCRATCH/secret.xml"
}

value()
{
	printf %s "$2" | secret-set-value -q "$1" --plain --file -
}

qemu_pid()
{
	cut -d' ' -f4 "$BERTH_ROOT/run/berth/qemu/m/state"
}

# P4: the passphrase is in no command line, environment, file, log or descriptor.
nowhere()
{
	local pid
	for pid in $(pgrep -f "$SCRATCH") "$(qemu_pid)"; do
		! grep -qa "$PASSPHRASE" "/proc/$pid/cmdline" "/proc/$pid/environ" || false
	done
	# whoever could look into QEMU's descriptors would find the pipe empty
	for fd in /proc/"$(qemu_pid)"/fd/*; do
		[[ $(readlink "$fd") != pipe:* ]] || [ -z "$(timeout 0.2 dd if="$fd" iflag=nonblock status=none 2>/dev/null)" ]
	done
	! grep -rqa "$PASSPHRASE" "$BERTH_ROOT/run" "$BERTH_ROOT/var/log" "$BERTH_ROOT/var/lib/berth/qemu" || false
	! vm-dumpxml m --security-info | grep -q "$PASSPHRASE" || false
	! vm-qemu-monitor-command m --hmp 'info qtree' | grep -q "$PASSPHRASE" || false
}

@test "P4: encrypted disks start with their secret, and it is nowhere to be read" {
	image luks one.luks
	image qcow2 two.qcow2
	define "$(disk luks one.luks vda)$(disk qcow2 two.qcow2 vdb "usage='/x'")"
	secret $DISK_UUID volume "<volume>/x</volume>"
	value $DISK_UUID $PASSPHRASE
	expect 0 vm-start m
	contains "$(vm-qemu-monitor-command m --hmp 'info block')" "luks"
	nowhere
}

@test "without its secret, without a value, with a wrong one a machine does not start; nothing is left" {
	image luks one.luks
	define "$(disk luks one.luks vda)"
	expect 3 vm-start m
	contains "$output" "there is no secret '$DISK_UUID'"
	secret $DISK_UUID volume "<volume>/x</volume>"
	expect 3 vm-start m
	contains "$output" "secret-set-value"
	value $DISK_UUID something-else
	expect 1 vm-start m
	contains "$output" "Invalid password, cannot unlock any keyslot"
	[ -z "$(ls "$BERTH_ROOT/run/berth/qemu")" ]
	[ "$(stat -c %u "$SCRATCH/one.luks")" = 0 ]
	# QEMU's words, not the value, are in the log
	! grep -q something-else "$(vm-log --path m)" || false
}

@test "P4: an encrypted disk comes and goes while the machine runs; without its secret it is refused" {
	image luks one.luks
	image qcow2 two.qcow2
	define
	vm-start -q m
	disk luks one.luks vda >"$SCRATCH/one.xml"
	disk qcow2 two.qcow2 vdb >"$SCRATCH/two.xml"
	expect 3 vm-attach-device m "$SCRATCH/one.xml" --live
	contains "$output" "disk vda: there is no secret"
	secret $DISK_UUID volume "<volume>/x</volume>"
	value $DISK_UUID something-else
	expect 1 vm-attach-device m "$SCRATCH/one.xml" --live
	contains "$output" "Invalid password, cannot unlock any keyslot"
	[ -z "$(vm-domblklist --name m 2>/dev/null)" ]
	value $DISK_UUID $PASSPHRASE
	expect 0 vm-attach-device m "$SCRATCH/one.xml" --live
	expect 0 vm-attach-device m "$SCRATCH/two.xml" --live
	contains "$(vm-qemu-monitor-command m --hmp 'info block')" "two.qcow2"
	# what QEMU was given to read is gone there, too
	[ "$(vm-qemu-monitor-command m '{"execute": "query-fdsets"}' | tr -d ' \n' | sed 's/,"id".*//')" = '{"return":[]' ]
	nowhere
	# the secret is not needed to let go
	secret-undefine -q $DISK_UUID
	expect 0 vm-destroy -q m
}

@test "P4: a TPM's state is encrypted by its secret, and is of no use without" {
	command -v swtpm >/dev/null || skip "swtpm is not installed"
	define "<tpm model='tpm-crb'><backend type='emulator' version='2.0'><encryption secret='$TPM_UUID'/></backend></tpm>"
	expect 3 vm-start m
	contains "$output" "tpm tpm0: there is no secret '$TPM_UUID'"
	secret $TPM_UUID vtpm "<name>m</name>"
	value $TPM_UUID $PASSPHRASE
	expect 0 vm-start m
	nowhere
	vm-destroy -q m
	value $TPM_UUID something-else
	expect 1 vm-start m
	contains "$output" "tpm-emulator"
	value $TPM_UUID $PASSPHRASE
	expect 0 vm-start m
}
