/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How connections come to a server, who may have one, and how all of it ends. */
#include "rpc/server_priv.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#define ACCEPTS_PER_ROUND 64
#define ACCEPT_RETRY_S 0.5
#define DRAIN_MAX_MS 5000u

void rpc_server_ref(struct rpc_server *server)
{
	server->refs++;
}

void rpc_server_unref(struct rpc_server *server)
{
	if (--server->refs == 0)
		free(server);
}

/* ---- who may come ---- */

static bool is_owner(const struct rpc_server *server, uid_t uid)
{
	return uid == 0 || uid == server->owner;
}

/* Makes a place by ending the oldest connection that has not yet made a single call: of `uid`, or, with any, of anybody. */
static bool evict_silent(struct rpc_server *server, uid_t uid, bool any)
{
	for (struct rpc_peer *p = server->first; p; p = p->next) {
		if (p->known || p->adopted || (!any && p->uid != uid))
			continue;
		rpc_peer_kill(p);
		return true;
	}
	return false;
}

static bool place_for(struct rpc_server *server, uid_t uid)
{
	const struct rpc_limits *l = &server->cfg.limits;
	bool owner = is_owner(server, uid);
	unsigned limit = owner ? l->peers : l->peers - l->reserved;
	unsigned own = 0;

	if (!owner) {
		for (const struct rpc_peer *p = server->first; p; p = p->next)
			own += p->uid == uid;
		if (own >= l->peers_per_uid && !evict_silent(server, uid, false))
			return false;
	}
	while (server->n_peers >= limit)
		if (!evict_silent(server, uid, owner))
			return false;
	return true;
}

static bool credentials(int fd, struct ucred *cred)
{
	socklen_t len = sizeof(*cred);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, cred, &len) == 0 && cred->uid != (uid_t)-1;
}

static void accepted(struct rpc_server *server, int fd)
{
	struct rpc_peer *peer;
	struct ucred cred;
	bool ok = credentials(fd, &cred);

	if (ok && server->cfg.admit)
		ok = server->cfg.admit(server->cfg.ctx, cred.uid, cred.gid);
	else if (ok)
		ok = is_owner(server, cred.uid);
	if (!ok || !place_for(server, cred.uid) || !(peer = rpc_peer_new(server, fd, fd, NULL))) {
		close(fd);
		return;
	}
	peer->uid = cred.uid;
	peer->pid = cred.pid;
	peer->is_socket = peer->unix_socket = true;
}

static void reserve(struct rpc_server *server)
{
	if (server->reserve_fd < 0)
		server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* No descriptor is left: one connection more comes in over the reserve; then nothing is accepted until one has gone. */
static int accept_over_reserve(struct rpc_server *server)
{
	int fd;

	if (server->reserve_fd < 0)
		return -1;
	close(STEAL_FD(server->reserve_fd));
	fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		reserve(server);
	return fd;
}

static void on_connection(struct ev_loop *loop, ev_io *w, int revents UNUSED)
{
	struct rpc_server *server = w->data;

	for (int i = 0; i < ACCEPTS_PER_ROUND; i++) {
		int fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
			/* said before it is looked whether anybody waits at all: only in the first round is that certain */
			if (i > 0)
				return;
			if (evict_silent(server, 0, true))
				continue;
			fd = accept_over_reserve(server);
			if (fd < 0) {
				ev_io_stop(loop, w);
				ev_timer_again(loop, &server->accept_retry);
				return;
			}
		}
		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0)
			return;
		accepted(server, fd);
	}
}

static void accept_again(struct rpc_server *server)
{
	reserve(server);
	ev_timer_stop(server->loop, &server->accept_retry);
	if (server->listen_fd >= 0)
		ev_io_start(server->loop, &server->accept);
}

static void on_accept_retry(struct ev_loop *loop UNUSED, ev_timer *w, int revents UNUSED)
{
	accept_again(w->data);
}

/* ---- the end ---- */

static void on_drained(struct ev_loop *loop, ev_timer *w, int revents UNUSED)
{
	struct rpc_server *server = w->data;
	void (*done)(void *arg) = server->done;

	while (server->first)
		rpc_peer_kill(server->first);
	ev_timer_stop(loop, w);
	server->done = NULL;
	if (done)
		done(server->done_arg);
}

/* Once nobody is left, the timer that was to bound the wait ends it. */
static void drain_now(struct rpc_server *server)
{
	ev_timer_stop(server->loop, &server->drain_timer);
	ev_timer_set(&server->drain_timer, 0., 0.);
	ev_timer_start(server->loop, &server->drain_timer);
}

void rpc_server_peer_left(struct rpc_server *server)
{
	if (server->draining && !server->first && server->done)
		drain_now(server);
	else if (!server->draining && server->listen_fd >= 0 &&
		 (server->reserve_fd < 0 || ev_is_active(&server->accept_retry)))
		accept_again(server);
}

static void stop_listening(struct rpc_server *server)
{
	ev_io_stop(server->loop, &server->accept);
	ev_timer_stop(server->loop, &server->accept_retry);
	if (server->listen_fd >= 0)
		close(STEAL_FD(server->listen_fd));
	if (server->reserve_fd >= 0)
		close(STEAL_FD(server->reserve_fd));
}

