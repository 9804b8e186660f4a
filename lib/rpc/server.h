/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The server side: one thread, one event loop, each call a task (util/task.h) that may wait.
 *
 * Nothing that a client does costs more than its bounds: frames are checked before memory is taken and memory grows only with the
 * bytes that have come; calls in flight, connections per user, queued output and the time of a half-sent frame are limited; a
 * client that does not read loses events, then its connection. The right to call a procedure is checked by its number
 * before its arguments are decoded.
 */
#ifndef BERTH_RPC_SERVER_H
#define BERTH_RPC_SERVER_H

#include "rpc/proc.h"

struct ev_loop;
struct rpc_server;
struct rpc_peer;
struct rpc_stream;

/* One program that is served. Tables are searched in their order, each ends in RPC_ROW_END. */
struct rpc_program {
	uint32_t program, version;
	const struct rpc_row *const *tables;   /* ends in NULL */
};

/* Bounds; 0 stands for the value in brackets. */
struct rpc_limits {
	unsigned peers;            /* connections at once [128] */
	unsigned peers_per_uid;    /* of one user other than root and the owner [32] */
	unsigned reserved;         /* places of `peers` that only root and the owner get [16] */
	unsigned calls;            /* in flight per connection; more wait in the socket [8] */
	unsigned frame;            /* bytes of a frame from a client [RPC_FRAME_MAX] */
	unsigned first_frame;      /* the same before a first call was answered [65,536] */
	unsigned output;           /* queued bytes from which on events are dropped and nothing more is read [1 MiB] */
	unsigned frame_ms;         /* time for a frame to arrive in whole [10,000] */
	unsigned stall_ms;         /* time in which a client must take a byte of what waits for it [30,000] */
};

struct rpc_server_config {
	const struct rpc_program *programs;   /* kept, not copied */
	size_t n_programs;
	void *ctx;                            /* call->ctx, and the argument of the hooks */
	enum error_from from;                 /* the driver that reports errors */
	struct rpc_limits limits;

	/* Whether a user may connect at all; NULL: root and our own effective uid alone. */
	bool (*admit)(void *ctx, uid_t uid, gid_t gid);

	/* Told once of every connection that ends, before its streams' callbacks are gone; the peer must not be used after it,
	 * except by calls that are still running. May be NULL. */
	void (*on_peer_close)(void *ctx, struct rpc_peer *peer);
};

struct rpc_server *rpc_server_new(struct ev_loop *loop, const struct rpc_server_config *config, struct error *err) NODISCARD;

/* Closes everything at once. Calls that still wait end later without an answer; the server's memory goes with the last of
 * them. config->ctx must live as long as they do. */
void rpc_server_free(struct rpc_server *server);

/* Changes config->from: a connection's driver is known only once it is opened. */
void rpc_server_set_from(struct rpc_server *server, enum error_from from);

/* Serves a listening socket, which becomes the server's. */
int rpc_server_listen(struct rpc_server *server, int fd, struct error *err) NODISCARD;

/*
 * Serves one connection that is there already: a socket (in == out), or a pair such as 0 and 1. They become the server's, on
 * failure too. uid is that of the other side by SO_PEERCRED; for what is no Unix socket the process's own. Not counted
 * against the limits of connections. Descriptors cannot be passed unless it is a Unix socket and in == out.
 */
struct rpc_peer *rpc_server_adopt(struct rpc_server *server, int in, int out, struct error *err) NODISCARD;

/*
 * Ends the server's work in good order: accepts nothing more, takes no more calls, sends every connection what is queued for it,
 * closes each when that is done and all at the latest after timeout_ms (at most 5,000); then calls done(arg) once, from a timer of its own and
 * never from within another callback. A client that has called connect_open and was answered or sent an event just now, or has
 * a stream, may for a moment still call what has the right CONNECT (to close in good order); its streams get their end.
 * Safe to be called from a call's function: the answer of that call is still sent. The caller frees the server.
 */
void rpc_server_drain(struct rpc_server *server, unsigned timeout_ms, void (*done)(void *arg), void *arg);

/* Connections, for iteration: the first with NULL. The list must not be changed in between (a sent event does not). */
struct rpc_peer *rpc_server_next_peer(struct rpc_server *server, struct rpc_peer *peer);
unsigned rpc_server_peers(const struct rpc_server *server);

/* An implementation that has nothing to do and nothing to tell: for what only asks whether the server is there. */
rpc_fn rpc_done;

/* ---- one connection ---- */

