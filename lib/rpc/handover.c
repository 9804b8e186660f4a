/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection that another program goes on with, in the middle of a call. In a file of its own: most servers never do. */
#include "rpc/server_priv.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>

/* How long a client may take to take what is queued for it. */
#define FLUSH_MS 5000

static int flush_all(struct rpc_peer *peer, struct error *err)
{
	for (struct rpc_out *o = peer->out_first; o; o = o->next) {
		while (o->sent < o->len) {
			struct pollfd p = { .fd = peer->out, .events = POLLOUT };
			ssize_t n = RETRY_EINTR(write(peer->out, o->data + o->sent, o->len - o->sent));

			if (n < 0 && (errno != EAGAIN || RETRY_EINTR(poll(&p, 1, FLUSH_MS)) <= 0))
				return error_set(err, ERR_RPC, "the client does not take what was sent to it");
			o->sent += n > 0 ? (size_t)n : 0;
		}
	}
	return 0;
}

int rpc_call_leave(struct rpc_call *call, int fds[2], uint32_t *serial, struct error *err)
{
	struct rpc_peer *peer = call->peer;

	if (!call->inflight || peer->gone || peer->calls != 1 || peer->streams || peer->subscriptions || peer->input.head_have)
		return error_set(err, ERR_OPERATION_INVALID, "%s must be the first that a client asks for", call->proc->name);
	if (flush_all(peer, err) < 0)
		return -1;
	/* neither of them is 0, 1 or 2, where the program that goes on expects them */
	fds[0] = fcntl(peer->in, F_DUPFD_CLOEXEC, 3);
	fds[1] = fds[0] < 0 ? -1 : fcntl(peer->out, F_DUPFD_CLOEXEC, 3);
	if (fds[1] < 0) {
		int rc = error_errno(err, "a connection");

		if (fds[0] >= 0)
			close(fds[0]);
		return rc;
	}
	*serial = call->inflight->h.serial;
	return 0;
}

int rpc_peer_begin(struct rpc_peer *peer, const struct rpc_proc *proc, uint32_t serial, const void *args, struct error *err)
{
	AUTO_FREE unsigned char *frame = NULL;
	struct rpc_in in = { .h = { .program = proc->program, .version = 1, .procedure = proc->number, .type = RPC_CALL, .serial = serial } };
	int rc;

	if (rpc_encode(&in.h, proc->args, args, 0, &frame, err) < 0)
		return -1;
	in.body_len = in.body_size = in.body_have = in.h.length - RPC_HEADER_LEN;
	in.body = malloc(in.body_len + 1);
	if (!in.body)
		return error_errno(err, "a call");
	memcpy(in.body, frame + RPC_HEADER_LEN, in.body_len);
	rc = rpc_dispatch(peer, &in) < 0 ? error_set(err, ERR_RPC, "%s cannot be begun", proc->name) : 0;
	rpc_in_reset(&in);
	return rc;
}
