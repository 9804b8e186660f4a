#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Screens of machines: where they are, what is on them; and logging in by ssh, as far as it goes without a system in the guest.

load ../helpers

setup()
{
	[ "$(id -u)" = 0 ] || skip "needs root"
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is not installed"
	berth_setup
	chmod 755 "$SCRATCH"
	cat >"$SCRATCH/m.xml" <<-EOX
		<domain type='qemu'><name>m</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='pc'>hvm</type></os>
		<devices>
		  <graphics type='vnc' autoport='yes' passwd='s3cret'/>
		  <video><model type='vga'/></video>
		</devices></domain>
	EOX
	vm-define -q "$SCRATCH/m.xml"
}

teardown() { berth_teardown; }

@test "vm-display, vm-vncdisplay: a screen that says nothing is for this host alone" {
	expect 4 vm-display m
	contains "$output" "is not running"
	expect 4 vm-vncdisplay m
	vm-start -q m
	display=$(vm-vncdisplay m)
	[[ $display =~ ^127\.0\.0\.1:[0-9]+$ ]]
	[ "$(vm-display m)" = "vnc://$display" ]
	[ "$(vm-display --all --json m | jq -r '.[0]')" = "vnc://$display" ]
	[ "$(vm-display --include-password --type vnc m)" = "vnc://:s3cret@$display" ]
	# the kernel's word for it: the loopback address and no other
	port=$(printf '%04X' $((5900 + ${display##*:})))
	grep -q " 0100007F:$port 00000000:0000 0A " /proc/net/tcp
	! grep -q " 00000000:$port 00000000:0000 0A " /proc/net/tcp || false
	expect 1 vm-display --type spice m
	contains "$output" "no screen of type 'spice'"
	expect 2 vm-display --type nonesuch m
	[[ $(vm-dumpxml m) != *s3cret* ]]
}

@test "vm-screenshot" {
	expect 4 vm-screenshot m "$SCRATCH/picture"
	[ ! -e "$SCRATCH/picture" ]
	vm-start -q m
	contains "$(vm-screenshot m "$SCRATCH/picture" 2>&1)" "Screenshot saved to $SCRATCH/picture, with type of image/x-portable-pixmap"
	[ "$(head -c 2 "$SCRATCH/picture")" = P6 ]
	[ "$(vm-screenshot m - | head -c 2)" = P6 ]
	cd "$SCRATCH"
	[ -s "$(vm-screenshot --json m | jq -r .file)" ]
	expect 1 vm-screenshot m --screen 9 "$SCRATCH/other"
	contains "$output" "the guest has no screen 9"
	[ ! -e "$SCRATCH/other" ]
	expect 1 vm-screenshot m "$SCRATCH/nowhere/picture"
	! vm-screenshot -q m - >/dev/full 2>/dev/null || false
}

@test "vm-ssh: the command that it runs" {
	expect 4 vm-ssh m
	vm-start -q m
	expect 1 vm-ssh m
	contains "$output" "no address of domain 'm' is known yet"
	expect 6 vm-ssh --wait 100ms m
	expect 1 vm-ssh --vsock m
	contains "$output" "has no <vsock>"
	expect 2 vm-ssh --port ssh m
	expect 2 vm-ssh --source oracle m
	expect 3 vm-ssh nonesuch
	# the made-up host's guests have addresses
	[ "$(vm-ssh -c test:///default --print -l root -p 2222 -i key test uname -a)" = "ssh -p 2222 -l root -i key -- 192.168.122.3 uname -a" ]
	test-reset
}
