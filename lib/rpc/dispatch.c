/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames of a server's client: what they are, whether they are allowed, and the calls that they start. */
#include "rpc/server_priv.h"

#include "rpc/procs.h"
#include "util/task.h"

#include <string.h>

/* ---- answers ---- */

static void reply_header(struct rpc_header *out, const struct rpc_header *call)
{
	*out = *call;
	out->type = RPC_REPLY;
	out->status = RPC_OK;
}

static void reply_error(struct rpc_peer *peer, const struct rpc_header *call, const struct error *why)
{
	struct rpc_header h;
	unsigned char *frame = NULL;

	reply_header(&h, call);
	/* without memory for the answer the connection ends: the client is not left waiting */
	if (rpc_encode_error(&h, why, rpc_error_domain(rpc_proc_name(h.program, h.procedure), why->code, peer->server->cfg.from), &frame, NULL) < 0)
		rpc_peer_kill(peer);
	else
		rpc_peer_send(peer, frame, h.length, NULL, 0);
}

static void reply_result(struct rpc_inflight *f, const void *ret)
{
	const struct rpc_proc *proc = f->call.proc;
	struct rpc_header h;
	unsigned char *frame = NULL;
	struct error err;

	reply_header(&h, &f->h);
	if (f->n_out_fds)
		h.type = RPC_REPLY_FDS;
	if (rpc_encode(&h, proc->ret, ret, f->n_out_fds, &frame, &err) < 0) {
		error_wrap(&err, "answer to %s", proc->name);
		reply_error(f->peer, &f->h, &err);
		return;
	}
	rpc_peer_send(f->peer, frame, h.length, STEAL_PTR(f->out_fds), f->n_out_fds);
	f->n_out_fds = 0;
}

/* ---- calls ---- */

static void inflight_free(struct rpc_inflight *f)
{
	for (size_t i = 0; i < f->n_in_fds; i++)
		if (f->in_fds[i] >= 0)
			close(f->in_fds[i]);
	for (size_t i = 0; i < f->n_out_fds; i++)
		close(f->out_fds[i]);
	free(f->in_fds);
	free(f->out_fds);
	if (f->args)
		xdr_free(f->call.proc->args, f->args);
	free(f->args);
	free(f);
}

/* A call's task. */
static void run_call(void *arg)
{
	struct rpc_inflight *f = arg;
	struct rpc_peer *peer = f->peer;
	const struct rpc_proc *proc = f->call.proc;
	struct error err = { .code = ERR_OK };
	AUTO_FREE void *ret = proc->ret ? calloc(1, proc->ret_size) : NULL;
	int result;

	if (proc->ret && !ret)
		result = error_errno(&err, "no memory for the answer to %s", proc->name);
	else
		result = f->fn(&f->call, f->args, ret, &err);
	if (f->stream && result < 0)
		rpc_stream_discard(f->stream);
	else if (f->stream)
		rpc_stream_opened(f->stream);
	if (peer->gone)
		;
	else if (result < 0)
		reply_error(peer, &f->h, &err);
	else
		reply_result(f, ret);
	if (ret)
		xdr_free(proc->ret, ret);
	inflight_free(f);
	peer->calls--;
	peer->told = steady_now();
	rpc_peer_update(peer);
	rpc_peer_unref(peer);
}

static const struct rpc_row *find_row(const struct rpc_program *program, uint32_t number)
{
	for (const struct rpc_row *const *table = program->tables; *table; table++)
		for (const struct rpc_row *row = *table; row->proc; row++)
			if (row->proc->number == number && row->proc->program == program->program)
				return row;
	return NULL;
}

/* The procedure that a call names, if the client may call it. */
static const struct rpc_row *permitted_row(struct rpc_peer *peer, const struct rpc_header *h, struct error *err)
{
	const struct rpc_server_config *cfg = &peer->server->cfg;
	const struct rpc_program *program = NULL;
	const struct rpc_row *row;

	for (size_t i = 0; i < cfg->n_programs && !program; i++)
		if (cfg->programs[i].program == h->program && cfg->programs[i].version == h->version)
			program = &cfg->programs[i];
	if (!program) {
		error_set(err, ERR_RPC, "program 0x%x version %u is not served here", h->program, h->version);
		return NULL;
	}
	row = find_row(program, h->procedure);
	if (!row || row->proc->kind == RPC_PROC_EVENT) {
		const char *name = rpc_proc_name(h->program, h->procedure);
		char api[RPC_API_NAME];

		error_set(err, ERR_NO_SUPPORT, "this function is not supported by the connection driver: %s",
			  name ? rpc_api_name(name, api) : "an unknown procedure");
		return NULL;
	}
	if (peer->leaving && row->proc->right != RPC_CONNECT) {
		error_set(err, ERR_OPERATION_INVALID, "%s: too late, this server ends", row->proc->name);
		return NULL;
	}
	if (peer->read_only && row->proc->right > RPC_READ) {
		error_set(err, ERR_OPERATION_DENIED, "%s is not allowed on a read-only connection", row->proc->name);
		return NULL;
	}
	return row;
}

