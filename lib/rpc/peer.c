/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One connection of a server: bytes in, bytes out, and their bounds. */
#include "rpc/server_priv.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#define FRAMES_PER_ROUND 32          /* then other connections have their turn */
#define BODY_STEP 65536u
#define LEAVE_S 0.25                 /* see may_leave() */
#define DEADLINE_BYTES (256u * 1024) /* so many bytes put a frame's deadline off */

void rpc_peer_ref(struct rpc_peer *peer)
{
	peer->refs++;
}

void rpc_peer_unref(struct rpc_peer *peer)
{
	struct rpc_server *server = peer->server;

	if (--peer->refs)
		return;
	free(peer);
	rpc_server_unref(server);
}

void rpc_in_reset(struct rpc_in *in)
{
	for (size_t i = 0; i < in->fds_have; i++)
		close(in->fds[i]);
	free(in->fds);
	free(in->body);
	*in = (struct rpc_in){ .head_have = 0 };
}

static void out_free(struct rpc_out *o)
{
	for (size_t i = o->fds_sent; i < o->n_fds; i++)
		close(o->fds[i]);
	free(o->fds);
	free(o->data);
	free(o);
}

static void list_remove(struct rpc_peer *peer)
{
	struct rpc_server *server = peer->server;

	*(peer->prev ? &peer->prev->next : &server->first) = peer->next;
	*(peer->next ? &peer->next->prev : &server->last) = peer->prev;
	peer->next = peer->prev = NULL;
	server->n_peers--;
}

void rpc_peer_kill(struct rpc_peer *peer)
{
	struct rpc_server *server = peer->server;
	struct rpc_out *o;

	if (peer->gone)
		return;
	peer->gone = true;
	ev_io_stop(server->loop, &peer->rd);
	ev_io_stop(server->loop, &peer->wr);
	ev_timer_stop(server->loop, &peer->frame_timer);
	ev_timer_stop(server->loop, &peer->stall_timer);
	ev_timer_stop(server->loop, &peer->leave_timer);
	list_remove(peer);
	rpc_in_reset(&peer->input);
	while ((o = peer->out_first)) {
		peer->out_first = o->next;
		out_free(o);
	}
	peer->out_bytes = 0;
	close(peer->in);
	if (peer->out != peer->in)
		close(peer->out);
	if (server->cfg.on_peer_close)
		server->cfg.on_peer_close(server->cfg.ctx, peer);
	rpc_streams_lost(peer);
	if (peer->free_subscriptions)
		peer->free_subscriptions(peer);
	rpc_peer_set_data(peer, NULL, NULL);
	rpc_server_peer_left(server);
	rpc_peer_unref(peer);
}

/* ---- in ---- */

static bool may_read(const struct rpc_peer *peer)
{
	const struct rpc_limits *l = &peer->server->cfg.limits;

	return (!peer->closing || peer->leaving) && !peer->broken && !peer->blocked && peer->calls < l->calls && peer->out_bytes < l->output;
}

static void arm_frame_timer(struct rpc_peer *peer)
{
	ev_timer_stop(peer->server->loop, &peer->frame_timer);
	ev_timer_set(&peer->frame_timer, peer->server->cfg.limits.frame_ms / 1000., 0.);
	ev_timer_start(peer->server->loop, &peer->frame_timer);
}

/*
 * A client of libvirt's kind that has just been answered (`virsh destroy`) or whose stream ends (`virsh console`) complains when the
 * connection is gone before it could close it, and one that has just been sent an event (`virsh event`) throws it away when the
 * connection ends before its own loop has delivered it. They get a moment.
 */
static bool may_leave(const struct rpc_peer *peer)
{
	return peer->server->draining && peer->opened && !peer->broken &&
	       (peer->streams || steady_now() - peer->told < LEAVE_S);
}

