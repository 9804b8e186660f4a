/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server without memory: every allocation in turn fails, once or from then on. It answers with an error or ends the connection;
 * it never dies, and serves as soon as there is memory again. */
#include "rpc_fixture.h"

#ifndef __SANITIZE_ADDRESS__
/* The test's own, in front of the C library's. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static bool armed, for_ever;
static long countdown;

/* Whether this allocation fails: the one that the countdown ends at, and with for_ever all after it. */
static bool refused(void)
{
	if (!armed || countdown < 0)
		return false;
	if (countdown > 0) {
		countdown--;
		return false;
	}
	if (!for_ever)
		countdown = -1;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return refused() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return refused() ? NULL : __libc_realloc(p, size);
}

static void quiet_rounds(struct ev_loop *loop)
{
	for (int i = 0; i < 6; i++)
		ev_run(loop, EVRUN_NOWAIT);
}

struct lab {
	struct ev_loop *loop;
	struct rpc_server *server;
	char dir[32], path[48];
};

static size_t conversation(unsigned char *out)
{
	static const uint32_t procedures[] = { 59, 350, 14, 1, 201 };
	size_t len = 0;

	for (uint32_t i = 0; i < ARRAY_LEN(procedures); i++) {
		unsigned char body[64] = { 0 };
		size_t n = procedures[i] == 59 ? 0 : procedures[i] == 14 ? 28 : procedures[i] == 201 ? 32 : 8;

		if (procedures[i] == 14)
			body[26] = 0x40;   /* an answer of 16 KiB */
		len += fx_frame(out + len, RPC_REMOTE_PROGRAM, 1, procedures[i], RPC_CALL, i + 1, 0, body, n);
	}
	return len;
}

static void one(struct lab *lab, long at, bool ever)
{
	unsigned char frames[512], answers[65536];
	size_t len = conversation(frames);
	struct fixture at_path = { .loop = lab->loop };
	int fd;

	memcpy(at_path.path, lab->path, sizeof(at_path.path));
	fd = fx_raw(&at_path);
	countdown = at;
	for_ever = ever;
	armed = true;
	ev_run(lab->loop, EVRUN_NOWAIT);
	if (send(fd, frames, len, MSG_NOSIGNAL) < 0)
		errno = 0;
	quiet_rounds(lab->loop);
	armed = false;
	quiet_rounds(lab->loop);
	while (recv(fd, answers, sizeof(answers), MSG_DONTWAIT) > 0)
		quiet_rounds(lab->loop);
	close(fd);
	quiet_rounds(lab->loop);

	/* memory is back: served */
	fd = fx_raw(&at_path);
	quiet_rounds(lab->loop);
	assert_int_equal(send(fd, frames, RPC_HEADER_LEN, MSG_NOSIGNAL), RPC_HEADER_LEN);
	quiet_rounds(lab->loop);
	assert_int_equal(recv(fd, answers, sizeof(answers), MSG_DONTWAIT), 36);
	close(fd);
	quiet_rounds(lab->loop);
	assert_int_equal(rpc_server_peers(lab->server), 0);
	assert_int_equal(task_count(), 0);
}

static size_t take_all(struct rpc_stream *s UNUSED, void *arg UNUSED, const void *buf UNUSED, size_t len)
{
	return len;
}

static const struct rpc_stream_ops ops = { .data = take_all };

static int fx_console(struct rpc_call *call, const void *args UNUSED, void *ret UNUSED, struct error *err)
{
	struct rpc_stream *s = rpc_stream_open(call, &ops, NULL, err);

	if (!s)
		return -1;
	rpc_stream_write(s, "hello", 5);
	return 0;
}

static const struct rpc_row more_rows[] = { RPC_ROW(domain_open_console, fx_console), RPC_ROW_END };

static void every_allocation(void **state)
{
	static struct fixture unused;
	const struct rpc_program program = { RPC_REMOTE_PROGRAM, 1, fx_tables(more_rows) };
	struct rpc_server_config config = { .programs = &program, .n_programs = 1, .ctx = &unused };
	struct lab lab = { .loop = ev_loop_new(EVBACKEND_EPOLL) };
	struct error err;

	(void)state;
	fix = &unused;
	snprintf(lab.dir, sizeof(lab.dir), "/tmp/berth-rpc-XXXXXX");
	assert_non_null(mkdtemp(lab.dir));
	snprintf(lab.path, sizeof(lab.path), "%s/socket", lab.dir);
	lab.server = rpc_server_new(lab.loop, &config, &err);
	assert_int_equal(rpc_server_listen(lab.server, fx_listen(lab.path), &err), 0);
	for (long at = 0; at < 60; at++) {
		one(&lab, at, false);
		one(&lab, at, true);
	}
	rpc_server_free(lab.server);
	ev_loop_destroy(lab.loop);
	unlink(lab.path);
	rmdir(lab.dir);
}
#else
static void every_allocation(void **state)
{
	(void)state;
	skip();   /* the sanitizer has an allocator of its own */
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_allocation) };

	(void)fx_run;
	(void)fx_connect;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
