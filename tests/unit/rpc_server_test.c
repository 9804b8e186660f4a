/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc_fixture.h"

#include <sys/resource.h>

static void calls(struct fixture *fx)
{
	struct rpc_conn *conn = fx_connect(fx);
	wire_domain_define_xml_flags_args args = { "web", 5 };
	wire_domain_define_xml_flags_ret ret = { 0 };
	struct error err = { .code = 0 };

	fx_hello(conn);
	fx_open_conn(conn, 0);
	assert_int_equal(fx->opens, 1);
	assert_int_equal(rpc_conn_call(conn, &rpc_domain_define_xml_flags, &args, &ret, 1000, &err), 0);
	assert_string_equal(ret.dom.name, "web");
	assert_int_equal(ret.dom.id, 5);
	assert_int_equal(ret.dom.uuid[15], 7);
	xdr_free((xdrproc_t)rpc_domain_define_xml_flags.ret, &ret);
	memset(&ret, 0, sizeof(ret));

	/* an error with its code, its text and its errno */
	args.flags = 99;
	assert_int_equal(rpc_conn_call(conn, &rpc_domain_define_xml_flags, &args, &ret, 1000, &err), -1);
	assert_int_equal(err.code, ERR_DOM_EXIST);
	assert_int_equal(err.sys, 17);
	assert_string_equal(err.text, "domain 'web' is there already");

	/* what nobody serves: the code that lets clients fall back */
	assert_int_equal(rpc_conn_call(conn, &rpc_connect_get_lib_version, NULL, NULL, 1000, &err), -1);
	assert_int_equal(err.code, ERR_NO_SUPPORT);
	wire_monitor_exit_msg msg = { 1 };
	assert_int_equal(rpc_conn_call(conn, &rpc_monitor_exit, &msg, NULL, 1000, &err), -1);
	assert_int_equal(err.code, ERR_RPC);
	fx_hello(conn);
	rpc_conn_free(conn);
	task_sleep(5);
	assert_int_equal(fx->closes, 1);
	assert_int_equal(rpc_server_peers(fx->server), 0);
}