void rpc_peer_update(struct rpc_peer *peer)
{
	struct ev_loop *loop = peer->server->loop;

	if (peer->gone)
		return;
	if (peer->closing && !peer->leaving && !peer->calls && !peer->out_first) {
		if (!may_leave(peer)) {
			rpc_peer_kill(peer);
			return;
		}
		peer->leaving = true;
		rpc_streams_eof(peer);
		ev_timer_start(loop, &peer->leave_timer);
	}
	if (may_read(peer)) {
		ev_io_start(loop, &peer->rd);
		if (peer->input.head_have && !ev_is_active(&peer->frame_timer))
			arm_frame_timer(peer);
	} else {
		/* that the rest of a frame does not come is then not the client's fault */
		ev_io_stop(loop, &peer->rd);
		ev_timer_stop(loop, &peer->frame_timer);
	}
}

/* 1 something came, 0 nothing there, -1 the end or an error. */
static int read_some(struct rpc_peer *peer, unsigned char *buf, size_t want, size_t *have)
{
	ssize_t n = RETRY_EINTR(read(peer->in, buf + *have, want - *have));

	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0)
		return -1;
	*have += (size_t)n;
	return 1;
}

static int head_done(struct rpc_peer *peer)
{
	const struct rpc_limits *l = &peer->server->cfg.limits;
	struct rpc_in *in = &peer->input;

	rpc_header_get(&in->h, in->head);
	if (rpc_header_check(&in->h, peer->known ? l->frame : l->first_frame, NULL) < 0)
		return -1;
	in->body_len = in->h.length - RPC_HEADER_LEN;
	return 0;
}

/* Memory for a body grows with what has come of it: announcing a large one costs nothing. */
static int body_room(struct rpc_in *in)
{
	size_t size = in->body_size ? in->body_size * 2 : BODY_STEP;
	unsigned char *p;

	if (in->body_have < in->body_size)
		return 0;
	if (size > in->body_len)
		size = in->body_len;
	p = realloc(in->body, size);
	if (!p)
		return -1;
	in->body = p;
	in->body_size = size;
	return 0;
}

static int body_done(struct rpc_peer *peer)
{
	struct rpc_in *in = &peer->input;
	uint32_t n;

	if (in->h.type != RPC_CALL_FDS)
		return 0;
	memcpy(&n, in->body, sizeof(n));
	in->fds_want = ntohl(n);
	if (in->fds_want > RPC_FDS_MAX || !peer->unix_socket) {
		in->fds_want = 0;
		return -1;
	}
	if (!in->fds_want)
		return 0;
	in->fds = calloc(in->fds_want, sizeof(int));
	return in->fds ? 0 : -1;
}

/* One step of a frame: 2 it is complete, 1 go on, 0 nothing there, -1 end. */
static int in_advance(struct rpc_peer *peer)
{
	struct rpc_in *in = &peer->input;
	int ret;

	if (in->head_have < RPC_HEADER_LEN) {
		ret = read_some(peer, in->head, RPC_HEADER_LEN, &in->head_have);
		if (ret > 0 && in->head_have >= 4) {
			/* a length that cannot be is known before the rest has come */
			uint32_t len;

			memcpy(&len, in->head, sizeof(len));
			if (ntohl(len) < RPC_HEADER_LEN || ntohl(len) > RPC_FRAME_MAX)
				return -1;
		}
		if (ret > 0 && in->head_have == RPC_HEADER_LEN && head_done(peer) < 0)
			return -1;
		if (ret <= 0 || in->head_have < RPC_HEADER_LEN || in->body_len)
			return ret;
		return 2;
	}
	if (in->body_have < in->body_len) {
		if (body_room(in) < 0)
			return -1;
		ret = read_some(peer, in->body, in->body_size, &in->body_have);
		if (ret > 0 && in->body_have - in->timed >= DEADLINE_BYTES) {
			in->timed = in->body_have;
			arm_frame_timer(peer);
		}
		if (ret > 0 && in->body_have == in->body_len && body_done(peer) < 0)
			return -1;
		if (ret <= 0 || in->body_have < in->body_len || in->fds_want)
			return ret;
		return 2;
	}
	int fd = rpc_recv_fd(peer->in);

	if (fd < 0)
		return errno == EAGAIN ? 0 : -1;
	in->fds[in->fds_have++] = fd;
	return in->fds_have < in->fds_want ? 1 : 2;
}

