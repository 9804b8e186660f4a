/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server with a few procedures, and clients of it as tasks of the same loop. */
#ifndef BERTH_TESTS_RPC_FIXTURE_H
#define BERTH_TESTS_RPC_FIXTURE_H

#include "rpc/client.h"
#include "rpc/frame.h"
#include "rpc/procs.h"
#include "rpc/server.h"
#include "rpc/subscribe.h"
#include "util/task.h"

#include <ev.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cmocka.h>

struct fixture {
	struct ev_loop *loop;
	struct rpc_server *server;
	char dir[32];
	char path[48];
	unsigned opens, closes, secrets, slow_done, slow_gone, drained;
	void (*body)(struct fixture *fx);
};

static struct fixture *fix;   /* of the test that runs */

static int fx_open(struct rpc_call *call, const void *args, void *ret UNUSED, struct error *err UNUSED)
{
	const wire_connect_open_args *a = args;

	fix->opens++;
	if (a->flags & 1)
		rpc_peer_set_read_only(call->peer);
	return 0;
}

static int fx_hostname(struct rpc_call *call UNUSED, const void *args UNUSED, void *ret, struct error *err)
{
	wire_connect_get_hostname_ret *r = ret;

	r->hostname = strdup("here");
	return r->hostname ? 0 : error_errno(err, "no memory");
}

static int fx_define(struct rpc_call *call UNUSED, const void *args, void *ret, struct error *err)
{
	const wire_domain_define_xml_flags_args *a = args;
	wire_domain_define_xml_flags_ret *r = ret;

	if (a->flags == 99) {
		err->sys = 0;
		error_set(err, ERR_DOM_EXIST, "domain '%.200s' is there already", a->xml);
		err->sys = 17;
		return -1;
	}
	r->dom.name = strdup(a->xml);
	r->dom.id = (int)a->flags;
	memset(r->dom.uuid, 7, sizeof(r->dom.uuid));
	return 0;
}

static int fx_secret(struct rpc_call *call UNUSED, const void *args UNUSED, void *ret UNUSED, struct error *err UNUSED)
{
	fix->secrets++;
	return 0;
}

/* waits as long as it is told (memory, in ms) */
static int fx_slow(struct rpc_call *call, const void *args, void *ret UNUSED, struct error *err UNUSED)
{
	const wire_domain_set_memory_args *a = args;

	task_sleep((int)a->memory);
	fix->slow_done++;
	if (rpc_peer_gone(call->peer))
		fix->slow_gone++;
	return 0;
}

/* sends as many bytes back as asked for (max_names) */
static int fx_big(struct rpc_call *call UNUSED, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_xml_desc_args *a = args;
	wire_domain_get_xml_desc_ret *r = ret;

	r->xml = malloc(a->flags + 1);
	if (!r->xml)
		return error_errno(err, "no memory");
	memset(r->xml, 'x', a->flags);
	r->xml[a->flags] = 0;
	return 0;
}

static int fx_namespace(struct rpc_call *call, const void *args, void *ret UNUSED, struct error *err)
{
	const wire_lxc_domain_open_namespace_args *a = args;

	for (unsigned i = 0; i < a->flags; i++) {
		int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		if (rpc_call_attach_fd(call, fd, err) < 0)
			return -1;
	}
	return 0;
}

static int fx_with_files(struct rpc_call *call, const void *args UNUSED, void *ret, struct error *err)
{
	wire_domain_create_with_files_ret *r = ret;
	char text[32] = { 0 };
	int fd = rpc_call_take_fd(call, 0);

	if (fd < 0)
		return error_set(err, ERR_INVALID_ARG, "no descriptor came along");
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '?';
	close(fd);
	r->dom.name = strdup(text);
	return 0;
}

static int fx_ok(struct rpc_call *call UNUSED, const void *args UNUSED, void *ret UNUSED, struct error *err UNUSED)
{
	return 0;
}

static const struct rpc_row fx_rows[] = {
	RPC_ROW(connect_open, fx_open),
	RPC_ROW(connect_get_hostname, fx_hostname),
	RPC_ROW(domain_define_xml_flags, fx_define),
	RPC_ROW(secret_get_value, fx_secret),
	RPC_ROW(domain_set_memory, fx_slow),
	RPC_ROW(domain_get_xml_desc, fx_big),
	RPC_ROW(domain_create_with_files, fx_with_files),
	RPC_ROW(domain_suspend, fx_ok),
	RPC_ROW_END,
};
static const struct rpc_row fx_lxc_rows[] = { RPC_ROW(lxc_domain_open_namespace, fx_namespace), RPC_ROW_END };

