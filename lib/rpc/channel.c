/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Streams of the client side. In a file of its own: most programs have none. */
#include "rpc/client_priv.h"

#include <string.h>

/* How long freeing a stream may wait for its abort to be sent. */
#define ABORT_MS 1000

struct rpc_channel *rpc_channel_open(struct rpc_conn *conn, const struct rpc_proc *proc, const void *args, void *ret,
				     int timeout_ms, struct error *err)
{
	struct rpc_channel *ch = calloc(1, sizeof(*ch));

	if (!ch) {
		error_errno(err, "cannot open a stream");
		return NULL;
	}
	ch->conn = conn;
	ch->proc = proc;
	/* known before the call is sent: data can come right behind the reply */
	ch->serial = conn->serial + 1 ? conn->serial + 1 : 1;
	ch->next = conn->channels;
	conn->channels = ch;
	if (rpc_conn_call(conn, proc, args, ret, timeout_ms, err) == 0)
		return ch;
	ch->finished = true;
	rpc_channel_free(ch);
	return NULL;
}

static void hole_input(struct rpc_channel *ch, const struct rpc_header *h, const unsigned char *body, size_t len)
{
	uint64_t length;

	if (rpc_decode_hole(body, len, &length) < 0)
		error_set(&ch->error, ERR_RPC, "the other side sent a hole that is none");
	else if (length && (ch->data.bytes > RPC_CHANNEL_KEPT || rpc_items_add(&ch->data, h, NULL, 0) < 0))
		error_set(&ch->error, ERR_OPERATION_ABORTED, "the stream's data were not taken in time");
	else if (length)
		rpc_items_end(&ch->data)->hole = length;
}

void rpc_channel_input(struct rpc_conn *conn, const struct rpc_header *h, unsigned char *body, size_t len)
{
	struct rpc_channel *ch = conn->channels;

	while (ch && ch->serial != h->serial)
		ch = ch->next;
	if (!ch || ch->finished) {
		/* what still comes for a stream that was given up */
	} else if (h->status == RPC_ERROR) {
		if (len)
			rpc_decode_error(body, len, &ch->error);
		else
			error_set(&ch->error, ERR_OPERATION_ABORTED, "the other side aborted the stream");
		ch->finished = true;
	} else if (h->status == RPC_OK) {
		ch->finished = true;
		ch->eof = true;
	} else if (h->type == RPC_STREAM_HOLE) {
		hole_input(ch, h, body, len);
	} else if (len == 0) {
		ch->eof = true;
	} else if (ch->data.bytes + len > RPC_CHANNEL_KEPT || rpc_items_add(&ch->data, h, body, len) < 0) {
		error_set(&ch->error, ERR_OPERATION_ABORTED, "the stream's data were not taken in time");
	} else {
		return;
	}
	free(body);
}

static int send_frame(struct rpc_channel *ch, enum rpc_status status, const void *data, size_t len, int64_t deadline,
		      struct error *err)
{
	AUTO_FREE unsigned char *frame = NULL;
	struct rpc_header h = {
		.program = ch->proc->program, .version = 1, .procedure = ch->proc->number,
		.type = RPC_STREAM, .serial = ch->serial, .status = status,
	};

	if (rpc_encode_raw(&h, data, len, &frame, err) < 0)
		return -1;
	return rpc_conn_send(ch->conn, frame, h.length, NULL, 0, deadline, err);
}

static int channel_failed(struct rpc_channel *ch, struct error *err)
{
	if (err)
		*err = ch->error;
	return -1;
}

int rpc_channel_send(struct rpc_channel *ch, const void *data, size_t len, int timeout_ms, struct error *err)
{
	int64_t deadline = rpc_deadline(timeout_ms);
	const char *p = data;

	while (len) {
		size_t n = len < RPC_STREAM_CHUNK ? len : RPC_STREAM_CHUNK;

		if (ch->error.code)
			return channel_failed(ch, err);
		if (ch->finished)
			return error_set(err, ERR_INVALID_STREAM, "the stream is closed");
		if (send_frame(ch, RPC_CONTINUE, p, n, deadline, err) < 0)
			return -1;
		p += n;
		len -= n;
	}
	return 0;
}

