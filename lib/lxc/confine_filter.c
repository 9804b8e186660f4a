/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/confine_filter.h"

#include "lxc/confine_table.h"

#include <string.h>

/* All that a supervisor may call once its guest runs: it makes no process, runs no program and mounts nothing. */
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
	"gettimeofday", "time", "prctl", "arch_prctl", "set_tid_address", "set_robust_list", "rseq", "capget", "capset", "seccomp",
	"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", NULL,
};

int lxc_filter_generate(struct seccomp_program *prog, struct error *err)
{
	return seccomp_allow_list(allowed, prog, err);
}

int lxc_filter(struct seccomp_program *prog, struct error *err)
{
#ifdef CONFINE_TABLE
	(void)err;
	prog->len = ARRAY_LEN(confine_table);
	memcpy(prog->filter, confine_table, sizeof(confine_table));
	return 0;
#else
	return lxc_filter_generate(prog, err);
#endif
}
