/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Streams between a client and a guest's supervisor. Nothing is taken from one side that the other has no room for: what a slow client
 * does not take stays in the supervisor's socket, what a slow guest does not take in the client's.
 */
#include "hypervisor/serve_priv.h"

#include "rpc/client.h"

#include <string.h>
#include <sys/socket.h>

#define CHUNK 65536u          /* read from the supervisor at once */
#define INPUT_MAX 65536u      /* kept for it */

struct relay {
	struct serving *s;
	struct rpc_conn *conn;
	struct rpc_channel *channel;
	struct rpc_stream *stream;   /* NULL: over for the client */
	struct ev_io readable;
	bool sending;                /* a task sends what is in input[] */
	size_t rest, rest_len;       /* of output[]: what the client had no room for */
	size_t input_len;
	char output[CHUNK], input[INPUT_MAX];
};

static void relay_free(struct relay *r)
{
	ev_io_stop(r->s->loop, &r->readable);
	/* its end tells the supervisor enough; an abort might have to wait until it is taken */
	if (r->conn)
		shutdown(rpc_conn_fd(r->conn), SHUT_RDWR);
	rpc_channel_free(r->channel);
	rpc_conn_free(r->conn);
	free(r);
}

/* The supervisor's side has ended: in good order, or with its word. */
static void supervisor_done(struct relay *r, const struct error *why)
{
	ev_io_stop(r->s->loop, &r->readable);
	/* a guest that ends takes its supervisor with it: the end of a console like any other */
	if (r->stream)
		rpc_stream_close(r->stream, why && why->code != ERR_NO_CONNECT ? why : NULL);
}

/* Moves what the supervisor has sent, as far as the client has room. */
static void to_client(struct relay *r)
{
	struct error why;

	while (r->stream) {
		ssize_t n;

		if (r->rest_len) {
			size_t taken = rpc_stream_write(r->stream, r->output + r->rest, r->rest_len);

			r->rest += taken;
			r->rest_len -= taken;
			if (r->rest_len) {
				ev_io_stop(r->s->loop, &r->readable);
				return;
			}
		}
		n = rpc_channel_recv(r->channel, r->output, sizeof(r->output), 0, &why);
		if (n < 0 && why.code == ERR_OPERATION_TIMEOUT)
			break;
		if (n <= 0) {
			supervisor_done(r, n < 0 ? &why : NULL);
			return;
		}
		r->rest = 0;
		r->rest_len = (size_t)n;
	}
	if (r->stream)
		ev_io_start(r->s->loop, &r->readable);
}

static void on_readable(struct ev_loop *loop, struct ev_io *w, int revents)
{
	(void)loop;
	(void)revents;
	to_client(w->data);
}

/* A task: sends what the client gave, and waits where the supervisor has no room. */
static void send_input(void *arg)
{
	struct relay *r = arg;
	struct error why = { 0 };
	int rc = 0;

	while (rc == 0 && r->stream && r->input_len) {
		AUTO_FREE char *data = malloc(r->input_len);
		size_t len = r->input_len;

		if (!data) {
			rc = error_errno(&why, "no memory for a stream's data");
			break;
		}
		memcpy(data, r->input, len);
		r->input_len = 0;
		rpc_stream_resume(r->stream);
		rc = rpc_channel_send(r->channel, data, len, -1, &why);
	}
	r->sending = false;
	if (!r->stream) {
		relay_free(r);
		return;
	}
	if (rc < 0)
		supervisor_done(r, &why);
	else
		/* what came while it was sent */
		to_client(r);
}

static size_t from_client(struct rpc_stream *stream, void *arg, const void *data, size_t len)
{
	struct relay *r = arg;
	size_t n = sizeof(r->input) - r->input_len;
	struct error why;

	(void)stream;
	if (n > len)
		n = len;
	memcpy(r->input + r->input_len, data, n);
	r->input_len += n;
	if (!r->sending && n) {
		r->sending = true;
		if (task_spawn(r->s->loop, send_input, r, &why) < 0) {
			r->sending = false;
			supervisor_done(r, &why);
		}
	}
	return n;
}

static void client_has_room(struct rpc_stream *stream, void *arg)
{
	(void)stream;
	to_client(arg);
}

static void client_done(struct rpc_stream *stream, void *arg)
{
	struct relay *r = arg;

	(void)stream;
	r->stream = NULL;
	ev_io_stop(r->s->loop, &r->readable);
	if (r->sending)
		/* wakes the task, which then frees it */
		shutdown(rpc_conn_fd(r->conn), SHUT_RDWR);
	else
		relay_free(r);
}

static const struct rpc_stream_ops relay_ops = {
	.data = from_client, .writable = client_has_room, .closed = client_done,
};

static int open_stream(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct serving *s = call->ctx;
	struct relay *r = calloc(1, sizeof(*r));

	if (!r)
		return error_errno(err, "no memory for a stream");
	r->s = s;
	r->conn = hv_connect_supervisor(&s->hv, args, err);
	if (r->conn)
		r->channel = rpc_channel_open(r->conn, call->proc, args, ret, s->hv.timeout_ms, err);
	if (!r->channel) {
		relay_free(r);
		return -1;
	}
	/* from here on the loop reads it, and a task writes; a read never waits */
	ev_io_init(&r->readable, on_readable, rpc_conn_fd(r->conn), EV_READ);
	r->readable.data = r;
	r->stream = rpc_stream_open(call, &relay_ops, r, err);
	if (!r->stream) {
		relay_free(r);
		return -1;
	}
	ev_feed_event(s->loop, &r->readable, EV_READ);
	return 0;
}

const struct rpc_row serve_stream_rows[] = {
	RPC_ROW(domain_open_console, open_stream),
	RPC_ROW(domain_open_channel, open_stream),
	RPC_ROW(domain_screenshot, open_stream),
	RPC_ROW_END,
};