static void on_readable(struct ev_loop *loop, ev_io *w, int revents UNUSED)
{
	struct rpc_peer *peer = w->data;
	int ret = 1;

	rpc_peer_ref(peer);
	for (int frames = 0; ret > 0 && frames < FRAMES_PER_ROUND && !peer->gone && may_read(peer);) {
		ret = in_advance(peer);
		if (ret == 2) {
			struct rpc_in in = peer->input;

			frames++;
			peer->input = (struct rpc_in){ .head_have = 0 };
			ev_timer_stop(loop, &peer->frame_timer);
			ret = rpc_dispatch(peer, &in) < 0 ? -1 : 1;
			rpc_in_reset(&in);
		}
	}
	if (ret < 0)
		rpc_peer_kill(peer);
	rpc_peer_update(peer);
	rpc_peer_unref(peer);
}

static void on_too_late(struct ev_loop *loop UNUSED, ev_timer *w, int revents UNUSED)
{
	rpc_peer_kill(w->data);
}

/* ---- out ---- */

/* 1 all of it is sent, 0 later, -1 the connection is lost. */
static int out_send(struct rpc_peer *peer, struct rpc_out *o)
{
	while (o->sent < o->len) {
		const unsigned char *p = o->data + o->sent;
		size_t len = o->len - o->sent;
		ssize_t n = peer->is_socket ? RETRY_EINTR(send(peer->out, p, len, MSG_NOSIGNAL))
					    : RETRY_EINTR(write(peer->out, p, len));

		if (n < 0)
			return errno == EAGAIN ? 0 : -1;
		o->sent += (size_t)n;
		peer->out_bytes -= (size_t)n;
		if (ev_is_active(&peer->stall_timer))
			ev_timer_again(peer->server->loop, &peer->stall_timer);
	}
	while (o->fds_sent < o->n_fds) {
		if (rpc_send_fd(peer->out, o->fds[o->fds_sent]) < 0)
			return errno == EAGAIN ? 0 : -1;
		close(o->fds[o->fds_sent++]);
	}
	return 1;
}

/* What could be lost while somebody goes through the list of connections, or is in a call: it ends in the next round. */
static void fail_later(struct rpc_peer *peer)
{
	struct ev_loop *loop = peer->server->loop;

	peer->broken = true;
	ev_io_stop(loop, &peer->wr);
	ev_timer_stop(loop, &peer->stall_timer);
	ev_timer_set(&peer->stall_timer, 0., 0.);
	ev_timer_start(loop, &peer->stall_timer);
}

static void flush(struct rpc_peer *peer)
{
	struct ev_loop *loop = peer->server->loop;
	struct rpc_out *o;

	while ((o = peer->out_first)) {
		int ret = out_send(peer, o);

		if (ret < 0) {
			fail_later(peer);
			return;
		}
		if (ret == 0)
			break;
		peer->out_first = o->next;
		out_free(o);
	}
	if (peer->out_first) {
		ev_io_start(loop, &peer->wr);
		if (!ev_is_active(&peer->stall_timer))
			ev_timer_again(loop, &peer->stall_timer);
	} else {
		ev_io_stop(loop, &peer->wr);
		ev_timer_stop(loop, &peer->stall_timer);
	}
}

static void on_writable(struct ev_loop *loop UNUSED, ev_io *w, int revents UNUSED)
{
	struct rpc_peer *peer = w->data;

	rpc_peer_ref(peer);
	flush(peer);
	if (!peer->broken && peer->out_bytes < RPC_STREAM_QUEUED / 2)
		rpc_streams_writable(peer);
	rpc_peer_update(peer);
	rpc_peer_unref(peer);
}

static void on_stalled(struct ev_loop *loop UNUSED, ev_timer *w, int revents UNUSED)
{
	rpc_peer_kill(w->data);
}

