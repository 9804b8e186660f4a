/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A driver's process for whatever needs TLS or SASL: answers its client until that has said what to open, opens it, and is then a pipe. */
#include "remote/link.h"

#include "rpc/frame.h"
#include "rpc/procs.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>

/* How long the other side may take to take the last bytes of a connection that ends. */
#define LAST_MS 5000
#define OPEN_MS 60000

/* ---- opening ---- */

static ssize_t io_read(void *ctx, void *buf, size_t len)
{
	return remote_link_read(ctx, buf, len);
}

static ssize_t io_write(void *ctx, const void *buf, size_t len)
{
	return remote_link_write(ctx, buf, len);
}

/* Authenticates, and asks for what the URI names. */
static int shake_hands(struct remote_link *l, struct error *err)
{
	static const struct rpc_io io = { .read = io_read, .write = io_write };
	const struct remote_target *t = l->target;
	AUTO_FREE char *name = remote_uri_name(&t->uri, err);
	int own = name ? fcntl(l->fd, F_DUPFD_CLOEXEC, 3) : -1;
	AUTO_CONN struct rpc_conn *conn = NULL;
	enum remote_auth want;

	if (own < 0)
		return name ? error_errno(err, "a connection") : -1;
	conn = rpc_conn_from_fds(own, own, err);
	if (!conn)
		return -1;
	rpc_conn_set_io(conn, &io, l);
	if (remote_ask_auth(conn, t->timeout_ms, &want, err) < 0)
		return -1;
	if (want == REMOTE_AUTH_SASL && remote_sasl_start(l, conn, err) < 0)
		return -1;
	return remote_ask_open(conn, name, t->read_only, t->timeout_ms, err);
}

static int open_link(struct remote_link *l, const struct remote_target *t, struct error *err)
{
	const char *transport = t->uri.transport ? t->uri.transport : "tls";
	bool known, tls = strcmp(transport, "tls") == 0;
	remote_open_fn *fn = remote_transport(transport, &known);

	if (!known)
		return error_set(err, ERR_NO_CONNECT, "there is no transport '%s'", transport);
	l->target = t;
	l->fd = fn ? fn(t, err) : remote_open_tcp(t, tls, err);
	if (l->fd < 0)
		return -1;
	if (fcntl(l->fd, F_SETFL, fcntl(l->fd, F_GETFL) | O_NONBLOCK) < 0)
		return error_errno(err, "a connection");
	return tls && remote_tls_start(l, err) < 0 ? -1 : shake_hands(l, err);
}

/* ---- the client, until it has opened something ---- */

static int read_all(int fd, unsigned char *buf, size_t len)
{
	for (size_t have = 0; have < len;) {
		ssize_t n = RETRY_EINTR(read(fd, buf + have, len - have));

		if (n <= 0)
			return -1;
		have += (size_t)n;
	}
	return 0;
}

/* What a client may say before it has opened anything. */
#define EARLY_MAX 65536u

struct door {
	int in, out;
	struct rpc_header h;
	unsigned char *body;
	size_t len;
};

/* 1, 0 the client has left, -1. */
static int take_frame(struct door *d, struct error *err)
{
	unsigned char head[RPC_HEADER_LEN];

	if (read_all(d->in, head, sizeof(head)) < 0)
		return 0;
	rpc_header_get(&d->h, head);
	if (rpc_header_check(&d->h, EARLY_MAX, err) < 0)
		return -1;
	free(d->body);
	d->len = d->h.length - RPC_HEADER_LEN;
	d->body = malloc(d->len + 1);
	if (!d->body)
		return error_errno(err, "a call");
	return read_all(d->in, d->body, d->len) < 0 ? 0 : 1;
}

