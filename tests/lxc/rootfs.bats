#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# G6, G13: a hostile root file system; what is mounted and what is hidden.

load ../helpers
load lxc

setup()
{
	berth_need_containers
	berth_setup
	berth_rootfs
	mkdir -p "$SCRATCH/host/pts" "$SCRATCH/share"
	echo kept >"$SCRATCH/host/file"
	before=$(find "$SCRATCH/host" -printf '%p %i %m %s\n' | sort)
}
teardown()
{
	after=$(find "$SCRATCH/host" -printf '%p %i %m %s\n' | sort)
	berth_teardown && [ "$before" = "$after" ]
}

@test "G6: /dev, /proc or /sys as a symbolic link is refused, with its name" {
	for name in dev proc sys; do
		for target in "$SCRATCH/host" ../../../../../..$SCRATCH/host /; do
			rmdir "$ROOTFS/$name"
			ln -s "$target" "$ROOTFS/$name"
			lxc_define "g$name" "" "" true
			expect 1 vm-start "g$name"
			contains "$output" "/$name in the container's root file system is a symbolic link: refused"
			rm "$ROOTFS/$name"
			mkdir "$ROOTFS/$name"
		done
	done
	[ -z "$(vm-list --name)" ]
}

@test "G6: what is in the image's /dev is covered, not used" {
	ln -s "$SCRATCH/host" "$ROOTFS/dev/pts"
	ln -s "$SCRATCH/host/file" "$ROOTFS/dev/null"
	ln -s "$SCRATCH/host/file" "$ROOTFS/dev/console"
	ln -s "$SCRATCH/host" "$ROOTFS/dev/shm"
	lxc_run dev "" "" sh -c 'echo x >/dev/null; echo y >/dev/console; stat -c %t:%T /dev/null; readlink /dev/console; cd /dev; echo *'
	contains "$output" "1:3"
	contains "$output" "pts/0"
	contains "$output" "console fd full null ptmx pts random shm stderr stdin stdout tty tty1 urandom zero"
	[ "$(cat "$SCRATCH/host/file")" = kept ]
}

