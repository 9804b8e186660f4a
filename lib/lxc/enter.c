/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The outside of running a command in a container: what it needs is opened, its terminal relayed, its end awaited. */
#include "lxc/enter_impl.h"

#include "util/file.h"
#include "util/process.h"
#include "util/str.h"
#include "util/tty.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* A command that has started. */
struct running {
	pid_t pid;
	int master;      /* of its terminal, or -1 */
	int signals;     /* signalfd: SIGCHLD, SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGQUIT */
	sigset_t old_mask;
	bool input_done;
};

/* Which namespaces the container does not share with us: those that setns(2) is asked for. */
static int foreign_namespaces(pid_t init, int *flags, struct error *err)
{
	static const struct { const char *name; int flag; } all[] = {
		{ "user", CLONE_NEWUSER }, { "mnt", CLONE_NEWNS }, { "pid", CLONE_NEWPID }, { "uts", CLONE_NEWUTS },
		{ "ipc", CLONE_NEWIPC }, { "net", CLONE_NEWNET }, { "cgroup", CLONE_NEWCGROUP },
	};
	char path[64];
	struct stat theirs, ours;

	*flags = 0;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)init, all[i].name);
		if (stat(path, &theirs) < 0)
			return error_errno(err, "cannot look at the container's namespaces");
		snprintf(path, sizeof(path), "/proc/self/ns/%s", all[i].name);
		if (stat(path, &ours) < 0)
			return error_errno(err, "cannot look at our namespaces");
		if (theirs.st_ino != ours.st_ino || theirs.st_dev != ours.st_dev)
			*flags |= all[i].flag;
	}
	return 0;
}

/* The capabilities that its init can have at most: a command gets no more than that. */
static int bounding_set(pid_t init, uint64_t *caps, struct error *err)
{
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *path = str_printf("/proc/%d/status", (int)init);
	const char *line;

	if (!path)
		return error_errno(err, "the container's capabilities");
	if (file_read_at(AT_FDCWD, path, 65536, &text, NULL, err) < 0)
		return -1;
	line = strstr(text, "\nCapBnd:");
	if (!line)
		return error_set(err, ERR_INTERNAL, "%s has no CapBnd", path);
	*caps = strtoull(line + strlen("\nCapBnd:"), NULL, 16);
	return 0;
}

static int open_entry(const struct lxc_enter *enter, struct lxc_entry *entry, struct error *err)
{
	entry->enter = enter;
	entry->pidfd = (int)syscall(SYS_pidfd_open, enter->init, 0);
	/* the pid is what a file told; the start time says whether it still is the same process */
	if (entry->pidfd < 0 || process_start_time(enter->init) != enter->init_start)
		return error_set(err, ERR_NO_DOMAIN, "the container has ended");
	if (foreign_namespaces(enter->init, &entry->namespaces, err) < 0 || bounding_set(enter->init, &entry->capabilities, err) < 0 ||
	    seccomp_guest(entry->capabilities, &entry->filter, err) < 0)
		return -1;
	entry->cgroup = cgroup_new(enter->cgroup, err);
	if (!entry->cgroup)
		return -1;
	if (cgroup_open(entry->cgroup, err) < 0)
		return -1;
	if (cgroup_frozen(entry->cgroup) == 1)
		return error_set(err, ERR_OPERATION_INVALID, "the container is suspended (let it go on with: vm-resume)");
	return 0;
}

/* A child that is born in the container's version 2 control group, where there is one. */
static pid_t fork_into(int cgroup_fd)
{
	struct clone_args args = { .exit_signal = SIGCHLD };

	if (cgroup_fd < 0)
		return fork();
	args.flags = CLONE_INTO_CGROUP;
	args.cgroup = (uint64_t)cgroup_fd;
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

static int receive(int sock, struct lxc_entry_said *said, int *fd)
{
	struct iovec iov = { .iov_base = said, .iov_len = sizeof(*said) };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	ssize_t n = RETRY_EINTR(recvmsg(sock, &msg, MSG_CMSG_CLOEXEC));
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;

	if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(c), sizeof(int));
	return n == sizeof(*said) ? 1 : n == 0 ? 0 : -1;
}