void rpc_peer_send(struct rpc_peer *peer, unsigned char *frame, size_t len, int *fds, size_t n_fds)
{
	struct rpc_out *o = peer->gone || peer->broken ? NULL : calloc(1, sizeof(*o));

	if (!o) {
		for (size_t i = 0; i < n_fds; i++)
			close(fds[i]);
		free(fds);
		free(frame);
		/* an answer that is lost must not be waited for */
		if (!peer->gone && !peer->broken)
			fail_later(peer);
		return;
	}
	*o = (struct rpc_out){ .data = frame, .len = len, .fds = fds, .n_fds = n_fds };
	if (!peer->out_first)
		peer->out_last = &peer->out_first;
	*peer->out_last = o;
	peer->out_last = &o->next;
	peer->out_bytes += len;
	if (peer->out_first == o)
		flush(peer);
}

/* ---- one connection, for its users ---- */

struct rpc_peer *rpc_peer_new(struct rpc_server *server, int in, int out, struct error *err)
{
	struct rpc_peer *peer = calloc(1, sizeof(*peer));
	const struct rpc_limits *l = &server->cfg.limits;

	if (!peer) {
		error_errno(err, "no memory for a connection");
		return NULL;
	}
	peer->server = server;
	peer->refs = 1;
	peer->in = in;
	peer->out = out;
	ev_io_init(&peer->rd, on_readable, in, EV_READ);
	ev_io_init(&peer->wr, on_writable, out, EV_WRITE);
	ev_timer_init(&peer->frame_timer, on_too_late, 0., 0.);
	ev_timer_init(&peer->leave_timer, on_too_late, LEAVE_S, 0.);
	ev_timer_init(&peer->stall_timer, on_stalled, 0., l->stall_ms / 1000.);
	peer->rd.data = peer->wr.data = peer->frame_timer.data = peer->stall_timer.data = peer->leave_timer.data = peer;
	peer->prev = server->last;
	*(server->last ? &server->last->next : &server->first) = peer;
	server->last = peer;
	server->n_peers++;
	rpc_server_ref(server);
	ev_io_start(server->loop, &peer->rd);
	return peer;
}

uid_t rpc_peer_uid(const struct rpc_peer *peer)
{
	return peer->uid;
}

pid_t rpc_peer_pid(const struct rpc_peer *peer)
{
	return peer->pid;
}

void *rpc_peer_ctx(const struct rpc_peer *peer)
{
	return peer->server->cfg.ctx;
}

void rpc_peer_set_read_only(struct rpc_peer *peer)
{
	peer->read_only = true;
}

bool rpc_peer_gone(const struct rpc_peer *peer)
{
	return peer->gone;
}

void rpc_peer_close(struct rpc_peer *peer)
{
	rpc_peer_ref(peer);
	peer->closing = true;
	rpc_peer_update(peer);
	rpc_peer_unref(peer);
}

void rpc_peer_set_data(struct rpc_peer *peer, void *data, void (*free_data)(void *data))
{
	if (peer->free_data)
		peer->free_data(peer->data);
	peer->data = data;
	peer->free_data = free_data;
}

void *rpc_peer_data(const struct rpc_peer *peer)
{
	return peer->data;
}

unsigned long rpc_peer_dropped(const struct rpc_peer *peer)
{
	return peer->dropped;
}

bool rpc_peer_event(struct rpc_peer *peer, const struct rpc_proc *event, const void *msg)
{
	struct rpc_header h = {
		.program = event->program, .version = 1, .procedure = event->number, .type = RPC_MESSAGE,
	};
	unsigned char *frame;

	if (peer->gone || peer->broken || (peer->opened && event->program == RPC_MONITOR_PROGRAM))
		return false;
	if (peer->out_bytes >= peer->server->cfg.limits.output || rpc_encode(&h, event->args, msg, 0, &frame, NULL) < 0) {
		peer->dropped++;
		return false;
	}
	rpc_peer_send(peer, frame, h.length, NULL, 0);
	peer->told = steady_now();
	return true;
}
