/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file that QEMU fills with a guest's memory. It grows under a temporary name beside its own, which the plan knows, so that neither a failure nor a
 * kill leaves half of it; what is no file (a device, a pipe) is written as it is. QEMU gets a descriptor, never a path.
 */
#ifndef BERTH_QEMU_OUTPUT_H
#define BERTH_QEMU_OUTPUT_H

#include "util/error.h"

#include <sys/types.h>

struct qemu_guest;

struct qemu_output {
	char *path, *temporary;   /* temporary NULL: written in place */
	int dir;                  /* what they are relative to */
	int fd;                   /* the file */
	int pipe;                 /* what QEMU writes to where it is not the file itself; -1 */
	pid_t pump;               /* the process between the pipe and the file; 0: none */
	int pumpfd;
	bool lost;                /* qemu_output_lost() */
	const char *packer;       /* the program that it is; NULL: ours */
};

#define QEMU_OUTPUT_INIT { .fd = -1, .pipe = -1, .pumpfd = -1 }

/* Opens it. dir: what `path` is relative to (AT_FDCWD: it is absolute). Cleared with qemu_output_abandon() or qemu_output_commit(). */
int qemu_output_open(struct qemu_guest *g, int dir, const char *path, struct qemu_output *out, struct error *err) NODISCARD;

/* Whether there is room for so many bytes; what is no file has room. */
int qemu_output_check_room(const struct qemu_output *out, uint64_t bytes, struct error *err) NODISCARD;

/* From here on QEMU writes to a process that writes to the file: past the page cache (`direct`), packed by a program ("gzip"; NULL: as it is). */
int qemu_output_pump(struct qemu_output *out, bool direct, const char *packer, struct error *err) NODISCARD;

/* The same also where it has nothing to do but copy: QEMU's writing can then be ended. */
int qemu_output_pump_always(struct qemu_output *out, bool direct, struct error *err) NODISCARD;

/* The descriptor for QEMU. */
int qemu_output_fd(const struct qemu_output *out);

/* Our end of the pipe is closed, QEMU has its own. */
void qemu_output_handed_over(struct qemu_output *out);

/* QEMU has written everything: waits for the process between. -1 with what went wrong there. */
int qemu_output_drain(struct qemu_output *out, struct error *err) NODISCARD;

/* Ends the process between, so that QEMU cannot write any more. */
void qemu_output_stop(struct qemu_output *out);

/* The same, and the file is gone, while somebody still waits for it: he abandons it himself when he comes to that. */
void qemu_output_lost(struct qemu_output *out);

/* It is whole: on the disk under its own name. */
int qemu_output_commit(struct qemu_output *out, struct error *err) NODISCARD;

/* It is not: gone. Harmless after qemu_output_commit(). */
void qemu_output_abandon(struct qemu_output *out);

/* What is read: a pipe from which QEMU reads what a process unpacks, or reads past the page cache, from the descriptor (at its offset). `unpacker`: "gzip"; NULL: as it
 * is. *pumpfd is for qemu_pump_end(), which ends the process; its status, or -1. */
int qemu_input_pump(int fd, bool direct, const char *unpacker, int *pumpfd, struct error *err) NODISCARD;
int qemu_pump_end(int pumpfd);

#endif
