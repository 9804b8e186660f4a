/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A container's console in its supervisor: the pty's master. Whatever the container writes is read at once (at a bounded rate), kept in
 * a bounded, rotated log and handed to the one client that has the console open. Neither a full disk nor a client that does not read
 * holds the container up: what cannot be written is dropped and counted.
 */
#ifndef BERTH_LXC_CONSOLE_H
#define BERTH_LXC_CONSOLE_H

#include "rpc/server.h"

#include <ev.h>

#define CONSOLE_LOG_MAX (2 << 20)   /* bytes of a log before it is rotated */
#define CONSOLE_LOG_BACKUPS 3
#define CONSOLE_RECENT 4096         /* bytes that a client gets first when it opens the console */

/* The log that all consoles of a guest share. */
struct console_log {
	struct ev_loop *loop;
	const char *kind, *name;
	int dir, fd;             /* opened with the first output */
	off_t size;
	uint64_t lost;           /* bytes since the last one that was written */
};

struct console {
	struct ev_loop *loop;
	struct console_log *log;
	int master, slave;       /* the slave is held so that the master never reports a hang-up while the container has it closed */
	struct ev_io in, out;
	struct ev_timer pause;
	struct ev_timer greeting; /* pending: the client has yet to get what is recent */
	size_t budget;           /* bytes that may still be read in the interval that began at `began` */
	double began;
	char *recent;            /* ring; made with the first output */
	size_t recent_at, recent_len;
	struct rpc_stream *client;
	uint64_t client_lost;
};

void console_log_init(struct console_log *log, struct ev_loop *loop, const char *kind, const char *name);
void console_log_close(struct console_log *log);

/* Opens the log's directory now, for a supervisor that soon cannot any more. */
void console_log_prepare(struct console_log *log);

/* Starts reading. The master stays the caller's. */
void console_start(struct console *c, struct ev_loop *loop, struct console_log *log, int master);

/* Reads what is left, ends the client's stream in good order. */
void console_stop(struct console *c);

/* Answers domain_open_console: the client becomes the console's. Another one that has it open keeps it, unless `force`. */
int console_open(struct console *c, struct rpc_call *call, bool force, const char *guest, struct error *err) NODISCARD;

#endif