static void read_only(struct fixture *fx)
{
	struct rpc_conn *conn = fx_connect(fx);
	struct rpc_conn *other = fx_connect(fx);
	wire_secret_get_value_args secret = { { { 0 }, 0, "usage" }, 0 };
	wire_domain dom = { .name = "web" };
	struct error err = { .code = 0 };
	unsigned char frame[RPC_HEADER_LEN + 3] = { 0 }, answer[512];
	int fd;

	fx_open_conn(conn, 1);
	fx_hello(conn);
	assert_int_equal(rpc_conn_call(conn, &rpc_domain_suspend, &dom, NULL, 1000, &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_DENIED);
	assert_int_equal(rpc_conn_call(conn, &rpc_secret_get_value, &secret, NULL, 1000, &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_DENIED);
	assert_int_equal(fx->secrets, 0);
	assert_int_equal(rpc_conn_call(other, &rpc_secret_get_value, &secret, NULL, 1000, &err), 0);
	assert_int_equal(fx->secrets, 1);
	rpc_conn_free(conn);
	rpc_conn_free(other);

	/* refused before it is decoded: nonsense as arguments gets the same answer */
	fd = fx_raw(fx);
	unsigned char open_args[8] = { 0, 0, 0, 0, 0, 0, 0, 1 };
	unsigned char open_frame[RPC_HEADER_LEN + 8];
	size_t len = fx_frame(open_frame, RPC_REMOTE_PROGRAM, 1, 1, RPC_CALL, 1, 0, open_args, sizeof(open_args));
	assert_int_equal(send(fd, open_frame, len, 0), (ssize_t)len);
	assert_int_equal(fx_read(fd, answer, RPC_HEADER_LEN, 1000), RPC_HEADER_LEN);
	len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 34, RPC_CALL, 2, 0, "\377\377\377", 3);
	assert_int_equal(send(fd, frame, len, 0), (ssize_t)len);
	assert_int_equal(fx_read(fd, answer, RPC_HEADER_LEN + 4, 1000), RPC_HEADER_LEN + 4);
	assert_int_equal(answer[RPC_HEADER_LEN + 3], ERR_OPERATION_DENIED);
	close(fd);
}

struct slow_client {
	struct fixture *fx;
	struct rpc_conn *conn;
	unsigned ms;
	int result;
	bool done;
};

static void call_slow(void *arg)
{
	struct slow_client *c = arg;
	wire_domain_set_memory_args args = { { .name = "web" }, c->ms };
	struct error err;

	c->result = rpc_conn_call(c->conn, &rpc_domain_set_memory, &args, NULL, 3000, &err);
	c->done = true;
}

/* Calls that wait hold nobody up; a client that leaves in the middle harms nobody. */
static void waiting_calls(struct fixture *fx)
{
	struct slow_client a = { fx, fx_connect(fx), 60, -2, false };
	struct rpc_conn *b = fx_connect(fx);
	wire_domain_set_memory_args args = { { .name = "web" }, 50 };
	struct error err;

	assert_int_equal(task_spawn(fx->loop, call_slow, &a, NULL), 0);
	fx_hello(b);
	assert_false(a.done);
	/* gives up: the connection lives on, the late answer is not taken for another one's */
	assert_int_equal(rpc_conn_call(b, &rpc_domain_set_memory, &args, NULL, 10, &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_TIMEOUT);
	fx_hello(b);
	task_sleep(60);
	fx_hello(b);
	assert_true(a.done);
	assert_int_equal(a.result, 0);
	assert_int_equal(rpc_conn_call(b, &rpc_domain_set_memory, &args, NULL, 0, &err), -1);
	rpc_conn_free(b);
	task_sleep(80);
	assert_int_equal(fx->slow_done, 3);
	assert_int_equal(fx->slow_gone, 1);
	rpc_conn_free(a.conn);

	/* the server goes while a call waits */
	a = (struct slow_client){ fx, fx_connect(fx), 30, -2, false };
	assert_int_equal(task_spawn(fx->loop, call_slow, &a, NULL), 0);
	task_sleep(5);
	fx_stop(fx);
	task_sleep(60);
	assert_int_equal(a.result, -1);
	assert_int_equal(fx->slow_gone, 2);
	rpc_conn_free(a.conn);
}

/* A frame that comes byte by byte, and two in one write. */
static void split_frames(struct fixture *fx)
{
	unsigned char frame[128], answer[256];
	size_t len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 59, RPC_CALL, 7, 0, NULL, 0);
	int fd = fx_raw(fx);

	for (size_t i = 0; i < len; i++) {
		assert_int_equal(send(fd, frame + i, 1, 0), 1);
		task_yield();
		task_yield();
	}
	assert_int_equal(fx_read(fd, answer, 36, 1000), 36);
	assert_int_equal(answer[3], 36);
	assert_int_equal(answer[23], 7);
	assert_memory_equal(answer + 28, "\0\0\0\4here", 8);
	memcpy(frame + len, frame, len);
	frame[len + 23] = 8;
	assert_int_equal(send(fd, frame, 2 * len, 0), (ssize_t)(2 * len));
	assert_int_equal(fx_read(fd, answer, 72, 1000), 72);
	assert_int_equal(answer[23], 7);
	assert_int_equal(answer[36 + 23], 8);
	close(fd);
}

static void expect_closed(struct fixture *fx, const unsigned char *frame, size_t len)
{
	unsigned char answer[256];
	struct rpc_conn *next;
	int fd = fx_raw(fx);

	assert_int_equal(send(fd, frame, len, 0), (ssize_t)len);
	assert_int_equal(fx_read(fd, answer, sizeof(answer), 500), -1);
	close(fd);
	next = fx_connect(fx);
	fx_hello(next);
	rpc_conn_free(next);
}

static void expect_error(struct fixture *fx, const unsigned char *frame, size_t len, enum error_code code)
{
	unsigned char answer[1024];
	int fd = fx_raw(fx);

	assert_int_equal(send(fd, frame, len, 0), (ssize_t)len);
	assert_int_equal(fx_read(fd, answer, RPC_HEADER_LEN + 4, 500), RPC_HEADER_LEN + 4);
	assert_int_equal(answer[27], RPC_ERROR);
	assert_int_equal(answer[RPC_HEADER_LEN + 3], code);
	close(fd);
}

static void bad_frames(struct fixture *fx)
{
	static const uint32_t lengths[] = { 0, 3, 4, 27, 0x02000005, 0x7fffffff, 0xffffffff };
	unsigned fds = fx_open_fds();
	unsigned char frame[256];
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		uint32_t n = htonl(lengths[i]);

		fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 59, RPC_CALL, 1, 0, NULL, 0);
		memcpy(frame, &n, sizeof(n));
		expect_closed(fx, frame, RPC_HEADER_LEN);
		expect_closed(fx, frame, 4);
	}
	/* more than a first message may have */
	uint32_t n = htonl(70000);
	fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 59, RPC_CALL, 1, 0, NULL, 0);
	memcpy(frame, &n, sizeof(n));
	expect_closed(fx, frame, RPC_HEADER_LEN);
	/* types and states that a client cannot send */
	for (uint32_t type = 1; type < 9; type++) {
		if (type == RPC_STREAM || type == RPC_STREAM_HOLE)
			continue;
		len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 59, type, 1, 0, NULL, 0);
		expect_closed(fx, frame, len);
	}
	len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 59, RPC_CALL, 1, 1, NULL, 0);
	expect_closed(fx, frame, len);
	len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 59, RPC_CALL, 1, 3, NULL, 0);
	expect_closed(fx, frame, len);
	/* programs, versions, procedures that are not there */
	len = fx_frame(frame, 0x20008099, 1, 59, RPC_CALL, 1, 0, NULL, 0);
	expect_error(fx, frame, len, ERR_RPC);
	len = fx_frame(frame, RPC_REMOTE_PROGRAM, 2, 59, RPC_CALL, 1, 0, NULL, 0);
	expect_error(fx, frame, len, ERR_RPC);
	len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 100000, RPC_CALL, 1, 0, NULL, 0);
	expect_error(fx, frame, len, ERR_NO_SUPPORT);
	len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 107, RPC_CALL, 1, 0, NULL, 0);
	expect_error(fx, frame, len, ERR_NO_SUPPORT);
	/* arguments that cannot be decoded: too short, too long, a string of 4 GiB */
	len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 350, RPC_CALL, 1, 0, "\0\0\0\1", 4);
	expect_error(fx, frame, len, ERR_RPC);
	len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 350, RPC_CALL, 1, 0, "\0\0\0\0\0\0\0\0\0\0\0\0", 12);
	expect_error(fx, frame, len, ERR_RPC);
	len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 350, RPC_CALL, 1, 0, "\377\377\377\377\0\0\0\0", 8);
	expect_error(fx, frame, len, ERR_RPC);
	/* descriptors: 33 announced, some with a call that takes none */
	len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 310, RPC_CALL_FDS, 1, 0, "\0\0\0\41", 4);
	expect_closed(fx, frame, len);
	len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 59, RPC_CALL_FDS, 1, 0, "\0\0\0\0", 4);
	expect_closed(fx, frame, len);
	len = fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 310, RPC_CALL_FDS, 1, 0, "\0\0\0\1", 4);
	frame[len] = 'x';   /* a byte without a descriptor */
	expect_closed(fx, frame, len + 1);
	task_sleep(5);
	assert_int_equal(fx_open_fds(), fds);
}

