/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One client's connection: what it asks for to get connected, and its end. */
#include "hypervisor/serve_priv.h"

#include "hypervisor/local.h"
#include "rpc/client.h"
#include "util/file.h"
#include "util/process.h"
#include "util/str.h"

#include <signal.h>
#include <string.h>

/* libvirt's virDrvFeature and virConnectFlags. */
enum { FEATURE_FD_PASSING = 8 };
enum { CONNECT_RO = 1 };

/* The first word of a driver's process that goes on with a connection. */
#define TAKEN_OVER "--taken-over"

/* ---- drivers in a process of their own ---- */

/* Where nobody may change anything, strangers can come: they are not to have files read, and worlds made, with our rights. */
static int admit_to_helper(const struct rpc_call *call, const struct serving *s, const char *uri, struct error *err)
{
	if (!s->spec->read_only || call->uid == 0 || call->uid == geteuid())
		return 0;
	return error_set(err, ERR_ACCESS_DENIED, "%s is not for every user: run a server of your own", uri);
}

/* Becomes a driver's process, which goes on with this call. Returns only when that fails. */
static int become(struct rpc_call *call, const char *helper, const char *uri, unsigned flags, struct error *err)
{
	const struct serving *s = call->ctx;
	char serial[16], bits[16];
	AUTO_FREE char *path = process_helper_path(helper, err);
	char *argv[] = { path, (char *)TAKEN_OVER, serial, bits, (char *)uri, NULL };
	uint32_t number;
	int fds[2], rc;

	if (!path || admit_to_helper(call, s, uri, err) < 0 || rpc_call_leave(call, fds, &number, err) < 0)
		return -1;
	snprintf(serial, sizeof(serial), "%u", number);
	snprintf(bits, sizeof(bits), "%u", flags | (s->spec->read_only ? CONNECT_RO : 0));
	if (dup2(fds[0], STDIN_FILENO) >= 0 && dup2(fds[1], STDOUT_FILENO) >= 0)
		execv(path, argv);
	rc = error_errno(err, "%s", path);
	close(fds[0]);
	close(fds[1]);
	return rc;
}

bool hv_serve_taken_over(int argc, char **argv, struct hv_serve_opening *opening, const char **uri)
{
	uint64_t serial, flags;

	if (argc != 5 || strcmp(argv[1], TAKEN_OVER) != 0 || str_to_u64(argv[2], UINT32_MAX, &serial) < 0 || str_to_u64(argv[3], UINT32_MAX, &flags) < 0)
		return false;
	*opening = (struct hv_serve_opening){ (uint32_t)serial, (unsigned)flags };
	*uri = argv[4];
	return true;
}

/* ---- the connection ---- */

static int connect_open(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_open_args *a = args;
	const struct serving *s = call->ctx;
	const char *uri = a->name && **a->name ? *a->name : s->spec->uri;
	const char *helper = uri && s->spec->helper ? s->spec->helper(uri) : NULL;

	if (helper)
		return become(call, helper, uri, a->flags, err);
	/* the flags but for read-only are a client's notes to itself: libvirt's sends how it found us */
	if (s->spec->kind) {
		if (s->spec->open(&s->hv, a->name ? *a->name : "", err) < 0)
			return -1;
	} else if (hv_connect_open(call, args, ret, err) < 0) {
		return -1;
	}
	if (s->hv.kind)
		rpc_server_set_from(s->server, s->hv.kind->from);
	if (a->flags & CONNECT_RO)
		rpc_peer_set_read_only(call->peer);
	return 0;
}

static int supports_feature(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct serving *s = call->ctx;
	const wire_connect_supports_feature_args *a = args;
	wire_connect_supports_feature_ret *r = ret;

	if (a->feature != FEATURE_FD_PASSING)
		return hv_connect_supports_feature(call, args, ret, err);
	r->supported = s->passes_fds;
	return 0;
}

static const struct rpc_row connect_rows[] = {
	RPC_ROW(connect_open, connect_open),
	RPC_ROW(connect_supports_feature, supports_feature),
	RPC_ROW(connect_register_close_callback, rpc_done),
	RPC_ROW(connect_unregister_close_callback, rpc_done),
	RPC_ROW_END,
};

/* ---- descriptors of a guest ---- */

static int open_namespace(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct serving *s = call->ctx;
	int fds[32], rc = 0;
	size_t n = ARRAY_LEN(fds);
	struct rpc_conn *conn;

	if (!s->passes_fds)
		return error_set(err, ERR_NO_SUPPORT, "%s: descriptors can only be passed over a Unix socket with a name", call->proc->name);
	conn = hv_connect_supervisor(&s->hv, args, err);
	if (!conn)
		return -1;
	rc = rpc_conn_call_fds(conn, call->proc, args, ret, NULL, 0, fds, &n, s->hv.timeout_ms, err);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = rpc_call_attach_fd(call, fds[i], err);
		for (size_t left = i + 1; rc < 0 && left < n; left++)
			close(fds[left]);
	}
	rpc_conn_free(conn);
	return rc;
}

