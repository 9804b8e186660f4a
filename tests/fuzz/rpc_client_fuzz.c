/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes from a server: the input is what answers a client's call and follows on its stream. */
#include "rpc/client.h"
#include "rpc/procs.h"

#include <sys/socket.h>

static int no_wait(int fd, int events, int timeout_ms)
{
	(void)fd;
	(void)timeout_ms;
	return events;   /* everything is there, the end included */
}

static void calls(struct rpc_conn *conn)
{
	wire_domain dom = { .name = "web" };
	wire_domain_get_scheduler_parameters_args args = { dom, 4 };
	wire_domain_get_scheduler_parameters_ret params = { 0 };
	wire_connect_get_all_domain_stats_args which = { 0 };
	wire_connect_get_all_domain_stats_ret stats = { 0 };
	wire_lxc_domain_open_namespace_args space = { dom, 0 };
	int fds[4];
	size_t n = ARRAY_LEN(fds);
	struct error err;

	if (rpc_conn_call(conn, &rpc_domain_get_scheduler_parameters, &args, &params, 1000, &err) == 0)
		xdr_free(rpc_domain_get_scheduler_parameters.ret, &params);
	if (rpc_conn_call(conn, &rpc_connect_get_all_domain_stats, &which, &stats, 1000, &err) == 0)
		xdr_free(rpc_connect_get_all_domain_stats.ret, &stats);
	if (rpc_conn_call_fds(conn, &rpc_lxc_domain_open_namespace, &space, NULL, NULL, 0, fds, &n, 1000, &err) == 0)
		while (n)
			close(fds[--n]);
}

static void stream(struct rpc_conn *conn)
{
	wire_domain_open_console_args args = { .dom = { .name = "web" } };
	struct rpc_channel *ch;
	struct error err;
	char buf[64];

	ch = rpc_channel_open(conn, &rpc_domain_open_console, &args, NULL, 1000, &err);
	if (!ch)
		return;
	while (rpc_channel_recv(ch, buf, sizeof(buf), 1000, &err) > 0)
		;
	if (rpc_channel_finish(ch, 1000, &err) < 0)
		buf[0] = 0;
	rpc_channel_free(ch);
}

/* What skips holes, and what sends them. */
static void sparse(struct rpc_conn *conn)
{
	wire_storage_vol_download_args args = { .vol = { .pool = "p", .name = "v", .key = "k" }, .flags = 1 };
	struct rpc_channel *ch;
	struct error err;
	uint64_t hole = 0;
	char buf[64];

	ch = rpc_channel_open(conn, &rpc_storage_vol_download, &args, NULL, 1000, &err);
	if (!ch)
		return;
	while (rpc_channel_recv_sparse(ch, buf, sizeof(buf), &hole, 1000, &err) > 0 || hole)
		if (hole > INT64_MAX)
			abort();
	if (rpc_channel_send_hole(ch, 5, 1000, &err) == 0 && rpc_channel_finish(ch, 1000, &err) < 0)
		buf[0] = 0;
	rpc_channel_free(ch);
}

static void events(struct rpc_conn *conn)
{
	wire_domain_event_callback_lifecycle_msg msg = { 0 };
	struct rpc_event ev;
	struct error err;

	while (rpc_next_event(conn, &ev, 1000, &err) == 1) {
		if (rpc_event_decode(&ev, &rpc_domain_event_callback_lifecycle, &msg, &err) == 0)
			xdr_free(rpc_domain_event_callback_lifecycle.args, &msg);
		msg = (wire_domain_event_callback_lifecycle_msg){ 0 };
		rpc_event_clear(&ev);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rpc_conn *conn;
	int pair[2];

	if (size > 65536)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	conn = rpc_conn_from_fds(pair[0], pair[0], NULL);
	if (!conn || (size && send(pair[1], data, size, MSG_NOSIGNAL) < 0))
		abort();
	shutdown(pair[1], SHUT_WR);
	rpc_conn_set_wait(conn, no_wait);
	calls(conn);
	stream(conn);
	sparse(conn);
	events(conn);
	rpc_conn_free(conn);
	close(pair[1]);
	return 0;
}
