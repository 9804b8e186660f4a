/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/confine_filter.h"

#include "lxc/confine_table.h"

#include <linux/capability.h>
#include <string.h>

#define CAP(c) (1ULL << (c))

/* No start needs these; some a guest may have been given, which inherits the filter when it starts again. */
static const struct {
	const char *name;
	int capability;
} refused[] = {
	{ "init_module", CAP_SYS_MODULE }, { "finit_module", CAP_SYS_MODULE }, { "delete_module", CAP_SYS_MODULE },
	{ "kexec_load", -1 }, { "kexec_file_load", -1 }, { "open_by_handle_at", -1 }, { "swapon", -1 }, { "swapoff", -1 },
	{ "settimeofday", CAP_SYS_TIME }, { "clock_settime", CAP_SYS_TIME }, { "adjtimex", CAP_SYS_TIME }, { "clock_adjtime", CAP_SYS_TIME },
	{ "iopl", CAP_SYS_RAWIO }, { "ioperm", CAP_SYS_RAWIO }, { "perf_event_open", CAP_PERFMON }, { "acct", CAP_SYS_PACCT },
	{ "syslog", CAP_SYSLOG }, { "userfaultfd", -1 }, { "quotactl", -1 }, { "quotactl_fd", -1 }, { "uselib", -1 },
};

/* All that the supervisor of a guest that never starts again may call, with what its program needs to be replaced (vm-reexec). */
static const char *const allowed[] = {
	"read", "write", "readv", "writev", "pread64", "pwrite64", "lseek", "open", "openat", "openat2", "close", "close_range", "stat", "fstat",
	"lstat", "newfstatat", "statx", "statfs", "fstatfs", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getdents64",
	"mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "chmod",
	"fchmod", "fchmodat", "fchown", "fchownat", "umask", "ftruncate", "fallocate", "fsync", "fdatasync", "utimensat", "chdir", "fchdir",
	"getcwd", "dup", "dup2", "dup3", "fcntl", "flock", "ioctl", "pipe", "pipe2", "eventfd2", "timerfd_create", "timerfd_settime",
	"timerfd_gettime", "signalfd4", "inotify_init1", "inotify_add_watch", "inotify_rm_watch", "poll", "ppoll", "select", "pselect6",
	"epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "socket", "socketpair", "bind", "listen",
	"accept", "accept4", "connect", "shutdown", "sendto", "sendmsg", "recvfrom", "recvmsg", "getsockopt", "setsockopt", "getsockname",
	"getpeername", "mmap", "munmap", "mremap", "mprotect", "madvise", "brk", "memfd_create", "futex", "sched_yield", "sched_getaffinity",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigtimedwait", "sigaltstack", "restart_syscall",
	"kill", "tgkill", "pidfd_open", "pidfd_send_signal", "wait4", "waitid", "exit", "exit_group", "getpid", "getppid", "gettid", "getpgid",
	"getsid", "setsid", "getuid", "geteuid", "getgid", "getegid", "getgroups", "getresuid", "getresgid", "getrlimit", "setrlimit",
	"prlimit64", "getrusage", "times", "uname", "sysinfo", "getrandom", "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep",
	"gettimeofday", "time", "prctl", "arch_prctl", "set_tid_address", "set_robust_list", "rseq", "execve", "capget", "capset", "seccomp",
	"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", NULL,
};

int lxc_filter_between_generate(uint64_t capabilities, struct seccomp_program *prog, struct error *err)
{
	const char *names[ARRAY_LEN(refused) + 1];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (refused[i].capability < 0 || !(capabilities & CAP(refused[i].capability)))
			names[n++] = refused[i].name;
	names[n] = NULL;
	return seccomp_refuse_list(names, prog, err);
}

int lxc_filter_last_generate(struct seccomp_program *prog, struct error *err)
{
	return seccomp_allow_list(allowed, prog, err);
}

#ifdef CONFINE_TABLE_CAPABILITIES
static int ready_made(const struct sock_filter *table, size_t n, struct seccomp_program *prog)
{
	prog->len = (unsigned short)n;
	memcpy(prog->filter, table, n * sizeof(*table));
	return 0;
}
#endif

int lxc_filter_between(uint64_t capabilities, struct seccomp_program *prog, struct error *err)
{
#ifdef CONFINE_TABLE_CAPABILITIES
	if (capabilities == CONFINE_TABLE_CAPABILITIES)
		return ready_made(between_table, ARRAY_LEN(between_table), prog);
#endif
	return lxc_filter_between_generate(capabilities, prog, err);
}

int lxc_filter_last(struct seccomp_program *prog, struct error *err)
{
#ifdef CONFINE_TABLE_CAPABILITIES
	return ready_made(last_table, ARRAY_LEN(last_table), prog);
#endif
	return lxc_filter_last_generate(prog, err);
}