static const struct rpc_row lxc_rows[] = {
	RPC_ROW(lxc_domain_open_namespace, open_namespace),
	RPC_ROW_END,
};

/* ---- the frame ---- */

static void on_peer_close(void *ctx, struct rpc_peer *peer)
{
	struct serving *s = ctx;

	(void)peer;
	s->left = true;
	serve_watch_stop(&s->guests);
	serve_watch_stop(&s->networks);
	serve_watch_stop(&s->secrets);
}

/* What the client began is done before its server goes: a start, say, whose answer nobody waits for any more. */
static void on_prepare(struct ev_loop *loop, struct ev_prepare *w, int revents)
{
	const struct serving *s = w->data;

	(void)revents;
	if (s->left && task_count() == 0)
		ev_break(loop, EVBREAK_ALL);
}

/* The connection's own tables, then those of the drivers. */
static int gather_tables(struct serving *s, const struct rpc_row *const *more, struct error *err)
{
	static const struct rpc_row *const own[] = { connect_rows, serve_event_rows, serve_stream_rows, lxc_rows };
	size_t n = 0;

	while (more[n])
		n++;
	s->tables = calloc(ARRAY_LEN(own) + n + 2, sizeof(*s->tables));
	if (!s->tables)
		return error_errno(err, "no memory to serve a connection");
	memcpy(s->tables, own, sizeof(own));
	memcpy(s->tables + ARRAY_LEN(own), more, n * sizeof(*more));
	/* last: a driver that lives apart tells of its networks and secrets itself */
	s->tables[ARRAY_LEN(own) + n] = serve_object_rows;
	s->programs[0] = (struct rpc_program){ RPC_REMOTE_PROGRAM, RPC_REMOTE_VERSION, s->tables };
	s->programs[1] = (struct rpc_program){ RPC_QEMU_PROGRAM, RPC_QEMU_VERSION, s->tables };
	s->programs[2] = (struct rpc_program){ RPC_LXC_PROGRAM, RPC_LXC_VERSION, s->tables };
	return 0;
}

static int begin(struct serving *s, const struct hv_serve *spec, struct error *err)
{
	struct rpc_server_config config = {
		.programs = s->programs, .n_programs = ARRAY_LEN(s->programs), .ctx = s, .from = ERROR_FROM_DOMAIN, .on_peer_close = on_peer_close,
	};
	struct rpc_peer *peer;

	const char *uri = spec->kind || (spec->uri && spec->helper && spec->helper(spec->uri)) ? NULL : spec->uri;

	if (hv_open(&s->hv, uri, spec->read_only, spec->drivers, err) < 0 || gather_tables(s, spec->tables, err) < 0)
		return -1;
	s->spec = spec;
	if (spec->kind)
		s->hv.kind = spec->kind;
	s->hv.wait = task_wait_fd;
	file_set_lock_nap(task_sleep);
	s->loop = ev_loop_new(EVFLAG_NOENV);
	if (!s->loop)
		return error_set(err, ERR_NO_MEMORY, "no memory to serve a connection");
	s->server = rpc_server_new(s->loop, &config, err);
	if (!s->server)
		return -1;
	ev_prepare_init(&s->prepare, on_prepare);
	s->prepare.data = s;
	ev_prepare_start(s->loop, &s->prepare);
	s->passes_fds = spec->in == spec->out;
	peer = rpc_server_adopt(s->server, spec->in, spec->out, err);
	if (peer && spec->read_only)
		rpc_peer_set_read_only(peer);
	if (peer && spec->opening) {
		char *name = (char *)spec->uri;
		wire_connect_open_args args = { .name = &name, .flags = spec->opening->flags };

		return rpc_peer_begin(peer, &rpc_connect_open, spec->opening->serial, &args, err);
	}
	return peer ? 0 : -1;
}

int hv_serve(const struct hv_serve *spec, struct error *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	/* tasks refer to it until the loop's end */
	static struct serving s;
	int rc;

	sigaction(SIGPIPE, &ignore, NULL);
	rc = begin(&s, spec, err);
	if (rc == 0)
		ev_run(s.loop, 0);
	hv_watch_free(s.guests.watch);
	hv_watch_free(s.networks.watch);
	hv_watch_free(s.secrets.watch);
	rpc_server_free(s.server);
	if (s.loop)
		ev_loop_destroy(s.loop);
	free(s.tables);
	return rc;
}

struct ev_loop *hv_serve_loop(const struct hv *hv)
{
	return ((const struct serving *)hv)->loop;
}

struct rpc_server *hv_serve_server(const struct hv *hv)
{
	return ((const struct serving *)hv)->server;
}
