/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu/relay.h"

#include <ev.h>
#include <fcntl.h>

#define CHUNK 16384

struct relay {
	struct ev_loop *loop;
	struct rpc_stream *stream;
	struct relay **slot;
	int fd;
	bool file;               /* epoll refuses it: always ready */
	struct ev_io in, out;
	struct ev_idle idle;
	char rest[CHUNK];        /* read and not taken by the client yet */
	size_t rest_at, rest_len;
};

static void pause_reading(struct relay *r)
{
	if (r->file)
		ev_idle_stop(r->loop, &r->idle);
	else
		ev_io_stop(r->loop, &r->in);
}

static void go_on_reading(struct relay *r)
{
	if (r->file)
		ev_idle_start(r->loop, &r->idle);
	else
		ev_io_start(r->loop, &r->in);
}

/* Gives the client what is there. False while it does not take it all. */
static bool give(struct relay *r)
{
	size_t n = r->rest_len ? rpc_stream_write(r->stream, r->rest + r->rest_at, r->rest_len) : 0;

	r->rest_at += n;
	r->rest_len -= n;
	return r->rest_len == 0;
}

static void read_some(struct relay *r)
{
	ssize_t n;

	if (!give(r)) {
		pause_reading(r);
		return;
	}
	n = RETRY_EINTR(read(r->fd, r->rest, sizeof(r->rest)));
	if (n < 0 && errno == EAGAIN)
		return;
	/* EIO: nobody has the terminal's other end */
	if (n <= 0) {
		pause_reading(r);
		rpc_stream_eof(r->stream);
		return;
	}
	r->rest_at = 0;
	r->rest_len = n;
	if (!give(r))
		pause_reading(r);
}

static void on_readable(struct ev_loop *loop, struct ev_io *w, int revents)
{
	(void)loop;
	(void)revents;
	read_some(w->data);
}

static void on_idle(struct ev_loop *loop, struct ev_idle *w, int revents)
{
	(void)loop;
	(void)revents;
	read_some(w->data);
}

static void on_room(struct ev_loop *loop, struct ev_io *w, int revents)
{
	struct relay *r = w->data;

	(void)revents;
	ev_io_stop(loop, w);
	rpc_stream_resume(r->stream);
}

static void on_writable(struct rpc_stream *s, void *arg)
{
	(void)s;
	go_on_reading(arg);
}

static size_t on_data(struct rpc_stream *s, void *arg, const void *buf, size_t len)
{
	struct relay *r = arg;
	ssize_t n = RETRY_EINTR(write(r->fd, buf, len));

	(void)s;
	if (n < 0)
		n = errno == EAGAIN ? 0 : (ssize_t)len;   /* nobody to type to */
	if ((size_t)n < len)
		ev_io_start(r->loop, &r->out);
	return n;
}

static void on_closed(struct rpc_stream *s, void *arg)
{
	struct relay *r = arg;

	(void)s;
	ev_io_stop(r->loop, &r->in);
	ev_io_stop(r->loop, &r->out);
	ev_idle_stop(r->loop, &r->idle);
	close(r->fd);
	if (r->slot)
		*r->slot = NULL;
	free(r);
}

int relay_open(struct rpc_call *call, struct ev_loop *loop, int fd, struct relay **slot, struct error *err)
{
	static const struct rpc_stream_ops both = { .data = on_data, .writable = on_writable, .closed = on_closed };
	struct relay *r = calloc(1, sizeof(*r));
	int flags = fcntl(fd, F_GETFL);

	if (!r || flags < 0) {
		free(r);
		close(fd);
		return error_errno(err, "no memory for a stream");
	}
	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	r->loop = loop;
	r->fd = fd;
	r->slot = slot;
	r->file = lseek(fd, 0, SEEK_CUR) >= 0;
	ev_io_init(&r->in, on_readable, fd, EV_READ);
	ev_io_init(&r->out, on_room, fd, EV_WRITE);
	ev_idle_init(&r->idle, on_idle);
	r->in.data = r->out.data = r->idle.data = r;
	r->stream = rpc_stream_open(call, &both, r, err);
	if (!r->stream) {
		close(fd);
		free(r);
		return -1;
	}
	if (slot)
		*slot = r;
	go_on_reading(r);
	return 0;
}

void relay_close(struct relay *r, const struct error *why)
{
	if (r)
		rpc_stream_close(r->stream, why);
}
