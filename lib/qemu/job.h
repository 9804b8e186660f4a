/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What takes long: one job of a guest at a time. It has the guest's turn (supervisor_turn_take()) as long as it lasts, tells how far it is and can be cancelled.
 * Another kind of job is another struct qemu_job_type and a function that begins it, waits and ends it; what it asks QEMU and how it is cancelled is in its type.
 */
#ifndef BERTH_QEMU_JOB_H
#define BERTH_QEMU_JOB_H

#include "util/task.h"

struct qemu_guest;

/* How far a job is; bytes and milliseconds, 0 where it is not known. */
struct qemu_progress {
	uint64_t total, processed, remaining;
	uint64_t constant, normal, normal_bytes;   /* pages: of one value, sent as they are */
	uint64_t bytes_per_second, dirty_rate, iteration, page_size;
	uint64_t setup_ms, downtime_ms;
	bool memory;                               /* it is memory that is counted */
};

struct qemu_job_type {
	int operation;       /* virDomainJobOperation */
	const char *doing;   /* "being saved" */
	/* Asks QEMU how far it is. May be NULL. */
	int (*ask)(struct qemu_guest *g, struct qemu_progress *out, struct error *err);
	/* Tells it to give up; who waits for the job then sees it fail. NULL: it cannot. */
	int (*cancel)(struct qemu_guest *g, struct error *err);
	/* The guest is dead, and this process may end before whoever waits for the job runs again: what must not be left is taken away now. May be NULL. */
	void (*lost)(struct qemu_guest *g);
};

/* libvirt's virDomainJobType of one that is over, by how it ended. */
enum qemu_job_end { QEMU_JOB_COMPLETED = 3, QEMU_JOB_FAILED = 4, QEMU_JOB_CANCELLED = 5 };

struct qemu_job {
	const struct qemu_job_type *type;   /* NULL: there is none */
	const struct qemu_job_type *last;   /* the one before; NULL: there was none, or its statistics were read */
	int64_t began, lasted;              /* CLOCK_MONOTONIC, ms; how long the one before lasted */
	enum qemu_job_end end;              /* of the one before */
	struct qemu_progress done;          /* of the one before, at its end */
	char failure[200];
	bool cancel;                        /* somebody has asked for its end */
	struct task_queue changed;          /* woken by what QEMU says of it */
	char status[24];                    /* its last word: "active", "completed", "failed" ... */
	char why[200];
	void *own;                          /* the job's */
};

/* Takes the guest's turn. -1 with *err set where something else is at it. */
int qemu_job_begin(struct qemu_guest *g, const struct qemu_job_type *type, void *own, struct error *err) NODISCARD;

/* Waits until QEMU says one of the words that end a job. 0: "completed"; -1 with *err set: it failed, was cancelled (ERR_OPERATION_ABORTED), or QEMU is gone. */
int qemu_job_wait(struct qemu_guest *g, struct error *err) NODISCARD;

/* Gives the turn back and keeps what there is to tell; why: NULL for success. */
void qemu_job_end(struct qemu_guest *g, const struct error *why);

/* The guest is dead. */
void qemu_job_lost(struct qemu_guest *g);

/* How far it is, in a last word of its own: while the monitor can still be asked. */
void qemu_job_note(struct qemu_guest *g);

/* What the event MIGRATION or query-migrate says. */
int qemu_ask_migration(struct qemu_guest *g, struct qemu_progress *out, struct error *err) NODISCARD;

#endif