static void descriptors(struct fixture *fx)
{
	unsigned fds = fx_open_fds();
	struct rpc_conn *conn = fx_connect(fx);
	wire_lxc_domain_open_namespace_args args = { { .name = "web" }, 3 };
	wire_domain_create_with_files_args create = { { .name = "web" }, 0 };
	wire_domain_create_with_files_ret ret = { 0 };
	int got[RPC_FDS_MAX], p[2];
	size_t n = ARRAY_LEN(got);
	struct error err = { .text = "" };

	assert_int_equal(rpc_conn_call_fds(conn, &rpc_lxc_domain_open_namespace, &args, NULL, NULL, 0, got, &n, 1000, &err), 0);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++) {
		assert_true(fcntl(got[i], F_GETFD) & FD_CLOEXEC);
		close(got[i]);
	}
	/* fewer wanted than come; none wanted */
	n = 1;
	assert_int_equal(rpc_conn_call_fds(conn, &rpc_lxc_domain_open_namespace, &args, NULL, NULL, 0, got, &n, 1000, &err), 0);
	assert_int_equal(n, 1);
	close(got[0]);
	assert_int_equal(rpc_conn_call(conn, &rpc_lxc_domain_open_namespace, &args, NULL, 1000, &err), 0);
	/* more than can be: an error, none left open */
	args.flags = RPC_FDS_MAX + 1;
	assert_int_equal(rpc_conn_call(conn, &rpc_lxc_domain_open_namespace, &args, NULL, 1000, &err), -1);
	fx_hello(conn);

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	assert_int_equal(write(p[1], "through", 7), 7);
	assert_int_equal(rpc_conn_call_fds(conn, &rpc_domain_create_with_files, &create, &ret, p, 2, NULL, NULL, 1000, &err), 0);
	assert_string_equal(ret.dom.name, "through");
	xdr_free((xdrproc_t)rpc_domain_create_with_files.ret, &ret);
	close(p[0]);
	close(p[1]);
	rpc_conn_free(conn);
	task_sleep(5);
	assert_int_equal(fx_open_fds(), fds);
}

