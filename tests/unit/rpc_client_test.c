/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The client against servers that do not behave. */
#include "rpc_fixture.h"
#include "rpc/client_priv.h"

static struct rpc_conn *pair_conn(int *other)
{
	int pair[2];
	struct rpc_conn *conn;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	conn = rpc_conn_from_fds(pair[0], pair[0], NULL);
	assert_non_null(conn);
	*other = pair[1];
	return conn;
}

static int hostname(struct rpc_conn *conn, struct error *err)
{
	wire_connect_get_hostname_ret ret = { 0 };
	int result = rpc_conn_call(conn, &rpc_connect_get_hostname, NULL, &ret, 200, err);

	if (result == 0)
		xdr_free((xdrproc_t)rpc_connect_get_hostname.ret, &ret);
	return result;
}

static void put(int fd, const void *data, size_t len)
{
	assert_int_equal(send(fd, data, len, 0), (ssize_t)len);
}

static void put_frame(int fd, uint32_t program, uint32_t proc, uint32_t type, uint32_t serial, uint32_t status, const void *body,
		      size_t len)
{
	unsigned char frame[256];

	put(fd, frame, fx_frame(frame, program, 1, proc, type, serial, status, body, len));
}

#define HERE "\0\0\0\4here"

static void answers(void **state)
{
	struct rpc_conn *conn;
	struct error err = { .text = "" };
	int fd;

	(void)state;
	conn = pair_conn(&fd);
	/* an older answer, an event, a ping, data of a stream that is not ours, then the answer */
	put_frame(fd, RPC_REMOTE_PROGRAM, 59, RPC_REPLY, 77, 0, HERE, 8);
	put_frame(fd, RPC_REMOTE_PROGRAM, 107, RPC_MESSAGE, 0, 0, "abcd", 4);
	put_frame(fd, RPC_KEEPALIVE_PROGRAM, RPC_PING, RPC_MESSAGE, 0, 0, NULL, 0);
	put_frame(fd, RPC_REMOTE_PROGRAM, 201, RPC_STREAM, 5, RPC_CONTINUE, "data", 4);
	put_frame(fd, RPC_REMOTE_PROGRAM, 59, RPC_REPLY, 1, 0, HERE, 8);
	assert_int_equal(hostname(conn, &err), 0);
	unsigned char sent[64];
	assert_int_equal(recv(fd, sent, sizeof(sent), 0), 28 + 28);
	assert_int_equal(sent[28 + 15], RPC_PONG);
	struct rpc_event ev;
	assert_int_equal(rpc_next_event(conn, &ev, 0, &err), 1);
	assert_int_equal(ev.procedure, 107);
	wire_domain_event_lifecycle_msg msg = { 0 };
	assert_int_equal(rpc_event_decode(&ev, &rpc_domain_event_lifecycle, &msg, &err), -1);
	rpc_event_clear(&ev);
	/* the answer to something else, one that cannot be decoded: errors of that call alone */
	put_frame(fd, RPC_REMOTE_PROGRAM, 60, RPC_REPLY, 2, 0, HERE, 8);
	assert_int_equal(hostname(conn, &err), -1);
	assert_int_equal(err.code, ERR_RPC);
	put_frame(fd, RPC_REMOTE_PROGRAM, 59, RPC_REPLY, 3, 0, "\377\377\377\377", 4);
	assert_int_equal(hostname(conn, &err), -1);
	assert_int_equal(err.code, ERR_RPC);
	put_frame(fd, RPC_REMOTE_PROGRAM, 59, RPC_REPLY, 4, 1, "garbage!", 8);
	assert_int_equal(hostname(conn, &err), -1);
	assert_int_equal(err.code, ERR_RPC);
	put_frame(fd, RPC_REMOTE_PROGRAM, 59, RPC_REPLY, 5, 0, HERE, 8);
	assert_int_equal(hostname(conn, &err), 0);
	close(fd);
	rpc_conn_free(conn);
}

