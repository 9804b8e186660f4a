#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Containers on a host with control groups of version 2 alone: a machine with Debian's kernel that boots for it, as this host may well have version 1.

load ../helpers

GUEST=/tmp/berth-guest

setup()
{
	[ "$(id -u)" = 0 ] || skip "needs root"
	command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86 is not installed"
	"$BATS_TEST_DIRNAME/../qemu/make-guest" $GUEST >/dev/null 2>&1 || skip "the guest's packages cannot be had"
	berth_setup
}
teardown() { berth_teardown; }

# A second initial file system over the guest's: our programs, their libraries, and the script that works with them.
add_programs()
{
	local tree=$SCRATCH/tree program lib
	mkdir -p "$tree"/{berth/bin,berth/helpers,lib64,lib/x86_64-linux-gnu}
	for program in bin/vm-{define,start,destroy,suspend,resume,state,exec,memtune,setmem,schedinfo,memstat,cpu-stats,list} bin/host-check \
		helpers/{lxc-supervisor,fd-holder,init-launcher}; do
		cp "$BERTH_BUILD/$program" "$tree/berth/$program"
		ldd "$BERTH_BUILD/$program" 2>/dev/null | sed -n 's/.*=> \([^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/lib64[^ ]*\) .*/\1/p'
	done | sort -u | while read -r lib; do
		case $lib in */ld-linux*) cp -L "$lib" "$tree/lib64/" ;; *) cp -L "$lib" "$tree/lib/x86_64-linux-gnu/" ;; esac
	done
	ln -f "$tree/berth/bin/vm-start" "$tree/berth/helpers/lxc-supervisor"
	cat >"$tree/berth/web.xml" <<-EOX
		<domain type='lxc'><name>web</name><memory unit='MiB'>48</memory><cputune><shares>512</shares><period>50000</period><quota>25000</quota></cputune>
		<vcpu cpuset='0'>1</vcpu><os><type>exe</type><init>/bin/sleep</init><initarg>100000</initarg></os><features><privnet/></features>
		<devices><filesystem type='mount'><source dir='/fs'/><target dir='/'/></filesystem><console type='pty'/></devices></domain>
	EOX
	cp "$BATS_TEST_DIRNAME/version2.sh" "$tree/berth/test"
	cat >"$tree/first" <<-'EOX'
		#!/bin/sh
		# a container needs a root that pivot_root(2) can leave: not the initial one
		export PATH=/bin:/sbin
		mkdir /new
		mount -t tmpfs -o mode=755 root /new
		cp -a /bin /sbin /lib /lib64 /etc /berth /new
		mkdir /new/proc /new/sys /new/dev /new/tmp /new/run
		exec switch_root /new /berth/test
	EOX
	chmod 755 "$tree/first" "$tree/berth/test"
	(cd "$tree" && find . | busybox cpio -o -H newc -R 0:0 2>/dev/null | gzip -1) | cat $GUEST/initrd.gz - >"$SCRATCH/initrd"
}

@test "version 2 alone: limits, freezing, devices, statistics, adoption and the end of a container" {
	add_programs
	timeout ${VERSION2_TIMEOUT:-60} qemu-system-x86_64 -machine q35 -cpu max -m 384 -smp 2 -nodefaults -display none -no-reboot -serial "file:$SCRATCH/console" \
		-kernel $GUEST/vmlinuz -initrd "$SCRATCH/initrd" -append "console=ttyS0 quiet rdinit=/first panic=-1" </dev/null || true
	output=$(tr -d '\r' <"$SCRATCH/console")
	echo "$output"
	contains "$output" "VERSION2 DONE"
	[[ $output != *"VERSION2 NOT"* ]]
}