static void keepalive(struct fixture *fx)
{
	unsigned char frame[64], answer[64];
	size_t len = fx_frame(frame, RPC_KEEPALIVE_PROGRAM, 1, RPC_PING, RPC_MESSAGE, 0, 0, NULL, 0);
	int fd = fx_raw(fx);

	assert_int_equal(send(fd, frame, len, 0), (ssize_t)len);
	assert_int_equal(fx_read(fd, answer, 28, 1000), 28);
	frame[15] = RPC_PONG;
	assert_memory_equal(answer, frame, 28);
	/* an answer to none of ours is let pass, anything else is not */
	assert_int_equal(send(fd, frame, len, 0), (ssize_t)len);
	assert_int_equal(fx_read(fd, answer, 1, 20), 0);
	close(fd);
	frame[15] = 3;
	expect_closed(fx, frame, len);
}

static void on_event(struct rpc_peer *peer, int callback_id, void *arg)
{
	wire_domain_event_callback_lifecycle_msg msg = {
		.callback_id = callback_id,
		.msg = { .dom = { .name = "web" }, .event = *(int *)arg, .detail = 2 },
	};

	if (callback_id == RPC_NO_CALLBACK)
		rpc_peer_event(peer, &rpc_domain_event_lifecycle, &msg.msg);
	else
		rpc_peer_event(peer, &rpc_domain_event_callback_lifecycle, &msg);
}