static struct rpc_inflight *inflight_new(struct rpc_peer *peer, const struct rpc_row *row, struct rpc_in *in, struct error *err)
{
	const struct rpc_proc *proc = row->proc;
	size_t skip = in->h.type == RPC_CALL_FDS ? 4 : 0;
	struct rpc_inflight *f = calloc(1, sizeof(*f));

	if (!f) {
		error_errno(err, "no memory for %s", proc->name);
		return NULL;
	}
	f->peer = peer;
	f->h = in->h;
	f->fn = row->fn;
	f->call = (struct rpc_call){
		.ctx = peer->server->cfg.ctx, .peer = peer, .proc = proc, .uid = peer->uid, .read_only = peer->read_only,
		.inflight = f,
	};
	if (proc->args) {
		void *args = calloc(1, proc->args_size);

		if (!args) {
			error_errno(err, "no memory for the arguments of %s", proc->name);
		} else if (rpc_decode(proc->args, skip ? in->body + skip : in->body, in->body_len - skip, args, err) < 0) {
			error_wrap(err, "arguments of %s", proc->name);
			free(args);
		} else {
			f->args = args;
		}
		if (!f->args) {
			inflight_free(f);
			return NULL;
		}
	}
	f->in_fds = STEAL_PTR(in->fds);
	f->n_in_fds = in->fds_have;
	in->fds_have = 0;
	return f;
}

static int dispatch_call(struct rpc_peer *peer, struct rpc_in *in)
{
	const struct rpc_row *row;
	struct rpc_inflight *f;
	struct error err;

	if (in->h.status != RPC_OK)
		return -1;
	peer->known = true;
	row = permitted_row(peer, &in->h, &err);
	if (!row) {
		reply_error(peer, &in->h, &err);
		return 0;
	}
	if (in->h.type == RPC_CALL_FDS && row->proc->kind != RPC_PROC_CALL_FDS)
		return -1;
	f = inflight_new(peer, row, in, &err);
	if (!f) {
		reply_error(peer, &in->h, &err);
		return 0;
	}
	if (row->proc->program == RPC_REMOTE_PROGRAM && row->proc->number == 1)
		peer->opened = true;
	/* the body is not needed any more: the call may take long */
	free(in->body);
	in->body = NULL;
	peer->calls++;
	rpc_peer_ref(peer);
	if (task_spawn(peer->server->loop, run_call, f, &err) < 0) {
		reply_error(peer, &in->h, &err);
		inflight_free(f);
		peer->calls--;
		rpc_peer_unref(peer);
	}
	return 0;
}

static int dispatch_message(struct rpc_peer *peer, const struct rpc_header *in)
{
	struct rpc_header h = {
		.program = RPC_KEEPALIVE_PROGRAM, .version = RPC_KEEPALIVE_VERSION, .procedure = RPC_PONG, .type = RPC_MESSAGE,
	};
	unsigned char *frame;

	if (in->program != RPC_KEEPALIVE_PROGRAM || in->version != RPC_KEEPALIVE_VERSION || in->length != RPC_HEADER_LEN)
		return -1;
	if (in->procedure == RPC_PONG)
		return 0;
	if (in->procedure != RPC_PING || rpc_encode(&h, NULL, NULL, 0, &frame, NULL) < 0)
		return -1;
	rpc_peer_send(peer, frame, h.length, NULL, 0);
	return 0;
}

int rpc_dispatch(struct rpc_peer *peer, struct rpc_in *in)
{
	switch (in->h.type) {
	case RPC_CALL:
	case RPC_CALL_FDS:
		return dispatch_call(peer, in);
	case RPC_MESSAGE:
		return dispatch_message(peer, &in->h);
	case RPC_STREAM:
	case RPC_STREAM_HOLE:
		rpc_stream_input(peer, &in->h, in->body, in->body_len);
		return 0;
	default:
		return -1;   /* an answer to nothing that we asked */
	}
}

/* ---- descriptors ---- */

int rpc_call_attach_fd(struct rpc_call *call, int fd, struct error *err)
{
	struct rpc_inflight *f = call->inflight;
	int *more;

	if (!f || !f->peer->unix_socket) {
		close(fd);
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "%s: descriptors can only be passed over a Unix socket",
				 call->proc->name);
	}
	more = f->n_out_fds < RPC_FDS_MAX ? reallocarray(f->out_fds, f->n_out_fds + 1, sizeof(int)) : NULL;
	if (!more) {
		close(fd);
		return error_set(err, ERR_NO_MEMORY, "%s: cannot pass more than %zu descriptors", call->proc->name, f->n_out_fds);
	}
	f->out_fds = more;
	f->out_fds[f->n_out_fds++] = fd;
	return 0;
}

int rpc_call_take_fd(struct rpc_call *call, size_t n)
{
	struct rpc_inflight *f = call->inflight;

	return f && n < f->n_in_fds ? STEAL_FD(f->in_fds[n]) : -1;
}