static void deaths(void **state)
{
	static const uint32_t lengths[] = { 0, 3, 27, 0x02000005, 0xffffffff };
	unsigned fds = fx_open_fds();
	struct rpc_conn *conn;
	struct error err;
	int fd;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths) + 5; i++) {
		unsigned char frame[64];
		size_t len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 59, RPC_REPLY, 1, 0, HERE, 8);
		enum error_code expected = ERR_RPC;

		conn = pair_conn(&fd);
		if (i < ARRAY_LEN(lengths)) {
			uint32_t n = htonl(lengths[i]);

			memcpy(frame, &n, 4);
		} else if (i == ARRAY_LEN(lengths)) {
			frame[19] = RPC_CALL;
		} else if (i == ARRAY_LEN(lengths) + 1) {
			frame[19] = 9;
		} else if (i == ARRAY_LEN(lengths) + 2) {
			frame[19] = RPC_REPLY_FDS;   /* with 4 descriptors that do not come, but bytes do */
			len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 59, RPC_REPLY_FDS, 1, 0, "\0\0\0\1" HERE, 12);
			frame[len++] = 0;
			expected = ERR_NO_CONNECT;
		} else if (i == ARRAY_LEN(lengths) + 3) {
			len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 59, RPC_REPLY_FDS, 1, 0, "\0\0\0\41" HERE, 12);
		} else {
			len = 20;   /* the end in the middle */
			expected = ERR_NO_CONNECT;
		}
		put(fd, frame, len);
		if (expected == ERR_NO_CONNECT)
			shutdown(fd, SHUT_WR);
		assert_int_equal(hostname(conn, &err), -1);
		assert_int_equal(err.code, expected);
		assert_true(err.text[0] != 0);
		/* and it stays so */
		assert_int_equal(hostname(conn, &err), -1);
		assert_int_equal(err.code, expected);
		close(fd);
		rpc_conn_free(conn);
	}
	assert_int_equal(fx_open_fds(), fds);
}

