/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/stream_file.h"

#include "rpc/server_priv.h"

#include <fcntl.h>
#include <string.h>

#define PIECE 65536

/* One stream: where it is in the file, and where its part ends. */
struct filing {
	struct rpc_stream *stream;
	struct rpc_peer *peer;
	struct ev_loop *loop;
	struct ev_timer begin;      /* after the call's answer */
	int fd;
	uint64_t at, end;
	bool sparse;
};

static void on_closed(struct rpc_stream *s, void *arg)
{
	struct filing *f = arg;

	(void)s;
	ev_timer_stop(f->loop, &f->begin);
	close(f->fd);
	free(f);
}

static struct filing *filing_new(struct rpc_call *call, const struct rpc_file_part *part, const struct rpc_stream_ops *ops, struct error *err)
{
	struct filing *f = calloc(1, sizeof(*f));

	if (!f) {
		close(part->fd);
		error_errno(err, "no memory for a stream");
		return NULL;
	}
	*f = (struct filing){ .peer = call->peer, .loop = call->peer->server->loop, .fd = part->fd, .at = part->offset, .sparse = part->sparse };
	f->stream = rpc_stream_open(call, ops, f, err);
	if (f->stream)
		return f;
	close(f->fd);
	free(f);
	return NULL;
}

/* ---- to the client ---- */

/* How many bytes of data begin here; 0 and *hole: that there are none before so many more. */
static uint64_t data_here(const struct filing *f, uint64_t *hole)
{
	uint64_t left = f->end - f->at;
	off_t data, next;

	*hole = 0;
	if (!f->sparse)
		return left;
	data = lseek(f->fd, (off_t)f->at, SEEK_DATA);
	if (data < 0 && errno != ENXIO)
		return left;   /* a file system that does not tell */
	if (data < 0 || (uint64_t)data > f->at) {
		*hole = data < 0 || (uint64_t)data > f->end ? left : (uint64_t)data - f->at;
		return 0;
	}
	next = lseek(f->fd, data, SEEK_HOLE);
	return next < 0 || (uint64_t)next > f->end ? left : (uint64_t)next - f->at;
}

static void send_some(struct filing *f)
{
	char buffer[PIECE];
	struct error why;

	/* one that is lost takes everything: nobody is to read a file for it */
	while (f->at < f->end && !f->peer->broken) {
		uint64_t hole, n = data_here(f, &hole);
		ssize_t got;
		size_t taken;

		if (hole) {
			rpc_stream_hole(f->stream, hole);
			f->at += hole;
			continue;
		}
		got = RETRY_EINTR(pread(f->fd, buffer, n < sizeof(buffer) ? n : sizeof(buffer), (off_t)f->at));
		if (got < 0) {
			error_errno(&why, "reading at %llu", (unsigned long long)f->at);
			rpc_stream_close(f->stream, &why);
			return;
		}
		if (got == 0)
			break;   /* it has become shorter */
		taken = rpc_stream_write(f->stream, buffer, (size_t)got);
		f->at += taken;
		if (taken < (size_t)got)
			return;   /* goes on when there is room */
	}
	rpc_stream_eof(f->stream);
}

static void on_room(struct rpc_stream *s, void *arg)
{
	(void)s;
	send_some(arg);
}

static void on_begin(struct ev_loop *loop, struct ev_timer *w, int revents)
{
	(void)loop;
	(void)revents;
	send_some(w->data);
}

int rpc_stream_send_file(struct rpc_call *call, const struct rpc_file_part *part, struct error *err)
{
	static const struct rpc_stream_ops ops = { .writable = on_room, .closed = on_closed };
	off_t size = lseek(part->fd, 0, SEEK_END);
	struct filing *f;

	if (size < 0 || part->offset > (uint64_t)size) {
		int rc = size < 0 ? error_errno(err, "its size") :
			 error_set(err, ERR_INVALID_ARG, "offset %llu is behind the end (%lld)", (unsigned long long)part->offset, (long long)size);

		close(part->fd);
		return rc;
	}
	f = filing_new(call, part, &ops, err);
	if (!f)
		return -1;
	f->end = part->length && part->length < (uint64_t)size - part->offset ? part->offset + part->length : (uint64_t)size;
	ev_timer_init(&f->begin, on_begin, 0, 0);
	f->begin.data = f;
	ev_timer_start(f->loop, &f->begin);
	return 0;
}

/* ---- from the client ---- */

static int refuse_more(struct error *err)
{
	return error_set(err, ERR_OPERATION_FAILED, "more was sent than there is room for");
}

static int write_at(struct filing *f, const char *data, size_t len, struct error *err)
{
	while (len) {
		ssize_t n = RETRY_EINTR(pwrite(f->fd, data, len, (off_t)f->at));

		if (n <= 0)
			return error_errno(err, "writing at %llu", (unsigned long long)f->at);
		data += n;
		len -= (size_t)n;
		f->at += (uint64_t)n;
	}
	return 0;
}

static size_t on_data(struct rpc_stream *s, void *arg, const void *data, size_t len)
{
	struct filing *f = arg;
	struct error why;
	int rc = len > f->end - f->at ? refuse_more(&why) : write_at(f, data, len, &why);

	if (rc < 0)
		rpc_stream_close(s, &why);
	return len;
}

/* What is skipped reads as zeros, whatever was there. */
static int on_hole(struct rpc_stream *s, void *arg, uint64_t length, struct error *err)
{
	static const char zeros[PIECE];
	struct filing *f = arg;

	(void)s;
	if (!f->sparse)
		return error_set(err, ERR_INVALID_STREAM, "this stream takes no holes");
	if (length > f->end - f->at)
		return refuse_more(err);
	off_t size = lseek(f->fd, 0, SEEK_END);
	uint64_t inside = size > (off_t)f->at ? (uint64_t)size - f->at : 0;
	if (inside > length)
		inside = length;
	if (inside && fallocate(f->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)f->at, (off_t)inside) == 0) {
		f->at += inside;
		length -= inside;
		inside = 0;
	}
	for (; inside; length -= inside < PIECE ? inside : PIECE, inside -= inside < PIECE ? inside : PIECE)
		if (write_at(f, zeros, inside < PIECE ? (size_t)inside : PIECE, err) < 0)
			return -1;
	f->at += length;
	return length && ftruncate(f->fd, (off_t)f->at) < 0 ? error_errno(err, "skipping to %llu", (unsigned long long)f->at) : 0;
}

int rpc_stream_receive_file(struct rpc_call *call, const struct rpc_file_part *part, uint64_t limit, struct error *err)
{
	static const struct rpc_stream_ops ops = { .data = on_data, .hole = on_hole, .closed = on_closed };
	struct filing *f;

	if (part->offset > limit) {
		close(part->fd);
		return error_set(err, ERR_INVALID_ARG, "offset %llu is behind the end (%llu)", (unsigned long long)part->offset, (unsigned long long)limit);
	}
	f = filing_new(call, part, &ops, err);
	if (!f)
		return -1;
	f->end = part->length && part->length < limit - part->offset ? part->offset + part->length : limit;
	return 0;
}
