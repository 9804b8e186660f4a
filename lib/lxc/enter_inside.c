/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process that goes into a container: it joins the namespaces and starts the command, as its own sister. */
#include "lxc/build_impl.h"
#include "lxc/enter_impl.h"
#include "lxc/mount.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#ifndef DEVPTS_SUPER_MAGIC
#define DEVPTS_SUPER_MAGIC 0x1cd1
#endif

static int say(const struct lxc_entry *entry, struct lxc_entry_said *said, int fd)
{
	struct iovec iov = { .iov_base = said, .iov_len = sizeof(*said) };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(int));
	}
	return RETRY_EINTR(sendmsg(entry->socket, &msg, MSG_NOSIGNAL)) < 0 ? -1 : 0;
}

static void fail(const struct lxc_entry *entry, const struct error *err) __attribute__((noreturn));
static void fail(const struct lxc_entry *entry, const struct error *err)
{
	static struct lxc_entry_said said;

	said.word = LXC_ENTRY_ERROR;
	said.error = *err;
	say(entry, &said, -1);
	_exit(126);
}

/* A pty of the container's own instance. The device is checked: the container may have put anything in its place. */
static int open_pty(int root, int *slave, struct error *err)
{
	AUTO_CLOSE int path = mount_open_inside(root, "/dev/pts/ptmx", 0, false);
	AUTO_CLOSE int master = -1;
	char self[32];
	struct stat st;
	struct statfs fs;
	int unlock = 0;

	if (path < 0 || fstat(path, &st) < 0 || fstatfs(path, &fs) < 0)
		return error_errno(err, "the container's /dev/pts/ptmx");
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(5, 2) || fs.f_type != DEVPTS_SUPER_MAGIC)
		return error_set(err, ERR_OPERATION_FAILED, "the container's /dev/pts/ptmx is no pty device");
	/* "/proc" is the container's and may be anything too: the way from O_PATH to a real descriptor is a fresh one */
	AUTO_CLOSE int proc = mount_new("proc", NULL, 0, err);
	if (proc < 0)
		return -1;
	snprintf(self, sizeof(self), "thread-self/fd/%d", path);
	master = openat(proc, self, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0 || (*slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0)
		return error_errno(err, "cannot open a terminal of the container");
	return STEAL_FD(master);
}

static int take_descriptors(const struct lxc_entry *entry, int slave, struct error *err)
{
	int keep = fcntl(entry->socket, F_DUPFD_CLOEXEC, 10);

	if (keep < 0)
		return error_errno(err, "descriptors");
	if (setsid() < 0 && errno != EPERM)
		return error_errno(err, "cannot make a session");
	if (slave >= 0) {
		if (ioctl(slave, TIOCSCTTY, 0) < 0)
			return error_errno(err, "cannot get a controlling terminal");
		for (int fd = 0; fd < 3; fd++)
			if (dup2(slave, fd) < 0)
				return error_errno(err, "descriptors");
	}
	if (dup3(keep, 3, O_CLOEXEC) < 0 || syscall(SYS_close_range, 4, ~0U, 0) < 0)
		return error_errno(err, "descriptors");
	return 0;
}

static void run(struct lxc_entry *entry, const struct lxc_identity *id, int slave) __attribute__((noreturn));
static void run(struct lxc_entry *entry, const struct lxc_identity *id, int slave)
{
	const struct lxc_enter *enter = entry->enter;
	struct error err;

	if (take_descriptors(entry, slave, &err) < 0)
		fail(entry, &err);
	entry->socket = 3;
	if (chdir(enter->dir ? enter->dir : "/") < 0) {
		error_errno(&err, "cannot change to the directory %s in the container", enter->dir ? enter->dir : "/");
		fail(entry, &err);
	}
	if (lxc_identity_become(id, entry->capabilities, &entry->filter, &err) < 0 ||
	    lxc_identity_exec(enter->argv[0], enter->argv, id, &err) < 0)
		fail(entry, &err);
	_exit(126);
}

static int join(const struct lxc_entry *entry, struct error *err)
{
	if (cgroup_join(entry->cgroup) < 0)
		return error_errno(err, "cannot join control group %s", entry->enter->cgroup);
	if (setns(entry->pidfd, entry->namespaces) < 0)
		return error_errno(err, "cannot enter the container's namespaces");
	if ((entry->namespaces & CLONE_NEWUSER) && (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))
		return error_errno(err, "cannot become the container's root");
	/* until the command is run nobody in the container may look into us or at the program that we are */
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return error_errno(err, "prctl");
	return 0;
}

void lxc_entry_go(const struct lxc_entry *given)
{
	static struct lxc_entry entry;
	static struct lxc_entry_said said;
	const struct lxc_enter *enter = given->enter;
	struct lxc_identity id;
	struct error err;
	int root, slave = -1, master = -1;
	pid_t pid;

	entry = *given;
	if (join(&entry, &err) < 0)
		fail(&entry, &err);
	root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0) {
		error_errno(&err, "cannot open the container's root");
		fail(&entry, &err);
	}
	if (lxc_identity_find(root, enter->user, enter->group, enter->name ? enter->name : "", enter->uuid ? enter->uuid : "", NULL,
			      enter->env, &id, &err) < 0 ||
	    (enter->terminal && (master = open_pty(root, &slave, &err)) < 0))
		fail(&entry, &err);
	if (master >= 0) {
		said.word = LXC_ENTRY_TERMINAL;
		if (say(&entry, &said, master) < 0)
			_exit(126);
		close(master);
	}
	/* in the container's pid namespace, and yet vm-exec's own child, so that its status is vm-exec's to read */
	pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		run(&entry, &id, slave);
	if (pid < 0) {
		error_errno(&err, "cannot start a process in the container");
		fail(&entry, &err);
	}
	said.word = LXC_ENTRY_PID;
	said.pid = pid;
	say(&entry, &said, -1);
	_exit(0);
}
