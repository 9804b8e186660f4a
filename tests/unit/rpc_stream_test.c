/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc_fixture.h"

static struct {
	struct rpc_stream *stream;
	char data[65536];
	size_t len;
	size_t take;                /* most bytes that data() takes at once */
	uint64_t hole;
	unsigned finished, closed, writable;
	bool refuse_finish, fail_call, close_on_data;
} st;

static bool st_any;   /* streams other than the last */

static size_t st_data(struct rpc_stream *s, void *arg UNUSED, const void *buf, size_t len)
{
	size_t n = len < st.take ? len : st.take;

	if (st.close_on_data) {
		struct error why;

		error_set(&why, ERR_OPERATION_FAILED, "enough");
		rpc_stream_close(s, &why);
		return 0;
	}
	if (n > sizeof(st.data) - st.len)
		n = sizeof(st.data) - st.len;
	memcpy(st.data + st.len, buf, n);
	st.len += n;
	return n;
}

static int st_hole(struct rpc_stream *s UNUSED, void *arg UNUSED, uint64_t length, struct error *err)
{
	st.hole += length;
	return length > 1000000 ? error_set(err, ERR_OPERATION_FAILED, "too far") : 0;
}

static int st_finish(struct rpc_stream *s UNUSED, void *arg UNUSED, struct error *err)
{
	st.finished++;
	return st.refuse_finish ? error_set(err, ERR_OPERATION_FAILED, "not all of it could be kept") : 0;
}

static void st_writable(struct rpc_stream *s UNUSED, void *arg UNUSED)
{
	st.writable++;
}

static void st_closed(struct rpc_stream *s, void *arg UNUSED)
{
	if (!st_any)
		assert_ptr_equal(s, st.stream);
	st.stream = NULL;
	st.closed++;
}

static const struct rpc_stream_ops st_ops = {
	.data = st_data, .hole = st_hole, .finish = st_finish, .writable = st_writable, .closed = st_closed,
};

static int st_console(struct rpc_call *call, const void *args UNUSED, void *ret UNUSED, struct error *err)
{
	st.stream = rpc_stream_open(call, &st_ops, NULL, err);
	if (!st.stream)
		return -1;
	if (st.fail_call)
		return error_set(err, ERR_OPERATION_INVALID, "domain is not running");
	rpc_stream_write(st.stream, "hello", 5);   /* even before the answer */
	return 0;
}

static const struct rpc_row st_rows[] = { RPC_ROW(domain_open_console, st_console), RPC_ROW_END };

static struct rpc_channel *open_channel(struct rpc_conn *conn, struct error *err)
{
	wire_domain_open_console_args args = { .dom = { .name = "web" } };

	memset(&st, 0, sizeof(st));
	st.take = SIZE_MAX;
	return rpc_channel_open(conn, &rpc_domain_open_console, &args, NULL, 1000, err);
}

