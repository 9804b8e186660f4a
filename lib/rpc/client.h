/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The client side, for programs: synchronous, every wait with a deadline, no event loop and no XML behind it.
 *
 * Errors: what the other side reports comes as its code and text. A lost or refused connection is ERR_NO_CONNECT (err->sys
 * tells ENOENT and ECONNREFUSED apart), a broken frame ERR_RPC, a passed deadline ERR_OPERATION_TIMEOUT. After ERR_RPC, a lost
 * connection or a timeout in the middle of a frame the connection is dead and every further call says so.
 *
 * Timeouts are in milliseconds; -1 waits for ever.
 */
#ifndef BERTH_RPC_CLIENT_H
#define BERTH_RPC_CLIENT_H

#include "rpc/proc.h"

struct rpc_conn;
struct rpc_channel;

/*
 * Connects to a listening socket named relative to dirfd (AT_FDCWD: the working directory); a path of any length. The other
 * side must run as root or as ourselves, else ERR_ACCESS_DENIED: nobody can put a socket of his own in the way.
 */
struct rpc_conn *rpc_connect_unix(int dirfd, const char *path, int timeout_ms, struct error *err) NODISCARD;

/* The same, as far as the connected socket alone, which is non-blocking. */
int rpc_socket_unix(int dirfd, const char *path, int timeout_ms, struct error *err) NODISCARD;

/* A connection over descriptors that are there (a socketpair: both the same; a program's pipes). They become the
 * connection's and non-blocking, also on failure closed. */
struct rpc_conn *rpc_conn_from_fds(int in, int out, struct error *err) NODISCARD;

/* Closes and frees; NULL is fine. Channels must have been freed before. */
void rpc_conn_free(struct rpc_conn *conn);

static inline void auto_rpc_conn_(struct rpc_conn **conn)
{
	rpc_conn_free(*conn);
}
#define AUTO_CONN AUTO(auto_rpc_conn_)

/* How the connection waits: like poll(2) on one descriptor. A server that is a client too sets task_wait_fd(); one task at
 * a time may then use the connection. Default: poll(2). */
typedef int rpc_wait_fn(int fd, int events, int timeout_ms);
void rpc_conn_set_wait(struct rpc_conn *conn, rpc_wait_fn *wait);

/* What lies between the connection and its descriptor, TLS say: in place of read(2) and write(2), with errno as theirs. */
struct rpc_io {
	ssize_t (*read)(void *ctx, void *buf, size_t len);
	ssize_t (*write)(void *ctx, const void *buf, size_t len);
};
void rpc_conn_set_io(struct rpc_conn *conn, const struct rpc_io *io, void *ctx);

/*
 * While something is waited for and nothing comes, the other side is asked every interval_ms whether it lives (libvirt's keepalive). The connection is
 * dead, ERR_NO_CONNECT, when `count` of these have gone without an answer; so a wait without a deadline has an end.
 */
void rpc_conn_set_keepalive(struct rpc_conn *conn, int interval_ms, int count);

/*
 * Calls a procedure and waits for its reply. args may be NULL where the procedure has none; *ret (or NULL) must be zeroed and is
 * the caller's to free with xdr_free(proc->ret, ret), after success only. Events that come in between are queued, pings answered.
 */
int rpc_conn_call(struct rpc_conn *conn, const struct rpc_proc *proc, const void *args, void *ret, int timeout_ms,
	     struct error *err) NODISCARD;

/*
 * The same with descriptors: n_send of `send` go with the call (0: none); up to *n_recv that come with the reply are put into
 * `recv` (close-on-exec, the caller's) and *n_recv is set to their number; more than that are closed. n_recv may be NULL.
 */
int rpc_conn_call_fds(struct rpc_conn *conn, const struct rpc_proc *proc, const void *args, void *ret,
		 const int *send, size_t n_send, int *recv, size_t *n_recv, int timeout_ms, struct error *err) NODISCARD;

/* Sends a call and does not wait for its answer, which is dropped when it comes: for subscriptions to many, of which one
 * may not answer. It must be small: a connection that does not take it at once is dead (ERR_OPERATION_TIMEOUT). */
int rpc_conn_post(struct rpc_conn *conn, const struct rpc_proc *proc, const void *args, struct error *err) NODISCARD;

/* The descriptor to poll for reading between calls. Nothing is read ahead, so it alone tells, with rpc_conn_pending(), that there
 * is something to take. */
int rpc_conn_fd(const struct rpc_conn *conn);

/* Whether an event or data of a stream are queued already. */
bool rpc_conn_pending(const struct rpc_conn *conn);

/* An event as it came. */
struct rpc_event {
	uint32_t program, procedure;
	unsigned char *body;
	size_t len;
};

/* The next event: 1 with *ev filled in (free it with rpc_event_clear()), 0 when timeout_ms has passed, -1 error. */
int rpc_next_event(struct rpc_conn *conn, struct rpc_event *ev, int timeout_ms, struct error *err) NODISCARD;

/* Whether the event is that of `proc`. */
bool rpc_event_is(const struct rpc_event *ev, const struct rpc_proc *proc);

/* Decodes it into the zeroed structure wire_NAME_msg; free that with xdr_free(proc->args, msg). */
int rpc_event_decode(const struct rpc_event *ev, const struct rpc_proc *proc, void *msg, struct error *err) NODISCARD;
void rpc_event_clear(struct rpc_event *ev);

/* How many events had to be dropped because nobody took them. */
unsigned long rpc_conn_dropped(const struct rpc_conn *conn);

/* Calls a procedure of the kind RPC_PROC_STREAM and keeps its stream open. */
struct rpc_channel *rpc_channel_open(struct rpc_conn *conn, const struct rpc_proc *proc, const void *args, void *ret,
				     int timeout_ms, struct error *err) NODISCARD;

/* Sends all of data. */
int rpc_channel_send(struct rpc_channel *ch, const void *data, size_t len, int timeout_ms, struct error *err) NODISCARD;

/* Skips so many bytes, which read as zeros at the other end. */
int rpc_channel_send_hole(struct rpc_channel *ch, uint64_t length, int timeout_ms, struct error *err) NODISCARD;

/*
 * Takes at most `size` bytes: > 0 their number, 0 the end of the stream, -1 error; ERR_OPERATION_TIMEOUT when nothing came
 * in time (timeout 0: when nothing is there), after which the stream goes on. A hole is zeros.
 */
ssize_t rpc_channel_recv(struct rpc_channel *ch, void *buf, size_t size, int timeout_ms, struct error *err) NODISCARD;

/* The same for whoever can skip: 0 with *hole > 0 means that so many bytes are, else the end. */
ssize_t rpc_channel_recv_sparse(struct rpc_channel *ch, void *buf, size_t size, uint64_t *hole, int timeout_ms, struct error *err) NODISCARD;

/* Ends the stream in good order and waits for the other side's word that it got everything. */
int rpc_channel_finish(struct rpc_channel *ch, int timeout_ms, struct error *err) NODISCARD;

/* Frees it; a stream that is still open is aborted. NULL is fine. */
void rpc_channel_free(struct rpc_channel *ch);

#endif