void rpc_server_drain(struct rpc_server *server, unsigned timeout_ms, void (*done)(void *arg), void *arg)
{
	struct rpc_peer *peer, *next;

	if (server->draining)
		return;
	stop_listening(server);
	server->draining = true;
	server->done = done;
	server->done_arg = arg;
	if (timeout_ms > DRAIN_MAX_MS)
		timeout_ms = DRAIN_MAX_MS;
	ev_now_update(server->loop);
	ev_timer_set(&server->drain_timer, timeout_ms / 1000., 0.);
	ev_timer_start(server->loop, &server->drain_timer);
	for (peer = server->first; peer; peer = next) {
		next = peer->next;
		/* held, because a hook that is told of a closed connection may close others */
		if (next)
			rpc_peer_ref(next);
		rpc_peer_close(peer);
		if (next) {
			bool gone = next->gone;

			rpc_peer_unref(next);
			if (gone)
				next = server->first;
		}
	}
	if (!server->first)
		drain_now(server);
}

void rpc_server_free(struct rpc_server *server)
{
	if (!server)
		return;
	server->draining = true;
	server->done = NULL;
	stop_listening(server);
	while (server->first)
		rpc_peer_kill(server->first);
	ev_timer_stop(server->loop, &server->drain_timer);
	rpc_server_unref(server);
}

/* ---- the beginning ---- */

static void default_limits(struct rpc_limits *l)
{
#define DEFAULT(field, value) do { if (!l->field) l->field = (value); } while (0)
	DEFAULT(peers, 128);
	DEFAULT(peers_per_uid, 32);
	DEFAULT(reserved, 16);
	DEFAULT(calls, 8);
	DEFAULT(frame, RPC_FRAME_MAX);
	DEFAULT(first_frame, 65536);
	DEFAULT(output, 1024 * 1024);
	DEFAULT(frame_ms, 10000);
	DEFAULT(stall_ms, 30000);
#undef DEFAULT
	if (l->reserved >= l->peers)
		l->reserved = l->peers - 1;
}

struct rpc_server *rpc_server_new(struct ev_loop *loop, const struct rpc_server_config *config, struct error *err)
{
	struct rpc_server *server = calloc(1, sizeof(*server));

	if (!server) {
		error_errno(err, "no memory for a server");
		return NULL;
	}
	rpc_loop_memory();
	server->loop = loop;
	server->cfg = *config;
	default_limits(&server->cfg.limits);
	server->refs = 1;
	server->owner = geteuid();
	server->listen_fd = server->reserve_fd = -1;
	ev_io_init(&server->accept, on_connection, -1, EV_READ);
	ev_timer_init(&server->accept_retry, on_accept_retry, 0., ACCEPT_RETRY_S);
	ev_timer_init(&server->drain_timer, on_drained, 0., 0.);
	server->accept.data = server->accept_retry.data = server->drain_timer.data = server;
	return server;
}

static int set_nonblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -1;
	return 0;
}

void rpc_server_set_from(struct rpc_server *server, enum error_from from)
{
	server->cfg.from = from;
}

int rpc_server_listen(struct rpc_server *server, int fd, struct error *err)
{
	if (server->listen_fd >= 0 || server->draining || set_nonblock(fd) < 0) {
		error_set(err, ERR_INTERNAL, "cannot listen on descriptor %d", fd);
		close(fd);
		return -1;
	}
	server->listen_fd = fd;
	reserve(server);
	ev_io_set(&server->accept, fd, EV_READ);
	ev_io_start(server->loop, &server->accept);
	return 0;
}

struct rpc_peer *rpc_server_adopt(struct rpc_server *server, int in, int out, struct error *err)
{
	struct rpc_peer *peer = NULL;
	struct ucred cred;
	int domain = 0, type;
	socklen_t len = sizeof(domain);

	if (server->draining || set_nonblock(in) < 0 || set_nonblock(out) < 0)
		error_errno(err, "cannot serve the descriptors %d and %d", in, out);
	else
		peer = rpc_peer_new(server, in, out, err);
	if (!peer) {
		close(in);
		if (out != in)
			close(out);
		return NULL;
	}
	peer->adopted = true;
	peer->uid = geteuid();
	peer->unix_socket = in == out && getsockopt(in, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 && domain == AF_UNIX;
	len = sizeof(type);
	peer->is_socket = getsockopt(out, SOL_SOCKET, SO_TYPE, &type, &len) == 0;
	if (peer->unix_socket && credentials(in, &cred)) {
		peer->uid = cred.uid;
		peer->pid = cred.pid;
	}
	return peer;
}

struct rpc_peer *rpc_server_next_peer(struct rpc_server *server, struct rpc_peer *peer)
{
	return peer ? peer->next : server->first;
}

unsigned rpc_server_peers(const struct rpc_server *server)
{
	return server->n_peers;
}

int rpc_done(struct rpc_call *call UNUSED, const void *args UNUSED, void *ret UNUSED, struct error *err UNUSED)
{
	return 0;
}