static const struct rpc_row *const *fx_tables(const struct rpc_row *extra)
{
	static const struct rpc_row *tables[3];

	tables[0] = fx_rows;
	tables[1] = extra;
	return tables;
}

static void fx_peer_closed(void *ctx, struct rpc_peer *peer UNUSED)
{
	((struct fixture *)ctx)->closes++;
}

static int fx_listen(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 128), 0);
	return fd;
}

static void fx_stop(struct fixture *fx)
{
	rpc_server_free(fx->server);
	fx->server = NULL;
}

static void fx_body(void *arg)
{
	struct fixture *fx = arg;

	fx->body(fx);
	fx_stop(fx);
}

/* Runs body as a task beside a server with these limits (NULL: the defaults) and further procedures (NULL: none). */
static void fx_run(void (*body)(struct fixture *fx), const struct rpc_limits *limits, const struct rpc_row *extra)
{
	static const struct rpc_row *const lxc_tables[] = { fx_lxc_rows, NULL };
	const struct rpc_program programs[] = {
		{ RPC_REMOTE_PROGRAM, RPC_REMOTE_VERSION, fx_tables(extra) },
		{ RPC_LXC_PROGRAM, RPC_LXC_VERSION, lxc_tables },
	};
	struct fixture fx = { .body = body };
	struct rpc_server_config config = {
		.programs = programs, .n_programs = ARRAY_LEN(programs), .ctx = &fx, .from = ERROR_FROM_QEMU,
		.on_peer_close = fx_peer_closed,
	};
	struct error err;

	if (limits)
		config.limits = *limits;
	fix = &fx;
	fx.loop = ev_loop_new(0);
	snprintf(fx.dir, sizeof(fx.dir), "/tmp/berth-rpc-XXXXXX");
	assert_non_null(mkdtemp(fx.dir));
	snprintf(fx.path, sizeof(fx.path), "%s/socket", fx.dir);
	fx.server = rpc_server_new(fx.loop, &config, &err);
	assert_non_null(fx.server);
	assert_int_equal(rpc_server_listen(fx.server, fx_listen(fx.path), &err), 0);
	assert_int_equal(task_spawn(fx.loop, fx_body, &fx, &err), 0);
	ev_run(fx.loop, 0);
	assert_int_equal(task_count(), 0);
	unlink(fx.path);
	rmdir(fx.dir);
	ev_loop_destroy(fx.loop);
	fix = NULL;
}

static struct rpc_conn *fx_connect(struct fixture *fx)
{
	struct error err = { .text = "" };
	struct rpc_conn *conn = rpc_connect_unix(AT_FDCWD, fx->path, 1000, &err);

	if (!conn)
		fail_msg("%s", err.text);
	rpc_conn_set_wait(conn, task_wait_fd);
	return conn;
}

static void UNUSED fx_hello(struct rpc_conn *conn)
{
	wire_connect_get_hostname_ret ret = { 0 };
	struct error err = { .text = "" };

	if (rpc_conn_call(conn, &rpc_connect_get_hostname, NULL, &ret, 2000, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(ret.hostname, "here");
	xdr_free((xdrproc_t)rpc_connect_get_hostname.ret, &ret);
}

static void UNUSED fx_open_conn(struct rpc_conn *conn, unsigned flags)
{
	wire_connect_open_args args = { .flags = flags };
	struct error err = { .text = "" };

	if (rpc_conn_call(conn, &rpc_connect_open, &args, NULL, 2000, &err) < 0)
		fail_msg("%s", err.text);
}

/* A connection without the client's code: for what it would never send. */
static int UNUSED fx_raw(struct fixture *fx)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", fx->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

static size_t UNUSED fx_frame(unsigned char *out, uint32_t program, uint32_t version, uint32_t proc, uint32_t type, uint32_t serial,
			      uint32_t status, const void *body, size_t len)
{
	struct rpc_header h = { RPC_HEADER_LEN + (uint32_t)len, program, version, proc, type, serial, status };

	rpc_header_put(out, &h);
	if (len)
		memcpy(out + RPC_HEADER_LEN, body, len);
	return h.length;
}

/* Everything that comes until `want` bytes are there, the end, or timeout_ms of silence. -1: the connection was closed. */
static ssize_t UNUSED fx_read(int fd, unsigned char *buf, size_t want, int timeout_ms)
{
	size_t have = 0;

	while (have < want) {
		if (!task_wait_fd(fd, POLLIN, timeout_ms))
			break;
		ssize_t n = read(fd, buf + have, want - have);

		if (n == 0 || (n < 0 && errno != EAGAIN))
			return -1;
		if (n > 0)
			have += (size_t)n;
	}
	return (ssize_t)have;
}

static unsigned UNUSED fx_open_fds(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 512; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

#endif
