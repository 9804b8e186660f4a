/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes from a client: the input is what arrives on one connection of a server that knows every procedure. */
#include "rpc/frame.h"
#include "rpc/procs.h"
#include "rpc/server.h"
#include "rpc/stream_file.h"
#include "util/task.h"

#include <ev.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

static struct ev_loop *loop;

static size_t on_data(struct rpc_stream *s, void *arg, const void *buf, size_t len)
{
	(void)arg;
	(void)buf;
	rpc_stream_write(s, "echo", len < 4 ? len : 4);
	return len;
}

static void on_closed(struct rpc_stream *s, void *arg)
{
	(void)s;
	(void)arg;
}

/* Answered by streams of files, which a client writes and reads again. */
static int file(struct rpc_call *call, struct error *err)
{
	static int kept = -1;
	struct rpc_file_part part = { .length = 4096, .sparse = true };

	if (kept < 0)
		kept = memfd_create("fuzz", MFD_CLOEXEC);
	part.fd = dup(kept);
	if (part.fd < 0 || ftruncate(kept, 65536) < 0)
		abort();
	return call->proc == &rpc_storage_vol_upload ? rpc_stream_receive_file(call, &part, 65536, err) : rpc_stream_send_file(call, &part, err);
}

static int on_hole(struct rpc_stream *s, void *arg, uint64_t length, struct error *err)
{
	(void)arg;
	if (length > INT64_MAX)
		abort();
	rpc_stream_hole(s, length);
	return length % 7 == 6 ? error_set(err, ERR_OPERATION_FAILED, "no") : 0;
}

static const struct rpc_stream_ops ops = { .data = on_data, .hole = on_hole, .closed = on_closed };

/* What was decoded can be encoded again; the answer is made where that needs no content. */
static int any(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct rpc_header h = { 0 };
	unsigned char *frame;

	(void)ret;
	if (call->proc->args) {
		if (rpc_encode(&h, call->proc->args, args, 0, &frame, err) < 0)
			abort();
		free(frame);
	}
	if (call->proc->number == 1 && call->proc->program == RPC_REMOTE_PROGRAM)
		rpc_peer_set_read_only(call->peer);
	if (call->proc == &rpc_storage_vol_upload || call->proc == &rpc_storage_vol_download)
		return file(call, err);
	if (call->proc->kind == RPC_PROC_STREAM && !rpc_stream_open(call, &ops, NULL, err))
		return -1;
	if (call->proc->kind == RPC_PROC_CALL_FDS) {
		int fd = rpc_call_take_fd(call, 0);

		if (fd >= 0)
			close(fd);
	}
	return call->proc->ret ? error_set(err, ERR_OPERATION_FAILED, "no") : 0;
}

#define X(number, name, right, kind, args, ret) RPC_ROW(name, any),
static const struct rpc_row remote_rows[] = { RPC_REMOTE_PROCS(X) RPC_ROW_END };
static const struct rpc_row lxc_rows[] = { RPC_LXC_PROCS(X) RPC_ROW_END };
static const struct rpc_row qemu_rows[] = { RPC_QEMU_PROCS(X) RPC_ROW_END };
#undef X
static const struct rpc_row *const remote_tables[] = { remote_rows, NULL };
static const struct rpc_row *const lxc_tables[] = { lxc_rows, NULL };
static const struct rpc_row *const qemu_tables[] = { qemu_rows, NULL };
static const struct rpc_program programs[] = {
	{ RPC_REMOTE_PROGRAM, 1, remote_tables },
	{ RPC_LXC_PROGRAM, 1, lxc_tables },
	{ RPC_QEMU_PROGRAM, 1, qemu_tables },
};

static void take_output(int fd)
{
	char buf[65536];

	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rpc_server_config config = { .programs = programs, .n_programs = ARRAY_LEN(programs) };
	struct rpc_server *server;
	int pair[2];

	if (!loop)
		loop = ev_loop_new(EVBACKEND_POLL);
	server = rpc_server_new(loop, &config, NULL);
	if (!server || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		abort();
	if (!rpc_server_adopt(server, pair[0], pair[0], NULL))
		abort();
	while (size && rpc_server_peers(server)) {
		ssize_t n = send(pair[1], data, size < 4096 ? size : 4096, MSG_NOSIGNAL);

		if (n > 0) {
			data += n;
			size -= (size_t)n;
		}
		ev_run(loop, EVRUN_NOWAIT);
		take_output(pair[1]);
	}
	for (int i = 0; i < 4; i++) {
		ev_run(loop, EVRUN_NOWAIT);
		take_output(pair[1]);
	}
	close(pair[1]);
	ev_run(loop, EVRUN_NOWAIT);
	rpc_server_free(server);
	if (task_count())
		abort();
	return 0;
}
