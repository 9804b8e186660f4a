/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loop devices: a file as a block device (loop(4)). */
#ifndef BERTH_UTIL_LOOP_H
#define BERTH_UTIL_LOOP_H

#include "util/error.h"

/* Told the number that is about to be taken, before it is; below 0: it is not taken. */
typedef int loop_planner(void *ctx, int number, struct error *err);

struct loop_wish {
	int file;              /* open as the device is to be: for reading, or for both */
	const char *path;      /* of the file, for errors */
	const char *mark;      /* what the device is known by, cut at 63 bytes */
	bool readonly;
	bool autoclear;        /* it goes with its last user; else it stays until somebody takes it away */
	loop_planner *plan;    /* or NULL */
	void *ctx;
};

/* A free device with the file; another program may take the one that is free: then the next. *number: N of /dev/loopN. Its descriptor, or -1. */
int loop_attach(const struct loop_wish *wish, int *number, struct error *err) NODISCARD;

/* Takes the device away if the mark is still its own: at once, or when its last user has closed it. One that is not there, or another's, is fine. */
int loop_detach(int number, const char *mark, struct error *err) NODISCARD;

/* The same by what a plan says: "NUMBER MARK ...". */
int loop_plan_undo(const char *line, struct error *err) NODISCARD;

#endif
