/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest agent (QEMU's documentation, "QEMU Guest Agent Protocol Reference") behind a channel of the guest's. Whatever answers is the guest: it may be silent, late,
 * or lie. Each command is preceded by guest-sync-delimited with a new number, so that what is left of an earlier one is never taken for
 * its answer; all waits are bounded, and only who called waits.
 */
#ifndef BERTH_QEMU_AGENT_H
#define BERTH_QEMU_AGENT_H

#include "qemu/line.h"
#include "util/task.h"

#define AGENT_LINE_MAX (8u << 20)   /* bytes of an answer; guest-file-read's is the longest */
#define AGENT_SYNC_MS 5000          /* how long the agent may take to answer at all */
#define AGENT_TIMEOUT 30000

/* Libvirt's special values of a timeout. */
enum { AGENT_BLOCK = -2, AGENT_DEFAULT = -1, AGENT_NOWAIT = 0 };

struct agent {
	struct ev_loop *loop;
	struct line line;            /* fd -1: not connected */
	bool present;                /* the guest has opened its end of the channel */
	int timeout_s;               /* domain_agent_set_response_timeout: AGENT_DEFAULT is AGENT_SYNC_MS */
	struct task_mutex busy;
	struct task *waiter;
	json_t *answer;              /* what came for the waiter */
	bool delimited;              /* the answer's line began after 0xff */
	struct error why;            /* of a connection that was closed */
	bool closed;
	uint64_t sync;
};

void agent_init(struct agent *a, struct ev_loop *loop);
void agent_close(struct agent *a);

/* Whether there is a connection; the caller gives one by agent_connect() (a connected socket, which becomes the agent's). */
bool agent_connected(const struct agent *a);
void agent_connect(struct agent *a, int fd);

/* The guest opened or closed its end (VSERPORT_CHANGE). */
void agent_set_present(struct agent *a, bool present);

/*
 * Sends a command object (taken) and waits for its answer: seconds, or one of the special values. Returns the whole reply (with "return" or
 * "error"), the caller's; NULL with *err set: ERR_AGENT_UNRESPONSIVE, also for a timeout. AGENT_NOWAIT: returns an empty object once it is sent.
 */
json_t *agent_pass(struct agent *a, json_t *command, int seconds, struct error *err) NODISCARD;

/* The same for a command by name; `args` (may be NULL) is taken; the result is the reply's "return". */
json_t *agent_execute(struct agent *a, const char *command, json_t *args, int seconds, struct error *err) NODISCARD;
int agent_do(struct agent *a, const char *command, json_t *args, int seconds, struct error *err) NODISCARD;

/* Commands that are answered by the guest's end, not by words (guest-shutdown, guest-suspend-ram): an answer in `seconds` is taken, none is no error. */
int agent_last_words(struct agent *a, const char *command, json_t *args, int seconds, struct error *err) NODISCARD;

#endif
