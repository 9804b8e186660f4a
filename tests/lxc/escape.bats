#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Ways out of a container that others left open: the host's own programs, as they are seen inside while they set up or enter it.

load ../helpers
load lxc

# Holds on to every program that is seen in /proc and is not the container's own, and tries to write to it, also after it has ended.
racer()
{
	command -v gcc >/dev/null || skip "no compiler"
	cat >"$SCRATCH/racer.c" <<-'EOC'
		#define _GNU_SOURCE
		#include <errno.h>
		#include <fcntl.h>
		#include <stdio.h>
		#include <string.h>
		#include <sys/stat.h>
		#include <unistd.h>

		static int try_write(int held)
		{
			char path[64];
			int fd;

			snprintf(path, sizeof(path), "/proc/self/fd/%d", held);
			fd = open(path, O_WRONLY | O_APPEND);
			if (fd < 0)
				return errno;
			return write(fd, "x", 1) == 1 ? 0 : errno;
		}

		int main(void)
		{
			struct stat own, busybox, st;
			int seen = 0, held, e;
			char path[64];

			(void)!freopen("/tries", "w", stdout);
			stat("/proc/self/exe", &own);
			stat("/bin/busybox", &busybox);
			for (;;)
				for (int pid = 2; pid < 200; pid++) {
					snprintf(path, sizeof(path), "/proc/%d/exe", pid);
					held = open(path, O_PATH | O_CLOEXEC);
					if (held < 0)
						continue;
					if (fstat(held, &st) == 0 && st.st_ino != own.st_ino && st.st_ino != busybox.st_ino) {
						/* busy as long as anybody on the host runs it, too */
						for (int i = 0; i < 20000 && (e = try_write(held)) == ETXTBSY; i++)
							usleep(100);
						printf("%s %d\n", e ? strerror(e) : "WRITTEN", ++seen);
						fflush(stdout);
					}
					close(held);
				}
		}
	EOC
	rm "$ROOTFS/sbin/init"
	gcc -O2 -static -o "$ROOTFS/sbin/init" "$SCRATCH/racer.c"
}

@test "G7: the program that enters a container cannot be written from inside" {
	local before
	racer
	berth_xml web >"$SCRATCH/web.xml"
	vm-define -q "$SCRATCH/web.xml" >/dev/null
	vm-start -q web
	before=$(sha256sum "$(command -v vm-exec)")
	for i in {1..400}; do
		vm-exec -T web -- true
		sleep 0.02
		[ "$(wc -l <"$ROOTFS/tries")" -lt 2 ] || break
	done
	vm-destroy -q web
	cat "$ROOTFS/tries"
	[ "$(sha256sum "$(command -v vm-exec)")" = "$before" ]
	[ -s "$ROOTFS/tries" ] || skip "the racer never saw the program"
	! grep -q WRITTEN "$ROOTFS/tries" || false
	grep -q "Read-only file system" "$ROOTFS/tries"
}

@test "G7: an init that names the supervisor's own program as its interpreter" {
	local helper before
	helper=$(dirname "$(command -v vm-exec)")/../helpers/lxc-supervisor
	before=$(sha256sum "$helper")
	printf '#!/proc/self/exe\n' >"$ROOTFS/sbin/init"
	berth_xml web >"$SCRATCH/web.xml"
	vm-define -q "$SCRATCH/web.xml" >/dev/null
	vm-start -q web || true
	vm-wait web shutoff --timeout 10
	[ "$(sha256sum "$helper")" = "$before" ]
}

@test "G6: a container is not made in a chroot, whose host it could reach" {
	local view=$SCRATCH/view
	lxc_define caged "" "" sleep 1000
	mkdir "$view"
	expect 1 unshare -m sh -c "mount --rbind / $view && exec chroot $view $(command -v vm-start) caged"
	contains "$output" "a container cannot be made in a chroot"
	[ "$(vm-state caged)" = "shut off" ]
	expect 0 vm-start -q caged
	vm-destroy -q caged
}

@test "G9: no module or table of names, languages or character sets of the container's is loaded by what enters it" {
	command -v gcc >/dev/null && command -v strace >/dev/null || skip "no compiler or no strace"
	local lib dir opened
	cat >"$SCRATCH/evil.c" <<-'EOC'
		#include <fcntl.h>
		__attribute__((constructor)) static void run(void) { open("/evil-ran", O_CREAT | O_WRONLY, 0600); }
	EOC
	gcc -shared -fPIC -o "$SCRATCH/evil.so" "$SCRATCH/evil.c"
	for dir in lib lib64 lib/x86_64-linux-gnu usr/lib/x86_64-linux-gnu; do
		mkdir -p "$ROOTFS/$dir/gconv"
		for lib in libnss_files.so.2 libnss_evil.so.2 libnss_compat.so.2 libgcc_s.so.1 libc.so.6 libpopt.so.0 gconv/EVIL.so; do cp "$SCRATCH/evil.so" "$ROOTFS/$dir/$lib"; done
		printf 'module EVIL// INTERNAL EVIL 1\nalias UTF-8// EVIL//\n' >"$ROOTFS/$dir/gconv/gconv-modules"
	done
	echo /lib/libnss_evil.so.2 >"$ROOTFS/etc/ld.so.preload"
	printf 'passwd: evil\ngroup: evil\n' >"$ROOTFS/etc/nsswitch.conf"
	mkdir -p "$ROOTFS/usr/share/locale/de/LC_MESSAGES" "$ROOTFS/usr/lib/locale"
	berth_define a
	sed -i 's|<init>/sbin/init</init>|&<inituser>user</inituser><initgroup>user</initgroup>|' "$SCRATCH/define.xml"
	chmod 777 "$ROOTFS"
	vm-define -q "$SCRATCH/define.xml" >/dev/null
	export LC_MESSAGES=de_DE.UTF-8 LC_CTYPE=de_DE.EVIL LANGUAGE=de
	vm-start -q a
	expect 0 vm-exec -T --user user:user a -- id -u
	[ "$output" = 1000 ]
	expect 1 vm-exec -T --user nobody-there a -- true
	expect 127 vm-exec -T a -- /no/such/program
	strace -qq -f -e trace=open,openat,openat2,setns,execve -o "$SCRATCH/trace" vm-exec -T --user user a -- id -u
	# from entering the container to the command: its root, and the two files that say who its users are
	opened=$(sed -n '/ setns(/,/ execve("\/bin\/id"\| execve("\/bin\/busybox"\| execve(.*"id"/p' "$SCRATCH/trace" | grep -E ' open(at2?)?\(' | sed 's/^[^"]*"//; s/".*//' | sort -u)
	[ -n "$opened" ] || { cat "$SCRATCH/trace"; return 1; }
	! grep -vxE '/|\.|/?etc/passwd|/?etc/group' <<<"$opened" || { cat "$SCRATCH/trace"; return 1; }
	[ ! -e "$ROOTFS/evil-ran" ]
	vm-destroy -q a
	[ ! -e "$ROOTFS/evil-ran" ]
}