static void events(struct fixture *fx)
{
	struct rpc_conn *conn = fx_connect(fx), *silent = fx_connect(fx);
	struct rpc_event ev;
	wire_domain_event_callback_lifecycle_msg msg = { 0 };
	unsigned char uuid[16] = { 1 }, other[16] = { 2 };
	struct rpc_peer *peer;
	struct error err;
	int id = 0, second = 0, n = 4;

	fx_hello(conn);
	fx_hello(silent);
	peer = rpc_server_next_peer(fx->server, NULL);
	assert_int_equal(rpc_subscribe(peer, RPC_EVENTS_DOMAIN, 0, uuid, true, &id, &err), 0);
	assert_int_equal(rpc_subscribe(peer, RPC_EVENTS_DOMAIN, 0, NULL, false, &second, &err), 0);
	assert_int_equal(second, RPC_NO_CALLBACK);
	assert_int_equal(rpc_subscribe(peer, RPC_EVENTS_DOMAIN, 0, NULL, false, &second, &err), -1);
	assert_int_equal(rpc_subscriptions(peer, RPC_EVENTS_DOMAIN, 0), 2);
	rpc_publish(fx->server, RPC_EVENTS_DOMAIN, 0, uuid, on_event, &n);
	rpc_publish(fx->server, RPC_EVENTS_DOMAIN, 0, other, on_event, &n);
	rpc_publish(fx->server, RPC_EVENTS_DOMAIN, 1, uuid, on_event, &n);
	rpc_publish(fx->server, RPC_EVENTS_NETWORK, 0, uuid, on_event, &n);
	fx_hello(conn);   /* events that come before the answer are kept */
	assert_true(rpc_conn_pending(conn));
	assert_int_equal(rpc_next_event(conn, &ev, 0, &err), 1);
	assert_true(rpc_event_is(&ev, &rpc_domain_event_callback_lifecycle));
	assert_int_equal(rpc_event_decode(&ev, &rpc_domain_event_callback_lifecycle, &msg, &err), 0);
	assert_int_equal(msg.callback_id, id);
	assert_int_equal(msg.msg.event, 4);
	assert_string_equal(msg.msg.dom.name, "web");
	xdr_free((xdrproc_t)rpc_domain_event_callback_lifecycle.args, &msg);
	rpc_event_clear(&ev);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(rpc_next_event(conn, &ev, 1000, &err), 1);
		assert_true(rpc_event_is(&ev, &rpc_domain_event_lifecycle));
		rpc_event_clear(&ev);
	}
	assert_int_equal(rpc_next_event(conn, &ev, 10, &err), 0);
	assert_int_equal(rpc_next_event(silent, &ev, 10, &err), 0);
	assert_int_equal(rpc_unsubscribe(peer, RPC_EVENTS_DOMAIN, id + 1, &err), -1);
	assert_int_equal(rpc_unsubscribe(peer, RPC_EVENTS_DOMAIN, id, &err), 0);
	assert_int_equal(rpc_unsubscribe_event(peer, RPC_EVENTS_DOMAIN, 0, &err), 0);
	assert_int_equal(rpc_subscriptions(peer, RPC_EVENTS_DOMAIN, 0), 0);

	/* the monitor's events go to programs that know them, never to a client of libvirt's kind */
	wire_monitor_exit_msg bye = { 1 };
	fx_open_conn(silent, 0);
	assert_true(rpc_peer_event(peer, &rpc_monitor_exit, &bye));
	assert_false(rpc_peer_event(rpc_server_next_peer(fx->server, peer), &rpc_monitor_exit, &bye));
	assert_int_equal(rpc_next_event(conn, &ev, 1000, &err), 1);
	assert_true(rpc_event_is(&ev, &rpc_monitor_exit));
	rpc_event_clear(&ev);
	assert_int_equal(rpc_subscribe(peer, RPC_EVENTS_DOMAIN, 0, uuid, true, &id, &err), 0);
	rpc_conn_free(conn);
	rpc_conn_free(silent);
}

/* ---- limits ---- */

static void half_frames_end(struct fixture *fx)
{
	unsigned char frame[64], answer[64];
	int half = fx_raw(fx), idle = fx_raw(fx);

	fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 59, RPC_CALL, 1, 0, NULL, 0);
	assert_int_equal(send(half, frame, 10, 0), 10);
	assert_int_equal(fx_read(half, answer, 1, 1000), -1);
	/* one that has said nothing yet may stay */
	assert_int_equal(send(idle, frame, 28, 0), 28);
	assert_int_equal(fx_read(idle, answer, 36, 1000), 36);
	close(half);
	close(idle);
}

static void crowd(struct fixture *fx)
{
	int fds[200];
	struct rpc_conn *conn;

	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		fds[i] = fx_raw(fx);
		task_yield();
		if (i % 50 == 20) {
			conn = fx_connect(fx);
			fx_hello(conn);
			rpc_conn_free(conn);
		}
	}
	task_sleep(5);
	assert_true(rpc_server_peers(fx->server) <= 10);
	conn = fx_connect(fx);
	fx_hello(conn);
	rpc_conn_free(conn);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	task_sleep(5);
	assert_int_equal(rpc_server_peers(fx->server), 0);
}

