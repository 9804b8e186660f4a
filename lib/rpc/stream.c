/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Streams of the server side. */
#include "rpc/server_priv.h"

#include <string.h>

struct rpc_stream {
	struct rpc_stream *next;
	struct rpc_peer *peer;
	struct rpc_inflight *opener;      /* the call that opened it, as long as that runs */
	struct rpc_header h;              /* of its packets */
	const struct rpc_stream_ops *ops; /* NULL: over for its user, but the client's word that it knows is outstanding */
	void *arg;
	unsigned busy;                    /* callbacks in progress: not freed meanwhile */
	bool unlinked;
	bool eof_sent;
	bool wants_room;
	bool blocked;
	unsigned char *rest;              /* data that were not taken */
	size_t rest_len;
};

struct rpc_stream *rpc_stream_open(struct rpc_call *call, const struct rpc_stream_ops *ops, void *arg, struct error *err)
{
	struct rpc_inflight *f = call->inflight;
	struct rpc_stream *s;

	if (!f) {
		error_set(err, ERR_OPERATION_UNSUPPORTED, "%s: a stream needs a connection", call->proc->name);
		return NULL;
	}
	if (call->proc->kind != RPC_PROC_STREAM || call->peer->gone || f->stream) {
		error_set(err, ERR_INVALID_STREAM, "%s cannot open a stream", call->proc->name);
		return NULL;
	}
	if (call->peer->n_streams >= RPC_PEER_STREAMS) {
		error_set(err, ERR_RESOURCE_BUSY, "%s: %u streams are open on this connection already", call->proc->name,
			  RPC_PEER_STREAMS);
		return NULL;
	}
	s = calloc(1, sizeof(*s));
	if (!s) {
		error_errno(err, "%s: no memory for a stream", call->proc->name);
		return NULL;
	}
	s->peer = call->peer;
	s->h = f->h;
	s->h.type = RPC_STREAM;
	s->ops = ops;
	s->arg = arg;
	s->next = s->peer->streams;
	s->peer->streams = s;
	s->peer->n_streams++;
	s->opener = f;
	f->stream = s;
	return s;
}

static void stream_put(struct rpc_stream *s)
{
	if (--s->busy || !s->unlinked)
		return;
	free(s->rest);
	free(s);
}

/* The stream is over for its user. */
static void stream_end_use(struct rpc_stream *s)
{
	const struct rpc_stream_ops *ops = s->ops;

	s->ops = NULL;
	if (s->blocked) {
		s->blocked = false;
		s->peer->blocked--;
		rpc_peer_update(s->peer);
	}
	if (ops && ops->closed)
		ops->closed(s, s->arg);
}

/* The stream is over altogether; the caller holds it busy. */
static void stream_unlink(struct rpc_stream *s)
{
	if (s->unlinked)
		return;
	s->unlinked = true;
	for (struct rpc_stream **p = &s->peer->streams; *p; p = &(*p)->next) {
		if (*p == s) {
			*p = s->next;
			break;
		}
	}
	s->peer->n_streams--;
	if (s->opener)
		s->opener->stream = NULL;
	stream_end_use(s);
}

static bool stream_send(struct rpc_stream *s, enum rpc_status status, const void *data, size_t len)
{
	struct rpc_header h = s->h;
	unsigned char *frame;

	h.status = status;
	if (s->peer->gone || rpc_encode_raw(&h, data, len, &frame, NULL) < 0)
		return false;
	rpc_peer_send(s->peer, frame, h.length, NULL, 0);
	return true;
}

static void stream_send_error(struct rpc_stream *s, const struct error *why)
{
	struct rpc_header h = s->h;
	unsigned char *frame;

	if (!s->peer->gone && rpc_encode_error(&h, why, s->peer->server->cfg.from, &frame, NULL) == 0)
		rpc_peer_send(s->peer, frame, h.length, NULL, 0);
}

/* The call that opened it has failed: the client never hears of a stream. */
void rpc_stream_discard(struct rpc_stream *s)
{
	s->busy++;
	stream_unlink(s);
	stream_put(s);
}

void rpc_stream_opened(struct rpc_stream *s)
{
	s->opener = NULL;
}

void rpc_streams_lost(struct rpc_peer *peer)
{
	while (peer->streams)
		rpc_stream_discard(peer->streams);
}

static void stream_data(struct rpc_stream *s, const unsigned char *data, size_t len)
{
	struct error why;
	size_t taken;

	if (!s->ops || len == 0)
		return;
	if (!s->ops->data) {
		error_set(&why, ERR_INVALID_STREAM, "this stream takes no data");
		stream_send_error(s, &why);
		stream_unlink(s);
		return;
	}
	taken = s->ops->data(s, s->arg, data, len);
	if (!s->ops || s->unlinked || taken >= len)
		return;
	s->rest = malloc(len - taken);
	if (!s->rest) {
		error_set(&why, ERR_NO_MEMORY, "no memory for the stream's data");
		stream_send_error(s, &why);
		stream_unlink(s);
		return;
	}
	memcpy(s->rest, data + taken, len - taken);
	s->rest_len = len - taken;
	s->blocked = true;
	s->peer->blocked++;
}