static void echo(struct fixture *fx)
{
	struct rpc_conn *conn = fx_connect(fx);
	struct error err = { .text = "" };
	struct rpc_channel *ch = open_channel(conn, &err);
	char buf[16];

	assert_non_null(ch);
	assert_int_equal(rpc_channel_recv(ch, buf, 3, 1000, &err), 3);
	assert_memory_equal(buf, "hel", 3);
	assert_true(rpc_conn_pending(conn));
	assert_int_equal(rpc_channel_recv(ch, buf, sizeof(buf), 1000, &err), 2);
	assert_int_equal(rpc_channel_recv(ch, buf, sizeof(buf), 0, &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_TIMEOUT);
	assert_int_equal(rpc_channel_send(ch, "ls\n", 3, 1000, &err), 0);
	fx_hello(conn);
	assert_int_equal(st.len, 3);
	assert_memory_equal(st.data, "ls\n", 3);
	assert_int_equal(rpc_stream_write(st.stream, "more", 4), 4);
	rpc_stream_eof(st.stream);
	assert_int_equal(rpc_channel_recv(ch, buf, sizeof(buf), 1000, &err), 4);
	assert_int_equal(rpc_channel_recv(ch, buf, sizeof(buf), 1000, &err), 0);
	assert_int_equal(rpc_channel_finish(ch, 1000, &err), 0);
	assert_int_equal(st.finished, 1);
	assert_int_equal(st.closed, 1);
	rpc_channel_free(ch);
	fx_hello(conn);
	rpc_conn_free(conn);
}

static void holes(struct fixture *fx)
{
	struct rpc_conn *conn = fx_connect(fx);
	struct error err = { .text = "" };
	struct rpc_channel *ch = open_channel(conn, &err);
	uint64_t hole;
	char buf[16];

	/* from the server: told to whoever can skip, zeros for whoever cannot */
	rpc_stream_hole(st.stream, 1234567);
	rpc_stream_hole(st.stream, 3);
	assert_int_equal(rpc_stream_write(st.stream, "x", 1), 1);
	rpc_stream_eof(st.stream);
	assert_int_equal(rpc_channel_recv_sparse(ch, buf, sizeof(buf), &hole, 1000, &err), 5);
	assert_int_equal(hole, 0);
	assert_int_equal(rpc_channel_recv_sparse(ch, buf, sizeof(buf), &hole, 1000, &err), 0);
	assert_int_equal(hole, 1234567);
	memset(buf, 'y', sizeof(buf));
	assert_int_equal(rpc_channel_recv(ch, buf, 2, 1000, &err), 2);
	assert_memory_equal(buf, "\0\0y", 3);
	assert_int_equal(rpc_channel_recv(ch, buf, sizeof(buf), 1000, &err), 1);
	assert_int_equal(rpc_channel_recv(ch, buf, sizeof(buf), 1000, &err), 1);
	assert_int_equal(buf[0], 'x');
	assert_int_equal(rpc_channel_recv_sparse(ch, buf, sizeof(buf), &hole, 1000, &err), 0);
	assert_int_equal(hole, 0);
	/* to the server, which refuses one */
	assert_int_equal(rpc_channel_send_hole(ch, 999999, 1000, &err), 0);
	assert_int_equal(rpc_channel_send(ch, "z", 1, 1000, &err), 0);
	fx_hello(conn);
	assert_int_equal(st.hole, 999999);
	assert_int_equal(st.len, 1);
	assert_int_equal(rpc_channel_send_hole(ch, 1000001, 1000, &err), 0);
	assert_int_equal(rpc_channel_finish(ch, 1000, &err), -1);
	assert_string_equal(err.text, "too far");
	assert_int_equal(st.closed, 1);
	rpc_channel_free(ch);
	fx_hello(conn);
	rpc_conn_free(conn);
}

static void endings(struct fixture *fx)
{
	struct rpc_conn *conn = fx_connect(fx);
	struct error err = { .text = "" }, why;
	struct rpc_channel *ch;
	char buf[16];

	/* the client aborts */
	ch = open_channel(conn, &err);
	rpc_channel_free(ch);
	fx_hello(conn);
	assert_int_equal(st.closed, 1);
	assert_int_equal(st.finished, 0);

	/* the server gives up */
	ch = open_channel(conn, &err);
	error_set(&why, ERR_OPERATION_FAILED, "the console is gone");
	rpc_stream_close(st.stream, &why);
	assert_int_equal(st.closed, 1);
	assert_int_equal(rpc_channel_recv(ch, buf, sizeof(buf), 1000, &err), 5);
	assert_int_equal(rpc_channel_recv(ch, buf, sizeof(buf), 1000, &err), -1);
	assert_string_equal(err.text, "the console is gone");
	assert_int_equal(rpc_channel_send(ch, "x", 1, 1000, &err), -1);
	rpc_channel_free(ch);

	/* the server ends it in good order, the client still waits for its finish to be confirmed */
	ch = open_channel(conn, &err);
	rpc_stream_close(st.stream, NULL);
	assert_int_equal(st.closed, 1);
	assert_int_equal(rpc_channel_send(ch, "late", 4, 1000, &err), 0);
	assert_int_equal(rpc_channel_recv(ch, buf, sizeof(buf), 1000, &err), 5);
	assert_int_equal(rpc_channel_recv(ch, buf, sizeof(buf), 1000, &err), 0);
	assert_int_equal(rpc_channel_finish(ch, 1000, &err), 0);
	assert_int_equal(st.closed, 1);
	rpc_channel_free(ch);

	/* a finish that is not confirmed */
	ch = open_channel(conn, &err);
	st.refuse_finish = true;
	assert_int_equal(rpc_channel_finish(ch, 1000, &err), -1);
	assert_string_equal(err.text, "not all of it could be kept");
	assert_int_equal(st.closed, 1);
	rpc_channel_free(ch);

	/* closed from within its own callback */
	ch = open_channel(conn, &err);
	st.close_on_data = true;
	assert_int_equal(rpc_channel_send(ch, "x", 1, 1000, &err), 0);
	fx_hello(conn);
	assert_int_equal(st.closed, 1);
	rpc_channel_free(ch);

	/* the connection is lost */
	ch = open_channel(conn, &err);
	assert_non_null(ch);
	rpc_peer_close(rpc_stream_peer(st.stream));
	assert_int_equal(st.closed, 1);
	assert_int_equal(rpc_channel_recv(ch, buf, sizeof(buf), 1000, &err), 5);
	assert_int_equal(rpc_channel_recv(ch, buf, sizeof(buf), 1000, &err), -1);
	assert_int_equal(err.code, ERR_NO_CONNECT);
	rpc_channel_free(ch);
	rpc_conn_free(conn);
}

static int st_failing(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	st.fail_call = true;
	return st_console(call, args, ret, err);
}

static const struct rpc_row st_failing_rows[] = { RPC_ROW(domain_open_console, st_failing), RPC_ROW_END };

static void failed_open(struct fixture *fx)
{
	struct rpc_conn *conn = fx_connect(fx);
	struct error err = { .text = "" };

	assert_null(open_channel(conn, &err));
	assert_int_equal(err.code, ERR_OPERATION_INVALID);
	assert_int_equal(st.closed, 1);
	fx_hello(conn);
	rpc_conn_free(conn);
}

/* A server that cannot take more stops reading; nothing is lost. */
static void back_pressure_in(struct fixture *fx)
{
	struct rpc_conn *conn = fx_connect(fx);
	struct error err = { .text = "" };
	struct rpc_channel *ch = open_channel(conn, &err);
	char data[3000];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7);
	st.take = 1000;
	assert_int_equal(rpc_channel_send(ch, data, sizeof(data), 1000, &err), 0);
	assert_int_equal(rpc_channel_send(ch, data, 500, 1000, &err), 0);
	task_sleep(5);
	assert_int_equal(st.len, 1000);
	rpc_stream_resume(st.stream);
	assert_int_equal(st.len, 2000);
	rpc_stream_resume(st.stream);
	task_sleep(5);
	assert_int_equal(st.len, 3500);
	assert_memory_equal(st.data, data, sizeof(data));
	assert_memory_equal(st.data + sizeof(data), data, 500);
	assert_int_equal(rpc_channel_finish(ch, 1000, &err), 0);
	rpc_channel_free(ch);

	/* one that ends while it is blocked lets the connection go on */
	ch = open_channel(conn, &err);
	st.take = 10;
	assert_int_equal(rpc_channel_send(ch, data, 100, 1000, &err), 0);
	task_sleep(5);
	rpc_stream_close(st.stream, NULL);
	fx_hello(conn);
	rpc_channel_free(ch);
	rpc_conn_free(conn);
}

