/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel charges for a container: clone with its namespaces, pivot_root, exec, and nothing else. The unit
 * that the benchmark's ratios are told in.
 *
 *     bare [-d] [-m] [-g] ROOT PROGRAM [ARGUMENT]...
 *
 * Waits for the guest, which dies with it; with -d returns as soon as the program runs and leaves it. -m also mounts
 * /proc, /sys, /dev and /dev/pts; -g adds a cgroup namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child, after the namespaces are made: says which step failed and ends. */
static void must(int result, const char *step)
{
	if (result < 0) {
		dprintf(2, "bare: %s: %s\n", step, strerror(errno));
		_exit(125);
	}
}

static void mount_api_files(void)
{
	static const struct { const char *path; unsigned minor; } nodes[] = {
		{ "/dev/null", 3 }, { "/dev/zero", 5 }, { "/dev/full", 7 }, { "/dev/random", 8 }, { "/dev/urandom", 9 },
	};

	umask(0);
	must(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "mount /proc");
	must(mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL), "mount /sys");
	must(mount("tmpfs", "/dev", "tmpfs", MS_NOSUID, "mode=755,size=64k"), "mount /dev");
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		must(mknod(nodes[i].path, S_IFCHR | 0666, makedev(1, nodes[i].minor)), nodes[i].path);
	must(mkdir("/dev/pts", 0755), "mkdir /dev/pts");
	must(mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"),
	     "mount /dev/pts");
}

static void guest(char **argv, bool mounts, bool stay)
{
	if (!stay)
		must(prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl");
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "make / private");
	must(mount(argv[0], argv[0], NULL, MS_BIND, NULL), argv[0]);
	must(chdir(argv[0]), argv[0]);
	must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	must(umount2(".", MNT_DETACH), "umount the old root");
	if (mounts)
		mount_api_files();
	execv(argv[1], argv + 1);
	must(-1, argv[1]);
}

int main(int argc, char **argv)
{
	struct clone_args args = {
		.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET,
		.exit_signal = SIGCHLD,
	};
	bool mounts = false, detach = false;
	int opt, status, runs[2];
	char byte;
	long pid;

	while ((opt = getopt(argc, argv, "+dmg")) != -1) {
		if (opt == 'd')
			detach = true;
		else if (opt == 'm')
			mounts = true;
		else if (opt == 'g')
			args.flags |= CLONE_NEWCGROUP;
		else
			return 2;
	}
	if (argc - optind < 2)
		return 2;
	/* closed by a successful exec: that is how it is seen here */
	if (detach && pipe2(runs, O_CLOEXEC) < 0)
		return 125;
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0) {
		perror("bare: clone3");
		return 125;
	}
	if (pid == 0)
		guest(argv + optind, mounts, detach);
	if (detach) {
		close(runs[1]);
		return read(runs[0], &byte, 1) == 0 ? 0 : 125;
	}
	if (waitpid(pid, &status, 0) != pid)
		return 125;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