int rpc_channel_send_hole(struct rpc_channel *ch, uint64_t length, int timeout_ms, struct error *err)
{
	AUTO_FREE unsigned char *frame = NULL;
	struct rpc_header h = { .program = ch->proc->program, .version = 1, .procedure = ch->proc->number, .serial = ch->serial };

	if (ch->error.code)
		return channel_failed(ch, err);
	if (ch->finished)
		return error_set(err, ERR_INVALID_STREAM, "the stream is closed");
	if (rpc_encode_hole(&h, length, &frame, err) < 0)
		return -1;
	return rpc_conn_send(ch->conn, frame, h.length, NULL, 0, rpc_deadline(timeout_ms), err);
}

/* The next thing that has come: 1, 0 the end, -1. */
static int next_item(struct rpc_channel *ch, int timeout_ms, struct rpc_item **item_out, struct error *err)
{
	int64_t deadline = rpc_deadline(timeout_ms);
	struct rpc_item *item;

	while (!(item = ch->data.first)) {
		int ret;

		if (ch->error.code)
			return channel_failed(ch, err);
		if (ch->eof || ch->finished)
			return 0;
		ret = rpc_conn_step(ch->conn, deadline, err);
		if (ret < 0)
			return -1;
		if (ret == 0)
			return error_set(err, ERR_OPERATION_TIMEOUT, "nothing came on the stream within %d ms", timeout_ms);
	}
	*item_out = item;
	return 1;
}

static void drop_first(struct rpc_channel *ch)
{
	struct rpc_item *item = rpc_items_pop(&ch->data);

	free(item->body);
	free(item);
}

static ssize_t take_data(struct rpc_channel *ch, struct rpc_item *item, void *buf, size_t size)
{
	size_t n = item->len - item->taken;

	if (n > size)
		n = size;
	memcpy(buf, item->body + item->taken, n);
	item->taken += n;
	if (item->taken == item->len)
		drop_first(ch);
	return (ssize_t)n;
}

ssize_t rpc_channel_recv(struct rpc_channel *ch, void *buf, size_t size, int timeout_ms, struct error *err)
{
	struct rpc_item *item;
	int rc = next_item(ch, timeout_ms, &item, err);

	if (rc <= 0)
		return rc;
	if (!item->hole)
		return take_data(ch, item, buf, size);
	if (size > item->hole)
		size = (size_t)item->hole;
	memset(buf, 0, size);
	item->hole -= size;
	if (!item->hole)
		drop_first(ch);
	return (ssize_t)size;
}

ssize_t rpc_channel_recv_sparse(struct rpc_channel *ch, void *buf, size_t size, uint64_t *hole, int timeout_ms, struct error *err)
{
	struct rpc_item *item;
	int rc = next_item(ch, timeout_ms, &item, err);

	*hole = 0;
	if (rc <= 0)
		return rc;
	if (!item->hole)
		return take_data(ch, item, buf, size);
	*hole = item->hole;
	drop_first(ch);
	return 0;
}

int rpc_channel_finish(struct rpc_channel *ch, int timeout_ms, struct error *err)
{
	int64_t deadline = rpc_deadline(timeout_ms);

	if (!ch->finished && send_frame(ch, RPC_OK, NULL, 0, deadline, err) < 0)
		return -1;
	while (!ch->finished) {
		int ret = rpc_conn_step(ch->conn, deadline, err);

		if (ret < 0)
			return -1;
		if (ret == 0)
			return error_set(err, ERR_OPERATION_TIMEOUT, "the end of the stream was not confirmed within %d ms", timeout_ms);
	}
	return ch->error.code ? channel_failed(ch, err) : 0;
}

void rpc_channel_free(struct rpc_channel *ch)
{
	if (!ch)
		return;
	if (!ch->finished && !ch->conn->dead.code) {
		struct error ignored;
		int UNUSED sent = send_frame(ch, RPC_ERROR, NULL, 0, rpc_deadline(ABORT_MS), &ignored);
	}
	for (struct rpc_channel **p = &ch->conn->channels; *p; p = &(*p)->next) {
		if (*p == ch) {
			*p = ch->next;
			break;
		}
	}
	rpc_items_clear(&ch->data);
	free(ch);
}