/* A client that does not read bounds what is queued for it; when it reads again, the writer is told. */
static void back_pressure_out(struct fixture *fx)
{
	struct rpc_conn *conn = fx_connect(fx);
	struct error err = { .text = "" };
	struct rpc_channel *ch = open_channel(conn, &err);
	static char chunk[10000], buf[20000];
	size_t sent = 5, got = 0, taken;

	do {
		taken = rpc_stream_write(st.stream, chunk, sizeof(chunk));
		sent += taken;
	} while (taken == sizeof(chunk));
	assert_true(sent < 2 * 1024 * 1024);
	assert_int_equal(rpc_stream_write(st.stream, "x", 1), 0);
	while (got < sent) {
		ssize_t n = rpc_channel_recv(ch, buf, sizeof(buf), 1000, &err);

		assert_true(n > 0);
		got += (size_t)n;
	}
	assert_int_equal(got, sent);
	task_sleep(5);
	assert_int_equal(st.writable, 1);
	assert_int_equal(rpc_stream_write(st.stream, "x", 1), 1);
	rpc_channel_free(ch);
	rpc_conn_free(conn);
}

/* Only so many on one connection; each that is left open ends with it. */
static void too_many(struct fixture *fx)
{
	struct rpc_conn *conn = fx_connect(fx);
	struct rpc_channel *ch[20] = { 0 };
	struct error err = { .text = "" };
	size_t n = 0;

	st_any = true;
	while (n < ARRAY_LEN(ch) && (ch[n] = open_channel(conn, &err)))
		n++;
	assert_int_equal(n, 16);
	assert_int_equal(err.code, ERR_RESOURCE_BUSY);
	rpc_channel_free(ch[--n]);
	ch[n] = open_channel(conn, &err);
	assert_non_null(ch[n++]);
	while (n)
		rpc_channel_free(ch[--n]);
	rpc_conn_free(conn);
	task_sleep(5);
	assert_int_equal(st.closed, 17);
	st_any = false;
}

#define RUN(name, body, rows) \
	static void name(void **state) \
	{ \
		(void)state; \
		fx_run(body, NULL, rows); \
	}

RUN(test_echo, echo, st_rows)
RUN(test_holes, holes, st_rows)
RUN(test_endings, endings, st_rows)
RUN(test_failed_open, failed_open, st_failing_rows)
RUN(test_back_pressure_in, back_pressure_in, st_rows)
RUN(test_back_pressure_out, back_pressure_out, st_rows)
RUN(test_too_many, too_many, st_rows)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echo), cmocka_unit_test(test_holes), cmocka_unit_test(test_endings), cmocka_unit_test(test_failed_open),
		cmocka_unit_test(test_back_pressure_in), cmocka_unit_test(test_back_pressure_out),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