static int write_all(int fd, const unsigned char *p, size_t len)
{
	while (len) {
		ssize_t n = RETRY_EINTR(write(fd, p, len));

		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Answers the call in the door: with `why`, or with a result. */
static int answer(const struct door *d, const struct error *why, xdrproc_t proc, const void *ret, struct error *err)
{
	AUTO_FREE unsigned char *frame = NULL;
	struct rpc_header h = d->h;

	h.type = RPC_REPLY;
	h.status = RPC_OK;
	if (why ? rpc_encode_error(&h, why, 0, &frame, err) < 0 : rpc_encode(&h, proc, ret, 0, &frame, err) < 0)
		return -1;
	return write_all(d->out, frame, h.length) < 0 ? error_errno(err, "the client") : 0;
}

static int open_for(const struct door *d, struct remote_link *l, struct remote_target *t, struct error *err)
{
	wire_connect_open_args args = { 0 };
	int rc;

	if (rpc_decode(rpc_connect_open.args, d->body, d->len, &args, err) < 0)
		return -1;
	t->read_only = args.flags & 1;
	t->timeout_ms = OPEN_MS;
	rc = args.name ? remote_uri_parse(*args.name, &t->uri, err) : error_set(err, ERR_INVALID_ARG, "a URI is missing");
	xdr_free(rpc_connect_open.args, &args);
	return rc < 0 ? -1 : open_link(l, t, err);
}

/* 1 opened, 0 the client has left, -1. */
static int until_open(struct door *d, struct remote_link *l, struct remote_target *t, struct error *err)
{
	const wire_auth_list_ret none = { 0 };
	struct error why;
	int got;

	while ((got = take_frame(d, err)) > 0) {
		bool call = d->h.type == RPC_CALL && d->h.program == RPC_REMOTE_PROGRAM;

		if (call && d->h.procedure == rpc_auth_list.number) {
			got = answer(d, NULL, rpc_auth_list.ret, &none, err);
		} else if (call && d->h.procedure == rpc_connect_open.number) {
			if (open_for(d, l, t, &why) == 0)
				return answer(d, NULL, NULL, NULL, err) < 0 ? -1 : 1;
			/* it may try another */
			remote_link_clear(l);
			remote_uri_clear(&t->uri);
			got = answer(d, &why, NULL, NULL, err);
		} else if (d->h.type == RPC_CALL) {
			error_set(&why, ERR_NO_SUPPORT, "nothing is opened yet");
			got = answer(d, &why, NULL, NULL, err);
		}
		if (got < 0)
			return -1;
	}
	return got;
}

/* ---- and then ---- */

struct flow {
	char data[65536];
	size_t len, done;
	bool ended;
};

/* What read() and write() came to: false when the connection is over. */
static bool took(struct flow *f, ssize_t n)
{
	if (n < 0 && errno == EAGAIN)
		return true;
	if (n <= 0) {
		f->ended = true;
		return n == 0;
	}
	f->done = 0;
	f->len = (size_t)n;
	return true;
}

static bool gave(struct flow *f, ssize_t n)
{
	if (n < 0)
		return errno == EAGAIN;
	f->done += (size_t)n;
	if (f->done == f->len)
		f->done = f->len = 0;
	return true;
}

/* One round in both directions; false when it is over. */
static bool pump(const struct door *d, struct remote_link *l, struct flow *to, struct flow *from)
{
	if (!to->len && !to->ended && !took(to, RETRY_EINTR(read(d->in, to->data, sizeof(to->data)))))
		return false;
	if (to->len && !gave(to, remote_link_write(l, to->data + to->done, to->len - to->done)))
		return false;
	if (!from->len && !from->ended && !took(from, remote_link_read(l, from->data, sizeof(from->data))))
		return false;
	if (from->len && !gave(from, RETRY_EINTR(write(d->out, from->data + from->done, from->len - from->done))))
		return false;
	return true;
}

static int relay(const struct door *d, struct remote_link *l, struct error *err)
{
	/* too much for the stack */
	static struct flow to, from;

	if (fcntl(d->in, F_SETFL, fcntl(d->in, F_GETFL) | O_NONBLOCK) < 0 || fcntl(d->out, F_SETFL, fcntl(d->out, F_GETFL) | O_NONBLOCK) < 0)
		return error_errno(err, "the client");
	for (;;) {
		int flushed, timeout;

		if (!pump(d, l, &to, &from))
			return 0;
		flushed = remote_link_flush(l);
		/* whoever has ended is answered no more: what was under way to the other one arrives */
		if (flushed < 0 || (to.ended && !to.len && flushed) || (from.ended && !from.len))
			return 0;
		short events = (short)((from.len || from.ended ? 0 : POLLIN) | (to.len || !flushed || l->tls_owes ? POLLOUT : 0));
		struct pollfd p[] = {
			{ .fd = to.len || to.ended ? -1 : d->in, .events = POLLIN },
			{ .fd = from.len ? d->out : -1, .events = POLLOUT },
			{ .fd = events ? l->fd : -1, .events = events },
		};
		timeout = !from.len && remote_link_pending(l) ? 0 : to.ended || from.ended ? LAST_MS : -1;
		int n = RETRY_EINTR(poll(p, ARRAY_LEN(p), timeout));
		if (n < 0 || (n == 0 && timeout == LAST_MS))
			return n < 0 ? error_errno(err, "poll") : 0;
	}
}

int remote_serve(int in, int out, struct error *err)
{
	struct door d = { .in = in, .out = out };
	struct remote_link l = { .fd = -1 };
	struct remote_target t = { .read_only = false };
	int rc = until_open(&d, &l, &t, err);

	if (rc > 0)
		rc = relay(&d, &l, err);
	remote_link_clear(&l);
	remote_uri_clear(&t.uri);
	free(d.body);
	return rc;
}
