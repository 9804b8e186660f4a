/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A client of QEMU's monitor protocol (QMP; docs/interop/qmp-spec in QEMU's documentation). Every waiting function is called within a task. The QEMU
 * at the other end is not trusted: a guest may have taken it over.
 */
#ifndef BERTH_QEMU_QMP_H
#define BERTH_QEMU_QMP_H

#include "util/error.h"

#include <jansson.h>

struct ev_loop;
struct qmp;

#define QMP_LINE_MAX (4u << 20)   /* bytes of a reply; query-qmp-schema, the longest, has 0.3 MB */
#define QMP_PENDING_MAX 64        /* commands without a reply yet */
#define QMP_TIMEOUT 30000         /* what an ordinary command may take, ms */

struct qmp_ops {
	/* An event. `data` is an object, perhaps empty, never NULL. Runs outside of tasks: must not wait. */
	void (*event)(void *arg, const char *name, const json_t *data, int64_t seconds, unsigned micros);
	/* The monitor is gone: QEMU ended, or broke the rules (then the guest goes on without). Every command that waits fails. Told once. */
	void (*closed)(void *arg, const struct error *why);
};

/* Takes a connected socket. NULL with *err set, the descriptor closed. */
struct qmp *qmp_new(struct ev_loop *loop, int fd, const struct qmp_ops *ops, void *arg, struct error *err) NODISCARD;

/* Waits for the greeting and leaves the negotiation mode. */
int qmp_greet(struct qmp *q, int timeout_ms, struct error *err) NODISCARD;

/* Closes it. Commands that wait fail; no callback comes any more. */
void qmp_free(struct qmp *q);

/* Whether commands can be sent. */
bool qmp_is_open(const struct qmp *q);

/*
 * Executes a command. `args` (may be NULL) is taken. The result is the reply's "return", the caller's. An error of QEMU's: ERR_INTERNAL, for an unknown
 * command ERR_OPERATION_UNSUPPORTED, for a device that is not there ERR_INVALID_ARG. After a timeout its reply, when it comes, is dropped.
 */
json_t *qmp_execute(struct qmp *q, const char *command, json_t *args, int timeout_ms, struct error *err) NODISCARD;

/* The same for whom the result says nothing. */
int qmp_do(struct qmp *q, const char *command, json_t *args, int timeout_ms, struct error *err) NODISCARD;

/* The same with a descriptor that goes along ("getfd", "add-fd"); it stays the caller's. */
json_t *qmp_execute_fd(struct qmp *q, const char *command, json_t *args, int fd, int timeout_ms, struct error *err) NODISCARD;

/* Sends a whole command object of somebody else's (without an id; taken) and returns the whole reply, an error too. */
json_t *qmp_pass(struct qmp *q, json_t *command, int fd, int timeout_ms, struct error *err) NODISCARD;

/* HMP: what a line of the human monitor answers; the caller's. */
char *qmp_human(struct qmp *q, const char *line, int timeout_ms, struct error *err) NODISCARD;

/* Several commands with one wait: begin each, then finish each in any order. A struct qmp_call belongs to the caller until it is finished. */
struct qmp_call {
	struct qmp *q;
	struct qmp_call *next;
	struct task *waiter;
	char command[64];
	json_int_t id;
	json_t *reply;
	bool done, sent;
	struct error why;
};
void qmp_begin(struct qmp *q, struct qmp_call *call, const char *command, json_t *args);
json_t *qmp_finish(struct qmp_call *call, int timeout_ms, struct error *err) NODISCARD;

#endif