/* Only so many calls at once are taken from one connection; the others wait in the socket. */
static void calls_in_flight(struct fixture *fx)
{
	wire_domain_set_memory_args args = { { .name = "w" }, 20 };
	unsigned char answers[28 * 6], *frame;
	int fd = fx_raw(fx);

	for (uint32_t i = 1; i <= 6; i++) {
		struct rpc_header h = { .program = RPC_REMOTE_PROGRAM, .version = 1, .procedure = 31, .serial = i };

		assert_int_equal(rpc_encode(&h, rpc_domain_set_memory.args, &args, 0, &frame, NULL), 0);
		assert_int_equal(send(fd, frame, h.length, 0), (ssize_t)h.length);
		free(frame);
	}
	task_sleep(5);
	assert_int_equal(task_count(), 1 + 2);
	assert_int_equal(fx_read(fd, answers, sizeof(answers), 1000), (ssize_t)sizeof(answers));
	assert_int_equal(fx->slow_done, 6);
	close(fd);
}

static void slow_readers(struct fixture *fx)
{
	struct rpc_conn *good = fx_connect(fx);
	wire_domain_event_lifecycle_msg msg = { { .name = "web" }, 1, 2 };
	unsigned char frame[28];
	struct rpc_event ev;
	struct rpc_peer *bad, *fine;
	struct error err;
	unsigned dropped = 0;
	int fd;

	fx_hello(good);
	fine = rpc_server_next_peer(fx->server, NULL);
	fd = fx_raw(fx);
	fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 59, RPC_CALL, 1, 0, NULL, 0);
	assert_int_equal(send(fd, frame, 28, 0), 28);
	task_sleep(5);
	bad = rpc_server_next_peer(fx->server, fine);
	for (int i = 0; i < 20000; i++)
		dropped += !rpc_peer_event(bad, &rpc_domain_event_lifecycle, &msg);
	assert_true(dropped > 1000);
	assert_int_equal(rpc_peer_dropped(bad), dropped);
	for (int i = 0; i < 100; i++) {
		assert_true(rpc_peer_event(fine, &rpc_domain_event_lifecycle, &msg));
		assert_int_equal(rpc_next_event(good, &ev, 1000, &err), 1);
		rpc_event_clear(&ev);
	}
	/* who takes nothing at all is cut off */
	assert_int_equal(rpc_server_peers(fx->server), 2);
	for (int i = 0; i < 200 && rpc_server_peers(fx->server) == 2; i++)
		task_sleep(10);
	assert_int_equal(rpc_server_peers(fx->server), 1);
	fx_hello(good);
	rpc_conn_free(good);
	close(fd);
}

static void no_descriptors(struct fixture *fx)
{
	struct rpc_conn *old = fx_connect(fx), *conn;
	int filler[1024], silent = fx_raw(fx), fd;
	struct rlimit few_files = { 100, 100 }, before;
	size_t n = 0;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few_files.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few_files), 0);

	fx_hello(old);
	fd = fx_raw(fx);
	while (n < ARRAY_LEN(filler) && (filler[n] = fcntl(0, F_DUPFD_CLOEXEC, 0)) >= 0)
		n++;
	assert_true(n < ARRAY_LEN(filler));
	for (int round = 0; round < 3; round++) {
		/* a descriptor for the client itself; the server has what those who never spoke occupy, then its reserve */
		close(filler[--n]);
		conn = fx_connect(fx);
		fx_hello(conn);
		fx_hello(old);
		rpc_conn_free(conn);
		task_sleep(5);
		while ((filler[n] = fcntl(0, F_DUPFD_CLOEXEC, 0)) >= 0)
			n++;
	}
	while (n)
		close(filler[--n]);
	task_sleep(5);
	conn = fx_connect(fx);
	fx_hello(conn);
	rpc_conn_free(conn);
	rpc_conn_free(old);
	close(silent);
	close(fd);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* ---- delayed close ---- */

static void on_drained(void *arg)
{
	((struct fixture *)arg)->drained++;
}

