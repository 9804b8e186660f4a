/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between enter.c and enter_inside.c; nobody else's. */
#ifndef BERTH_LXC_ENTER_IMPL_H
#define BERTH_LXC_ENTER_IMPL_H

#include "lxc/enter.h"
#include "util/cgroup.h"
#include "util/seccomp.h"

/* What the process that enters has been given; everything of it was opened outside. */
struct lxc_entry {
	const struct lxc_enter *enter;
	struct cgroup *cgroup;
	int pidfd;                        /* of the container's init */
	int namespaces;                   /* CLONE_NEWx that it does not share with us */
	uint64_t capabilities;            /* the most that its init may have */
	struct seccomp_program filter;
	int socket;                       /* SOCK_SEQPACKET to vm-exec: struct lxc_entry_said */
};

enum lxc_entry_word {
	LXC_ENTRY_PID,       /* the command's process, in our pid namespace */
	LXC_ENTRY_TERMINAL,  /* the pty's master comes along */
	LXC_ENTRY_ERROR,
};

struct lxc_entry_said {
	enum lxc_entry_word word;
	pid_t pid;
	struct error error;
};

/* Enters and starts the command as a child of our parent's; ends this process. */
void lxc_entry_go(const struct lxc_entry *entry) __attribute__((noreturn));

#endif