/* Hears what the entering process has to say, up to the exec of the command, which closes the socket. */
static int hear(int sock, struct running *r, struct error *err)
{
	static struct lxc_entry_said said;
	int n;

	while ((n = receive(sock, &said, &r->master)) > 0) {
		if (said.word == LXC_ENTRY_PID)
			r->pid = said.pid;
		if (said.word == LXC_ENTRY_ERROR) {
			*err = said.error;
			return -1;
		}
	}
	if (n < 0 || !r->pid)
		return error_set(err, ERR_OPERATION_FAILED, "the command could not be started: the container ended meanwhile");
	return 0;
}

static int start(struct lxc_entry *entry, struct running *r, struct error *err)
{
	int pair[2], result;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, "socketpair");
	AUTO_CLOSE int ours = pair[0];
	entry->socket = pair[1];
	pid = fork_into(cgroup_v2_fd(entry->cgroup));
	if (pid == 0)
		lxc_entry_go(entry);
	close(pair[1]);
	if (pid < 0)
		return error_errno(err, "cannot start a process");
	result = hear(ours, r, err);
	RETRY_EINTR(waitpid(pid, NULL, 0));
	if (result < 0 && r->pid)
		RETRY_EINTR(waitpid(r->pid, NULL, 0));
	return result;
}

static void copy_window_size(const struct running *r)
{
	struct winsize size;

	if (r->master >= 0 && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		(void)ioctl(r->master, TIOCSWINSZ, &size);
}

/* Copies what is there. False: there is no more. */
static bool relay(int from, int to)
{
	char buf[16384];
	ssize_t n = RETRY_EINTR(read(from, buf, sizeof(buf)));

	if (n < 0)
		return errno == EAGAIN;
	return n > 0 && file_write_all(to, buf, n) == 0;
}

/* Passes a signal on, or learns that the command has ended: true with its wait status. */
static bool take_signal(const struct running *r, int *status)
{
	struct signalfd_siginfo info;

	if (RETRY_EINTR(read(r->signals, &info, sizeof(info))) != sizeof(info))
		return false;
	switch (info.ssi_signo) {
	case SIGCHLD:
		return waitpid(r->pid, status, WNOHANG) == r->pid;
	case SIGWINCH:
		copy_window_size(r);
		return false;
	default:
		/* our child until it has been waited for: the pid is its own */
		kill(r->pid, (int)info.ssi_signo);
		return false;
	}
}

static int wait_end(struct running *r)
{
	struct pollfd p[3] = {
		{ .fd = r->signals, .events = POLLIN },
		{ .fd = r->master, .events = POLLIN },
		{ .fd = r->master >= 0 ? STDIN_FILENO : -1, .events = POLLIN },
	};
	int status = 0;

	for (;;) {
		if (RETRY_EINTR(poll(p, 3, -1)) < 0)
			return -1;
		if (p[1].revents && !relay(r->master, STDOUT_FILENO))
			p[1].fd = -1;
		if (p[2].revents && !relay(STDIN_FILENO, r->master))
			p[2].fd = -1;
		if (p[0].revents && take_signal(r, &status))
			break;
	}
	/* what it wrote last is still in the terminal */
	if (r->master >= 0 && p[1].fd >= 0 && fcntl(r->master, F_SETFL, O_NONBLOCK) == 0) {
		struct pollfd rest = { .fd = r->master, .events = POLLIN };
		while (poll(&rest, 1, 0) > 0 && (rest.revents & POLLIN) && relay(r->master, STDOUT_FILENO))
			;
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int watch_signals(struct running *r, struct error *err)
{
	static const int which[] = { SIGCHLD, SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(which); i++)
		sigaddset(&set, which[i]);
	if (sigprocmask(SIG_BLOCK, &set, &r->old_mask) < 0 || (r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
		return error_errno(err, "signals");
	return 0;
}

int lxc_enter_exec(const struct lxc_enter *enter, struct error *err)
{
	static struct lxc_entry entry;
	struct running r = { .master = -1, .signals = -1 };
	int status = -1;

	signal(SIGCHLD, SIG_DFL);
	if (open_entry(enter, &entry, err) == 0 && watch_signals(&r, err) == 0 && start(&entry, &r, err) == 0) {
		copy_window_size(&r);
		if (r.master < 0 || tty_raw(err) == 0)
			status = wait_end(&r);
		if (status < 0)
			error_errno(err, "lost the command");
		tty_restore();
	}
	if (r.signals >= 0) {
		sigprocmask(SIG_SETMASK, &r.old_mask, NULL);
		close(r.signals);
	}
	if (r.master >= 0)
		close(r.master);
	if (entry.pidfd > 0)
		close(entry.pidfd);
	cgroup_free(entry.cgroup);
	return status;
}