static void on_drain_call(struct fixture *fx)
{
	struct rpc_conn *conn[10];
	struct rpc_event ev;
	wire_monitor_exit_msg bye = { 1 };
	wire_domain_event_lifecycle_msg filler = { { .name = "web" }, 1, 2 };
	unsigned char frame[28], c, last = 0;
	int never = fx_raw(fx), bytewise = fx_raw(fx), got = 0;
	struct rpc_peer *peer;
	struct error err;

	for (size_t i = 0; i < ARRAY_LEN(conn); i++) {
		conn[i] = fx_connect(fx);
		fx_hello(conn[i]);
	}
	fx_frame(frame, RPC_REMOTE_PROGRAM, 1, 59, RPC_CALL, 1, 0, NULL, 0);
	assert_int_equal(send(never, frame, 28, 0), 28);
	assert_int_equal(send(bytewise, frame, 28, 0), 28);
	task_sleep(5);
	peer = rpc_server_next_peer(fx->server, NULL);
	while (rpc_peer_event(peer, &rpc_domain_event_lifecycle, &filler))
		;   /* `never` has a full queue */
	for (peer = rpc_server_next_peer(fx->server, NULL); peer; peer = rpc_server_next_peer(fx->server, peer))
		rpc_peer_event(peer, &rpc_monitor_exit, &bye);
	rpc_server_drain(fx->server, 200, on_drained, fx);
	rpc_server_drain(fx->server, 200, on_drained, fx);
	assert_int_equal(fx->drained, 0);
	for (size_t i = 0; i < ARRAY_LEN(conn); i++) {
		assert_int_equal(rpc_next_event(conn[i], &ev, 1000, &err), 1);
		assert_true(rpc_event_is(&ev, &rpc_monitor_exit));
		rpc_event_clear(&ev);
		assert_int_equal(rpc_next_event(conn[i], &ev, 1000, &err), -1);
		assert_int_equal(err.code, ERR_NO_CONNECT);
		assert_int_equal(rpc_conn_call(conn[i], &rpc_connect_get_hostname, NULL, NULL, 100, &err), -1);
		assert_int_equal(err.code, ERR_NO_CONNECT);
		rpc_conn_free(conn[i]);
	}
	while (fx_read(bytewise, &c, 1, 1000) == 1) {
		got++;
		last = c;
		if (got % 8 == 0)
			task_sleep(1);
	}
	assert_int_equal(got, 36 + 32);   /* the answer and the event, whole */
	assert_int_equal(last, 1);
	assert_int_equal(fx->drained, 0);
	for (int i = 0; i < 100 && !fx->drained; i++)
		task_sleep(10);
	assert_int_equal(fx->drained, 1);
	assert_int_equal(rpc_server_peers(fx->server), 0);
	close(never);
	close(bytewise);
}

static int drain_in_call(struct rpc_call *call, const void *args UNUSED, void *ret UNUSED, struct error *err UNUSED)
{
	struct fixture *fx = call->ctx;

	rpc_server_drain(fx->server, 5000, on_drained, fx);
	task_sleep(10);
	return 0;
}

static const struct rpc_row drain_rows[] = { RPC_ROW(domain_destroy, drain_in_call), RPC_ROW_END };

static void answered_while_draining(struct fixture *fx)
{
	struct rpc_conn *conn = fx_connect(fx), *idle = fx_connect(fx);
	wire_domain dom = { .name = "web" };
	struct rpc_event ev;
	struct error err = { .text = "" };

	fx_hello(idle);
	assert_int_equal(rpc_conn_call(conn, &rpc_domain_destroy, &dom, NULL, 1000, &err), 0);
	task_sleep(5);
	assert_int_equal(fx->drained, 1);
	assert_int_equal(rpc_next_event(conn, &ev, 100, &err), -1);
	rpc_conn_free(conn);
	rpc_conn_free(idle);
	assert_null(rpc_connect_unix(AT_FDCWD, fx->path, 100, &err));
	assert_int_equal(err.code, ERR_NO_CONNECT);
	assert_int_equal(err.sys, ECONNREFUSED);
}

