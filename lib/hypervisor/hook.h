/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hooks in libvirt's form: the programs /etc/berth/hooks/KIND and /etc/berth/hooks/KIND.d/... are run as
 *
 *     KIND NAME OPERATION SUB-OPERATION EXTRA
 *
 * with the object's XML as standard input, one after the other, each with a limit of time. A supervisor that gives up its privileges cannot run them
 * any more: helpers/hook-runner is started with it, where there are hooks, and does nothing but that.
 */
#ifndef BERTH_HYPERVISOR_HOOK_H
#define BERTH_HYPERVISOR_HOOK_H

#include "util/error.h"

#define HOOK_SECONDS 10    /* for each program */
#define HOOK_SOCKET 3      /* the runner's end */
#define HOOK_TEXT 400

/* What the runner answers. */
struct hook_answer {
	int failed;
	char text[HOOK_TEXT];   /* which program, and what it said */
};

enum hook_runner {
	HOOK_UNKNOWN,    /* nobody has looked yet */
	HOOK_NONE,       /* there are no hooks */
	HOOK_RUNS,
};

struct hook {
	enum hook_runner state;
	int fd;
};

/* Runs the hooks of a kind, starting the runner first where there are any. Returns when they are done: 0, or -1 with what the first that failed said.
 * xml: what they read. */
int hook_run(struct hook *hook, const char *kind, const char *name, const char *operation, const char *sub, const char *xml, struct error *err) NODISCARD;

/* Ends the runner. */
void hook_end(struct hook *hook);

/* The whole of helpers/hook-runner. */
int hook_runner_main(int argc, char **argv);

#endif