@test "G6: mount points that are links land inside the container" {
	ln -s "$SCRATCH/host" "$ROOTFS/abs"
	ln -s ../../../../../../../..$SCRATCH/host "$ROOTFS/rel"
	echo shared >"$SCRATCH/share/s"
	fs="<filesystem type='mount'><source dir='$SCRATCH/share'/><target dir='%s'/></filesystem>"
	for t in /abs /rel /abs/sub /rel/new/deep; do
		name=t${t//\//-}
		mkdir -p "$ROOTFS$SCRATCH/host"
		lxc_run "$name" "" "$(printf "$fs" "$t")" sh -c "cat $t/s; grep -c share /proc/mounts"
		contains "$output" shared
		rm -rf "$ROOTFS$SCRATCH"
	done
	# a link that leads nowhere inside is an error, not a mount on the host
	lxc_define nowhere "" "$(printf "$fs" /abs)" true
	expect 1 vm-start nowhere
}

@test "G6: a racer that swaps the mount points" {
	command -v gcc >/dev/null || skip "no compiler"
	cat >"$SCRATCH/racer.c" <<-'EOC'
		#define _GNU_SOURCE
		#include <fcntl.h>
		#include <stdio.h>
		int main(int argc, char **argv)
		{
			for (;;)
				for (int i = 1; i + 1 < argc; i += 2)
					renameat2(AT_FDCWD, argv[i], AT_FDCWD, argv[i + 1], RENAME_EXCHANGE);
		}
	EOC
	gcc -o "$SCRATCH/racer" "$SCRATCH/racer.c"
	ln -s "$SCRATCH/host" "$ROOTFS/dev2"
	ln -s "$SCRATCH/host" "$ROOTFS/proc2"
	ln -s "$SCRATCH/host" "$ROOTFS/mnt2"
	mkdir "$ROOTFS/mnt"
	lxc_define race "" "<filesystem type='mount'><source dir='$SCRATCH/share'/><target dir='/mnt/a'/></filesystem>" sleep 1000
	nice "$SCRATCH/racer" "$ROOTFS/dev" "$ROOTFS/dev2" "$ROOTFS/proc" "$ROOTFS/proc2" "$ROOTFS/mnt" "$ROOTFS/mnt2" 3>&- &
	racer=$!
	for i in {1..30}; do
		vm-start -q race 2>/dev/null && vm-destroy -q race
	done
	kill "$racer"
	wait "$racer" 2>/dev/null || true
	[ "$(find "$SCRATCH/host" -printf '%p %i %m %s\n' | sort)" = "$before" ]
	! grep -q "$SCRATCH/host" /proc/self/mounts || false
}

@test "G13: a source that is a link is refused" {
	ln -s "$SCRATCH/host" "$SCRATCH/link"
	lxc_define src "" "<filesystem type='mount'><source dir='$SCRATCH/link'/><target dir='/srv'/></filesystem>" true
	expect 1 vm-start src
	contains "$output" "is a symbolic link"
	ROOT_FS="<filesystem type='mount'><source dir='$SCRATCH/none'/><target dir='/'/></filesystem>" lxc_define gone "" "" true
	expect 1 vm-start gone
	contains "$output" "cannot open $SCRATCH/none: No such file or directory"
}

@test "a guest without a root file system gets the host's only when that is said" {
	ROOT_FS= lxc_define rootless "" "" true
	expect 1 vm-start rootless
	contains "$output" "no root <filesystem>"
	contains "$output" "--host-root"
}

@test "file systems: mount, bind, ram, readonly; the root read-only" {
	echo shared >"$SCRATCH/share/s"
	mkdir "$ROOTFS/here"
	echo here >"$ROOTFS/here/h"
	ROOT_OPTIONS="<readonly/>" lxc_run fs "" "
		<filesystem type='mount'><source dir='$SCRATCH/share'/><target dir='/srv'/><readonly/></filesystem>
		<filesystem type='bind'><source dir='/here'/><target dir='/tmp'/></filesystem>
		<filesystem type='ram'><source usage='1024' units='KiB'/><target dir='/root'/></filesystem>" sh -c '
			cat /srv/s /tmp/h
			touch /x 2>/dev/null || echo root-ro
			touch /srv/x 2>/dev/null || echo srv-ro
			dd if=/dev/zero of=/root/big bs=1024 count=2048 2>&1 | grep -o "No space left"
			wc -c </root/big'
	[ "$output" = "shared
here
root-ro
srv-ro
No space left
1048576" ] || { echo "$output"; return 1; }
}

@test "the host's and the container's mounts are not seen by each other" {
	lxc_define own "" "" sh -c 'mount -t tmpfs inner /tmp && echo mounted; while :; do sleep 1000; done'
	vm-start -q own
	lxc_until grep -q mounted "$BERTH_ROOT/var/log/berth/lxc/own.console.log"
	! grep -q "$ROOTFS" /proc/self/mounts || false
	mount -t tmpfs outer "$ROOTFS/root"
	run vm-exec own busybox grep -c outer /proc/mounts
	umount "$ROOTFS/root"
	[ "$output" = 0 ]
}

@test "parts of /proc and /sys are hidden or cannot be written" {
	lxc_run guard "<features><privnet/></features>" "" sh -c '
		for f in kcore keys timer_list latency_stats; do [ -e /proc/$f ] && wc -c </proc/$f; done
		for d in /proc/acpi /proc/scsi /sys/firmware; do [ -d $d ] && ls -A $d | wc -l; done
		for f in sys/kernel/core_pattern sys/kernel/hostname sysrq-trigger irq/default_smp_affinity; do
			[ -e /proc/$f ] && { echo x >/proc/$f; } 2>/dev/null && echo "written: $f"; done
		{ echo 0 >/sys/kernel/uevent_helper; } 2>/dev/null && echo written: sys
		echo 1 >/proc/sys/net/ipv4/ip_forward && echo own-net
		echo end'
	[ "$(echo "$output" | grep -v '^0$')" = "own-net
end" ] || { echo "$output"; return 1; }
}

@test "G14: typing into the terminal, modules, keys, clocks and foreign devices are refused" {
	command -v gcc >/dev/null || skip "no compiler"
	cat >"$SCRATCH/probe.c" <<-'EOC'
		#define _GNU_SOURCE
		#include <errno.h>
		#include <fcntl.h>
		#include <stdio.h>
		#include <string.h>
		#include <sys/ioctl.h>
		#include <sys/stat.h>
		#include <sys/syscall.h>
		#include <sys/sysmacros.h>
		#include <unistd.h>
		#define SHOW(name, call) printf("%s %s\n", name, (call) < 0 ? strerrorname_np(errno) : "done")
		int main(void)
		{
			char c = 2;
			SHOW("tiocsti", ioctl(0, TIOCSTI, &c));
			SHOW("tiocsti-high", syscall(SYS_ioctl, 0, 0x100000000UL | TIOCSTI, &c));
			SHOW("tioclinux", ioctl(0, 0x541c, &c));
			SHOW("keyctl", syscall(SYS_keyctl, 0, 0, 0, 0, 0));
			SHOW("bpf", syscall(SYS_bpf, 0, 0, 0));
			SHOW("io_uring", syscall(SYS_io_uring_setup, 1, 0));
			SHOW("by_handle", syscall(SYS_open_by_handle_at, -1, 0, 0));
			SHOW("module", syscall(SYS_finit_module, -1, "", 0));
			SHOW("kexec", syscall(SYS_kexec_load, 0, 0, 0, 0));
			SHOW("settime", syscall(SYS_settimeofday, 0, 0));
			SHOW("mknod", mknod("/dev/vda", S_IFBLK | 0600, makedev(254, 0)));
			SHOW("opendev", open("/disk", O_RDONLY));
			return 0;
		}
	EOC
	gcc -static -o "$ROOTFS/bin/probe" "$SCRATCH/probe.c"
	mknod "$ROOTFS/disk" b "$(($(stat -c 0x%t "$(findmnt -no SOURCE / 2>/dev/null || echo /dev/loop0)")))" 0 2>/dev/null || mknod "$ROOTFS/disk" b 7 0
	INIT=/bin/probe lxc_run probe "" ""
	[ "$output" = "tiocsti EPERM
tiocsti-high EPERM
tioclinux EPERM
keyctl EPERM
bpf EPERM
io_uring ENOSYS
by_handle EPERM
module EPERM
kexec EPERM
settime EPERM
mknod EPERM
opendev EPERM" ] || { echo "$output"; return 1; }
}