/* A client of libvirt's kind that has just been answered closes by itself; one that only waits holds nothing up. */
static void leaving(struct fixture *fx)
{
	struct rpc_conn *conn = fx_connect(fx), *idle = fx_connect(fx);
	wire_domain dom = { .name = "web" };
	struct rpc_event ev;
	struct error err = { .text = "" };

	fx_open_conn(idle, 0);
	task_sleep(300);
	fx_open_conn(conn, 0);
	assert_int_equal(rpc_conn_call(conn, &rpc_domain_destroy, &dom, NULL, 1000, &err), 0);
	assert_int_equal(rpc_next_event(idle, &ev, 50, &err), -1);
	assert_int_equal(fx->drained, 0);
	assert_int_equal(rpc_conn_call(conn, &rpc_domain_suspend, &dom, NULL, 1000, &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_INVALID);
	fx_open_conn(conn, 0);
	rpc_conn_free(conn);
	task_sleep(10);
	assert_int_equal(fx->drained, 1);
	rpc_conn_free(idle);
}

static void adopted(struct fixture *fx)
{
	int pair[2], in[2], out[2];
	struct rpc_conn *conn;
	wire_lxc_domain_open_namespace_args args = { { .name = "web" }, 1 };
	struct error err;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_non_null(rpc_server_adopt(fx->server, pair[0], pair[0], &err));
	conn = rpc_conn_from_fds(pair[1], pair[1], &err);
	rpc_conn_set_wait(conn, task_wait_fd);
	fx_hello(conn);
	assert_int_equal(rpc_conn_call(conn, &rpc_lxc_domain_open_namespace, &args, NULL, 1000, &err), 0);
	rpc_conn_free(conn);

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	assert_non_null(rpc_server_adopt(fx->server, in[0], out[1], &err));
	conn = rpc_conn_from_fds(out[0], in[1], &err);
	rpc_conn_set_wait(conn, task_wait_fd);
	fx_hello(conn);
	assert_int_equal(rpc_conn_call(conn, &rpc_lxc_domain_open_namespace, &args, NULL, 1000, &err), -1);
	assert_int_equal(err.code, ERR_OPERATION_UNSUPPORTED);
	fx_hello(conn);
	rpc_conn_free(conn);
	task_sleep(5);
	assert_int_equal(rpc_server_peers(fx->server), 0);
}

#define RUN(name, body, limits, rows) \
	static void name(void **state) \
	{ \
		(void)state; \
		fx_run(body, limits, rows); \
	}

static const struct rpc_limits short_times = { .frame_ms = 30, .stall_ms = 100, .output = 65536 };
static const struct rpc_limits few = { .peers = 10, .calls = 2 };

RUN(test_calls, calls, NULL, NULL)
RUN(test_read_only, read_only, NULL, NULL)
RUN(test_waiting_calls, waiting_calls, NULL, NULL)
RUN(test_split_frames, split_frames, NULL, NULL)
RUN(test_bad_frames, bad_frames, NULL, NULL)
RUN(test_descriptors, descriptors, NULL, NULL)
RUN(test_keepalive, keepalive, NULL, NULL)
RUN(test_events, events, NULL, NULL)
RUN(test_half_frames_end, half_frames_end, &short_times, NULL)
RUN(test_crowd, crowd, &few, NULL)
RUN(test_calls_in_flight, calls_in_flight, &few, NULL)
RUN(test_slow_readers, slow_readers, &short_times, NULL)
RUN(test_no_descriptors, no_descriptors, NULL, NULL)
RUN(test_drain, on_drain_call, NULL, NULL)
RUN(test_answered_while_draining, answered_while_draining, NULL, drain_rows)
RUN(test_leaving, leaving, NULL, drain_rows)
RUN(test_adopted, adopted, NULL, NULL)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls), cmocka_unit_test(test_read_only), cmocka_unit_test(test_waiting_calls),
		cmocka_unit_test(test_split_frames), cmocka_unit_test(test_bad_frames), cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_keepalive), cmocka_unit_test(test_events), cmocka_unit_test(test_half_frames_end),
		cmocka_unit_test(test_crowd), cmocka_unit_test(test_calls_in_flight), cmocka_unit_test(test_slow_readers),
		cmocka_unit_test(test_no_descriptors), cmocka_unit_test(test_drain),
		cmocka_unit_test(test_answered_while_draining), cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_adopted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