uid_t rpc_peer_uid(const struct rpc_peer *peer);
pid_t rpc_peer_pid(const struct rpc_peer *peer);
void *rpc_peer_ctx(const struct rpc_peer *peer);   /* config->ctx */

/* From now on only procedures with the rights CONNECT and READ; there is no way back. */
void rpc_peer_set_read_only(struct rpc_peer *peer);

/* True once the connection is closed; for a call that has waited. */
bool rpc_peer_gone(const struct rpc_peer *peer);

/* Closes the connection when everything queued is sent. */
void rpc_peer_close(struct rpc_peer *peer);

/* A pointer of the user's, and what frees it when the connection ends (NULL: nothing). */
void rpc_peer_set_data(struct rpc_peer *peer, void *data, void (*free_data)(void *data));
void *rpc_peer_data(const struct rpc_peer *peer);

/* Sends an event: true when sent or queued, false when dropped (queue full, no memory, closing), which is counted. */
bool rpc_peer_event(struct rpc_peer *peer, const struct rpc_proc *event, const void *msg);
unsigned long rpc_peer_dropped(const struct rpc_peer *peer);

/* ---- descriptors, within a call ---- */

/* Sends a descriptor along with the reply; it becomes the reply's, on failure too. Fails where the connection cannot carry any. */
int rpc_call_attach_fd(struct rpc_call *call, int fd, struct error *err) NODISCARD;

/* Takes the n-th descriptor that came with the call; the caller's to close. -1 when there is none. */
int rpc_call_take_fd(struct rpc_call *call, size_t n);

/* ---- another program goes on with the connection ---- */

/*
 * Within a call, the only one of its connection: sends what is queued and gives copies of the two descriptors (3 or higher, close-on-exec; the
 * caller's), and the call's serial. The caller is to become the other program, which answers the call; or the call goes on as any other.
 * ERR_OPERATION_INVALID where the client has other calls, streams or subscriptions.
 */
int rpc_call_leave(struct rpc_call *call, int fds[2], uint32_t *serial, struct error *err) NODISCARD;

/* The other side of it: a call that was taken elsewhere is begun, as if it had come by this connection. */
int rpc_peer_begin(struct rpc_peer *peer, const struct rpc_proc *proc, uint32_t serial, const void *args, struct error *err) NODISCARD;

/* ---- streams, within a call of the kind RPC_PROC_STREAM ---- */

struct rpc_stream_ops {
	/* Data from the client. Returns how many bytes were taken; if not all, nothing more is read from this client until
	 * rpc_stream_resume(). NULL: the client may not send. */
	size_t (*data)(struct rpc_stream *s, void *arg, const void *buf, size_t len);

	/* The client has skipped so many bytes, which read as zeros. Return -1 with *err to end the stream. NULL: it takes no holes. */
	int (*hole)(struct rpc_stream *s, void *arg, uint64_t length, struct error *err);

	/* The client has sent everything. Return 0 to confirm, or -1 with *err, which it then gets. NULL: confirm. */
	int (*finish)(struct rpc_stream *s, void *arg, struct error *err);

	/* There is room again after rpc_stream_write() took less than offered. May be NULL. */
	void (*writable)(struct rpc_stream *s, void *arg);

	/* The stream is over, for whatever reason (finished, aborted, connection lost, rpc_stream_close()): told exactly once; *s is
	 * gone after it. */
	void (*closed)(struct rpc_stream *s, void *arg);
};

/* Opens the stream of this call. If the call then fails, the stream is closed (and told so). */
struct rpc_stream *rpc_stream_open(struct rpc_call *call, const struct rpc_stream_ops *ops, void *arg, struct error *err) NODISCARD;

/* Sends data; returns how many bytes were taken, less than len when the client is slow: keep the rest until writable(), or drop it. */
size_t rpc_stream_write(struct rpc_stream *s, const void *data, size_t len);

/* Tells the client to skip so many bytes. */
void rpc_stream_hole(struct rpc_stream *s, uint64_t length);

/* Tells the client that there is no more data; its finish or abort ends the stream. */
void rpc_stream_eof(struct rpc_stream *s);

/* The rest that data() did not take is offered again, and reading goes on. */
void rpc_stream_resume(struct rpc_stream *s);

/* Ends the stream from our side: with an error, or (NULL) in good order. */
void rpc_stream_close(struct rpc_stream *s, const struct error *why);

struct rpc_peer *rpc_stream_peer(const struct rpc_stream *s);

#endif
