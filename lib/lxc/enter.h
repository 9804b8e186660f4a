/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running a command in a running container: the core of vm-exec. */
#ifndef BERTH_LXC_ENTER_H
#define BERTH_LXC_ENTER_H

#include "util/error.h"

#include <sys/types.h>

struct lxc_enter {
	const char *name, *uuid;           /* the guest's, for the environment */
	pid_t init;                        /* the container's first process ... */
	unsigned long long init_start;     /* ... and its start time (proc(5)); both are checked against the pidfd */
	const char *cgroup;                /* its cgroup's name below each hierarchy's root, "berth/lxc-web" */
	char *const *argv;                 /* argv[0] is looked up in the container's PATH when it has no slash */
	char *const *env;                  /* NULL-terminated, added to the standard ones (PATH, TERM, HOME, container=lxc-libvirt); may be NULL */
	const char *dir;                   /* working directory in the container, NULL: / */
	const char *user, *group;          /* name in the container's own files, or number; NULL: 0 */
	bool terminal;                     /* a pty of the container's for it; else our descriptors 0, 1 and 2 */
};

/* Runs the command with the container's namespaces, cgroup, capabilities and filter, passes input and output through, and waits.
 * Returns its exit status as a shell would tell it (128 + signal for one that was killed), or -1 with *err set when it could not be
 * run; ERR_NO_DOMAIN: the container has ended. With `terminal`, our terminal (standard input) is raw meanwhile, and is restored in every case. */
int lxc_enter_exec(const struct lxc_enter *enter, struct error *err) NODISCARD;

#endif
