/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What client.c and channel.c share. */
#ifndef BERTH_RPC_CLIENT_PRIV_H
#define BERTH_RPC_CLIENT_PRIV_H

#include "rpc/client.h"
#include "rpc/frame.h"

#include <stddef.h>

/* Bytes of events, and of data of one stream, that are kept for a program that does not take them. */
#define RPC_EVENTS_KEPT (4u * 1024 * 1024)
#define RPC_CHANNEL_KEPT (16u * 1024 * 1024)

struct rpc_item {
	struct rpc_item *next;
	uint32_t program, procedure;
	unsigned char *body;
	size_t len, taken;
	uint64_t hole;           /* bytes of a stream to be skipped; then there is no body */
};

struct rpc_items {
	struct rpc_item *first, **last;   /* last is NULL as long as nothing was ever queued */
	size_t bytes;
};

/* A frame as it comes in; what has come stays here when a wait times out, and the next one goes on. */
struct rpc_input {
	unsigned char head[RPC_HEADER_LEN];
	size_t head_have;
	struct rpc_header h;
	unsigned char *body;
	size_t body_len, body_have;
	int fds[RPC_FDS_MAX];
	size_t fds_want, fds_have;
};

struct rpc_conn {
	int in, out;
	bool is_socket;
	bool sending;            /* in the middle of a frame: nothing else may be written */
	unsigned pongs_due;
	rpc_wait_fn *wait;
	const struct rpc_io *io; /* NULL: none */
	void *io_ctx;
	int ping_ms, ping_count; /* 0: no pings of ours */
	int pings;               /* sent since something came */
	int64_t ping_at;         /* when the next one is due */
	uint32_t serial;
	uint32_t awaited;        /* serial of the call that waits; 0: none */
	bool answered;           /* the frame in `input` is its reply */
	struct rpc_input input;
	struct rpc_items events;
	unsigned long dropped;
	struct rpc_channel *channels;
	struct error dead;       /* code 0: alive */
};

struct rpc_channel {
	struct rpc_conn *conn;
	struct rpc_channel *next;
	const struct rpc_proc *proc;
	uint32_t serial;
	struct rpc_items data;
	bool eof;                /* no more data */
	bool finished;           /* confirmed, by either side */
	struct error error;      /* code 0: none */
};

/* Monotonic time in ms at which a wait of timeout_ms ends; -1: never. */
int64_t rpc_deadline(int timeout_ms);

/* Sends a frame. A frame sent in part leaves the connection dead. */
int rpc_conn_send(struct rpc_conn *conn, const unsigned char *frame, size_t len, const int *fds, size_t n_fds,
		  int64_t deadline, struct error *err) NODISCARD;

/* Takes one frame and gives it to whom it belongs: 1, 0 when the deadline has passed, -1 the connection is dead. */
int rpc_conn_step(struct rpc_conn *conn, int64_t deadline, struct error *err) NODISCARD;

int rpc_items_add(struct rpc_items *q, const struct rpc_header *h, unsigned char *body, size_t len) NODISCARD;
/* The one that was added last, while nothing was popped since. */
static inline struct rpc_item *rpc_items_end(struct rpc_items *q)
{
	return (struct rpc_item *)((char *)q->last - offsetof(struct rpc_item, next));
}
struct rpc_item *rpc_items_pop(struct rpc_items *q);
void rpc_items_clear(struct rpc_items *q);

/* A frame of a stream has come; takes the body over. */
void rpc_channel_input(struct rpc_conn *conn, const struct rpc_header *h, unsigned char *body, size_t len);

#endif
