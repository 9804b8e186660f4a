/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The processes of a guest: QEMU and its helpers, started without privileges. For the supervisor alone.
 *
 * Who they run as: the user of <seclabel type='static' model='dac'>, else berth-qemu, libvirt-qemu or nobody, whichever exists first, with his own
 * group; a session's guests as the session's user. They have no capability and cannot get one; their /dev holds what every guest
 * needs and this guest's own devices; what their user cannot reach by path is mounted there in their own view of the file system.
 */
#ifndef BERTH_QEMU_PROCESS_H
#define BERTH_QEMU_PROCESS_H

#include "util/error.h"

#include <sys/types.h>

struct domain;

/* Who a guest's processes are. */
struct qemu_user {
	uid_t uid;
	gid_t gid;
	bool change;       /* from root to him; false: a session, or root by the definition's own word */
	bool relabel;      /* files are lent to him */
};
int qemu_user_find(const struct domain *def, struct qemu_user *user, struct error *err) NODISCARD;

/* ---- the view of the file system ---- */

struct qemu_view_item {
	char *path;
	int tree;              /* a detached mount of it; -1: a device node is made */
	mode_t mode;
	dev_t rdev;
};

struct qemu_view {
	struct qemu_user user;
	struct qemu_view_item *items;
	size_t n;
};

/* What exists under this path now is to be seen by the guest's processes under it, too: a device below /dev, a file or directory that they could
 * not reach otherwise. What they reach anyway costs nothing. */
int qemu_view_add(struct qemu_view *v, const char *path, struct error *err) NODISCARD;
void qemu_view_clear(struct qemu_view *v);

/* In the child: makes and enters a view of its own; nothing but system calls. 0, or -1 with errno set. */
int qemu_view_enter(const struct qemu_view *v);

/* Adds to the view of a process that runs, from a child that enters it. */
int qemu_view_extend(const struct qemu_view *v, int pidfd, pid_t pid, struct error *err) NODISCARD;

/* ---- starting ---- */

#define QEMU_FDS_MAX 64

/* Descriptors that a process gets, by the numbers that they have there. */
struct qemu_pass {
	int from[QEMU_FDS_MAX];      /* ours until qemu_pass_close() */
	size_t n;
};
#define QEMU_PASS_FIRST 10

/* Takes the descriptor; returns its number in the process, or -1 with *err set and the descriptor closed. */
int qemu_pass_add(struct qemu_pass *p, int fd, struct error *err) NODISCARD;
void qemu_pass_close(struct qemu_pass *p);

struct cgroup;

struct qemu_start {
	const char *path;
	char *const *argv, *const *env;
	const struct qemu_view *view;
	const struct qemu_pass *pass;
	const struct cgroup *cgroup;
	int lock;                    /* the guest's lock, which QEMU holds as long as it lives; -1: a helper's, which holds none */
	int log;                     /* standard output and error */
	uint64_t lock_memory;        /* bytes that it may lock; 0: the user's own limit */
	uint64_t capabilities;       /* of one that stays root: the bounding set that it keeps; 0: all */
};

/* Starts it. Its pid and pidfd; -1 with *err set. */
pid_t qemu_start_process(const struct qemu_start *s, int *pidfd, struct error *err) NODISCARD;

#endif