static void stream_hole(struct rpc_stream *s, const unsigned char *body, size_t len)
{
	struct error why;
	uint64_t length;

	if (!s->ops)
		return;
	if (!s->ops->hole)
		error_set(&why, ERR_INVALID_STREAM, "this stream takes no holes");
	else if (rpc_decode_hole(body, len, &length) < 0)
		error_set(&why, ERR_RPC, "a hole that is none");
	else if (s->ops->hole(s, s->arg, length, &why) == 0)
		return;
	stream_send_error(s, &why);
	stream_unlink(s);
}

static void stream_finish(struct rpc_stream *s)
{
	struct error why;

	if (s->ops && s->ops->finish && s->ops->finish(s, s->arg, &why) < 0) {
		if (s->unlinked)
			return;
		stream_send_error(s, &why);
	} else if (!s->unlinked) {
		stream_send(s, RPC_OK, NULL, 0);
	}
	stream_unlink(s);
}

void rpc_stream_input(struct rpc_peer *peer, const struct rpc_header *h, const unsigned char *body, size_t len)
{
	struct rpc_stream *s = peer->streams;

	while (s && s->h.serial != h->serial)
		s = s->next;
	/* what a client sent before it heard that the stream is over */
	if (!s || s->h.program != h->program || s->h.procedure != h->procedure)
		return;
	s->busy++;
	if (h->type == RPC_STREAM_HOLE) {
		stream_hole(s, body, len);
	} else if (h->status == RPC_CONTINUE) {
		stream_data(s, body, len);
	} else if (h->status == RPC_OK) {
		stream_finish(s);
	} else {
		/* a client waits for the answer to its abort */
		stream_send(s, RPC_OK, NULL, 0);
		stream_unlink(s);
	}
	stream_put(s);
}

void rpc_streams_writable(struct rpc_peer *peer)
{
	struct rpc_stream *s, *next;

	for (s = peer->streams; s && !peer->gone; s = next) {
		s->busy++;
		if (s->wants_room && s->ops && peer->out_bytes < RPC_STREAM_QUEUED / 2) {
			s->wants_room = false;
			if (s->ops->writable)
				s->ops->writable(s, s->arg);
		}
		/* a callback may have ended streams, this one and others: then begin again with those that are left */
		next = s->unlinked ? peer->streams : s->next;
		stream_put(s);
	}
}

size_t rpc_stream_write(struct rpc_stream *s, const void *data, size_t len)
{
	const char *p = data;
	size_t left = len;

	if (s->unlinked || s->eof_sent || s->peer->gone || s->peer->broken)
		return len;   /* nobody is there to miss it */
	while (left) {
		size_t room = s->peer->out_bytes < RPC_STREAM_QUEUED ? RPC_STREAM_QUEUED - s->peer->out_bytes : 0;
		size_t n = left < room ? left : room;

		if (n > RPC_STREAM_CHUNK)
			n = RPC_STREAM_CHUNK;
		if (n == 0 || !stream_send(s, RPC_CONTINUE, p, n)) {
			s->wants_room = true;
			break;
		}
		p += n;
		left -= n;
	}
	return len - left;
}

void rpc_stream_hole(struct rpc_stream *s, uint64_t length)
{
	struct rpc_header h = s->h;
	unsigned char *frame;

	if (!s->unlinked && !s->eof_sent && !s->peer->gone && rpc_encode_hole(&h, length, &frame, NULL) == 0)
		rpc_peer_send(s->peer, frame, h.length, NULL, 0);
}

void rpc_stream_eof(struct rpc_stream *s)
{
	if (s->unlinked || s->eof_sent)
		return;
	s->eof_sent = true;
	stream_send(s, RPC_CONTINUE, NULL, 0);
}

void rpc_streams_eof(struct rpc_peer *peer)
{
	for (struct rpc_stream *s = peer->streams; s; s = s->next)
		rpc_stream_eof(s);
}

void rpc_stream_resume(struct rpc_stream *s)
{
	AUTO_FREE unsigned char *rest = NULL;
	struct rpc_peer *peer = s->peer;

	if (!s->blocked)
		return;
	rpc_peer_ref(peer);
	s->busy++;
	s->blocked = false;
	peer->blocked--;
	rest = STEAL_PTR(s->rest);
	stream_data(s, rest, s->rest_len);
	stream_put(s);
	rpc_peer_update(peer);
	rpc_peer_unref(peer);
}

void rpc_stream_close(struct rpc_stream *s, const struct error *why)
{
	struct rpc_peer *peer = s->peer;

	rpc_peer_ref(peer);
	s->busy++;
	if (why) {
		stream_send_error(s, why);
		stream_unlink(s);
	} else {
		/* the client's finish is still to come, and waits for its answer */
		rpc_stream_eof(s);
		stream_end_use(s);
	}
	stream_put(s);
	rpc_peer_unref(peer);
}

struct rpc_peer *rpc_stream_peer(const struct rpc_stream *s)
{
	return s->peer;
}