static void timeouts(void **state)
{
	struct rpc_event ev;
	struct rpc_conn *conn;
	struct error err;
	unsigned char frame[64];
	size_t len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 59, RPC_REPLY, 2, 0, HERE, 8);
	static char big[3000000];
	wire_domain_lookup_by_name_args args = { big };
	int fd;

	(void)state;
	conn = pair_conn(&fd);
	assert_int_equal(rpc_next_event(conn, &ev, 5, &err), 0);
	put(fd, frame, 10);
	assert_int_equal(hostname(conn, &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_TIMEOUT);
	/* the rest of the frame goes where it belongs */
	put(fd, frame + 10, len - 10);
	assert_int_equal(hostname(conn, &err), 0);
	/* nobody takes what is sent */
	memset(big, 'x', sizeof(big) - 1);
	assert_int_equal(rpc_conn_call(conn, &rpc_domain_lookup_by_name, &args, NULL, 50, &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_TIMEOUT);
	assert_int_equal(hostname(conn, &err), -1);
	close(fd);
	rpc_conn_free(conn);
}

static void event_flood(void **state)
{
	struct rpc_conn *conn;
	struct rpc_event ev;
	struct error err;
	static unsigned char body[65536];
	unsigned char head[28];
	int fd, n = 0;

	(void)state;
	conn = pair_conn(&fd);
	for (int i = 0; i < 100; i++) {
		struct rpc_header h = { 28 + sizeof(body), RPC_REMOTE_PROGRAM, 1, 107, RPC_MESSAGE, 0, 0 };

		rpc_header_put(head, &h);
		put(fd, head, 28);
		put(fd, body, sizeof(body));
		put_frame(fd, RPC_REMOTE_PROGRAM, 59, RPC_REPLY, (uint32_t)i + 1, 0, HERE, 8);
		assert_int_equal(hostname(conn, &err), 0);
	}
	assert_true(rpc_conn_dropped(conn) > 0);
	while (rpc_next_event(conn, &ev, 0, &err) == 1) {
		rpc_event_clear(&ev);
		n++;
	}
	assert_int_equal(n + rpc_conn_dropped(conn), 100);
	close(fd);
	rpc_conn_free(conn);
}

static void connecting(void **state)
{
	char dir[] = "/tmp/berth-client-XXXXXX", longer[160], path[128];
	struct rpc_conn *conn;
	struct error err;
	AUTO_CLOSE int dirfd = -1;
	AUTO_CLOSE int deep = -1;
	int listener;

	(void)state;
	assert_non_null(mkdtemp(dir));
	dirfd = open(dir, O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/none", dir);
	assert_null(rpc_connect_unix(AT_FDCWD, path, 100, &err));
	assert_int_equal(err.code, ERR_NO_CONNECT);
	assert_int_equal(err.sys, ENOENT);
	assert_null(rpc_connect_unix(dirfd, "none", 100, &err));
	assert_int_equal(err.code, ERR_NO_CONNECT);
	assert_int_equal(err.sys, ENOENT);

	/* a path longer than an address can hold */
	memset(longer, 'd', 150);
	longer[150] = 0;
	assert_int_equal(mkdirat(dirfd, longer, 0700), 0);
	deep = openat(dirfd, longer, O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d/s", deep);
	listener = fx_listen(path);
	conn = rpc_connect_unix(deep, "s", 100, &err);
	assert_non_null(conn);
	rpc_conn_free(conn);
	memcpy(longer + 150, "/s", 3);
	conn = rpc_connect_unix(dirfd, longer, 100, &err);
	assert_non_null(conn);
	rpc_conn_free(conn);
	/* a link in its place is not followed */
	assert_int_equal(symlinkat("s", deep, "link"), 0);
	assert_null(rpc_connect_unix(deep, "link", 100, &err));
	/* what is no socket; nobody listens any more */
	close(openat(deep, "file", O_CREAT | O_CLOEXEC | O_WRONLY, 0600));
	assert_null(rpc_connect_unix(deep, "file", 100, &err));
	close(listener);
	assert_null(rpc_connect_unix(deep, "s", 100, &err));
	assert_int_equal(err.sys, ECONNREFUSED);
	unlinkat(deep, "link", 0);
	unlinkat(deep, "file", 0);
	unlinkat(deep, "s", 0);
	longer[150] = 0;
	unlinkat(dirfd, longer, AT_REMOVEDIR);
	rmdir(dir);
}

/* A listener whose queue is full and who accepts nobody: an error in time. */
static void full_queue(void **state)
{
	char dir[] = "/tmp/berth-client-XXXXXX", path[64];
	struct rpc_conn *conns[4] = { 0 };
	struct error err = { .code = 0 };
	int listener;
	size_t n = 0;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/s", dir);
	listener = fx_listen(path);
	assert_int_equal(listen(listener, 1), 0);
	while (n < ARRAY_LEN(conns) && (conns[n] = rpc_connect_unix(AT_FDCWD, path, 50, &err)))
		n++;
	assert_true(n < ARRAY_LEN(conns));
	assert_int_equal(err.code, ERR_OPERATION_TIMEOUT);
	while (n)
		rpc_conn_free(conns[--n]);
	close(listener);
	unlink(path);
	rmdir(dir);
}

/* Somebody else listens: not used. */
static void wrong_owner(void **state)
{
	char dir[] = "/tmp/berth-client-XXXXXX", path[64];
	struct error err;
	int listener;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/s", dir);
	assert_int_equal(chmod(dir, 0777), 0);
	assert_int_equal(seteuid(65534), 0);
	listener = fx_listen(path);
	assert_int_equal(seteuid(0), 0);
	assert_null(rpc_connect_unix(AT_FDCWD, path, 50, &err));
	assert_int_equal(err.code, ERR_ACCESS_DENIED);
	close(listener);
	unlink(path);
	rmdir(dir);
}

/* A wait without a deadline ends when nothing gives a sign of life, and not before. */
static void keepalive(void **state)
{
	struct error err = { .text = "" };
	unsigned char sent[256];
	int64_t start;
	ssize_t n;
	int fd;
	struct rpc_conn *conn = pair_conn(&fd);
	struct rpc_event ev;

	(void)state;
	rpc_conn_set_keepalive(conn, 40, 3);
	put_frame(fd, RPC_KEEPALIVE_PROGRAM, RPC_PONG, RPC_MESSAGE, 0, 0, NULL, 0);
	start = rpc_deadline(0);
	assert_int_equal(rpc_next_event(conn, &ev, -1, &err), -1);
	assert_int_equal(err.code, ERR_NO_CONNECT);
	assert_non_null(strstr(err.text, "sign of life"));
	assert_true(rpc_deadline(0) - start >= 4 * 40 && rpc_deadline(0) - start < 2000);
	n = recv(fd, sent, sizeof(sent), 0);
	assert_int_equal(n, 3 * 28);
	assert_int_equal(sent[15], RPC_PING);
	rpc_conn_free(conn);
	close(fd);
	/* one that does not read either */
	conn = pair_conn(&fd);
	rpc_conn_set_keepalive(conn, 20, 1);
	AUTO_FREE char *large = calloc(1, 3 << 20);
	memset(large, 'x', (3 << 20) - 1);
	wire_domain_define_xml_flags_args args = { .xml = large };
	assert_int_equal(rpc_conn_call(conn, &rpc_domain_define_xml_flags, &args, NULL, -1, &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_TIMEOUT);
	rpc_conn_free(conn);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers), cmocka_unit_test(deaths), cmocka_unit_test(timeouts), cmocka_unit_test(event_flood), cmocka_unit_test(keepalive),
		cmocka_unit_test(connecting), cmocka_unit_test(full_queue), cmocka_unit_test(wrong_owner),
	};
	/* the servers of the fixture are not used here */
	(void)fx_run;
	(void)fx_connect;

	return cmocka_run_group_tests(tests, NULL, NULL);
}
