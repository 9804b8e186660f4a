/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the first input: right answers to everything that the client asks. rpc_client_seeds DIRECTORY */
#include "rpc/frame.h"
#include "rpc/procs.h"

#include <fcntl.h>
#include <string.h>

static int out;

static void put(const struct rpc_proc *proc, uint32_t type, uint32_t serial, uint32_t status, xdrproc_t body, const void *data)
{
	struct rpc_header h = { 0, proc->program, 1, proc->number, type, serial, status };
	unsigned char *frame;

	if (rpc_encode(&h, body, data, 0, &frame, NULL) < 0 || write(out, frame, h.length) != (ssize_t)h.length)
		exit(EXIT_FAILED);
	free(frame);
}

static void put_hole(const struct rpc_proc *proc, uint32_t serial, uint64_t length)
{
	struct rpc_header h = { 0, proc->program, 1, proc->number, 0, serial, 0 };
	unsigned char *frame;

	if (rpc_encode_hole(&h, length, &frame, NULL) < 0 || write(out, frame, h.length) != (ssize_t)h.length)
		exit(EXIT_FAILED);
	free(frame);
}

int main(int argc, char **argv)
{
	wire_typed_param params[] = { { "cpu_shares", { 4, { .ul = 1024 } } }, { "s", { 7, { .s = "x" } } } };
	wire_domain_get_scheduler_parameters_ret scheduler = { { ARRAY_LEN(params), params } };
	wire_domain_stats_record record = { { .name = "web" }, { ARRAY_LEN(params), params } };
	wire_connect_get_all_domain_stats_ret stats = { { 1, &record } };
	wire_domain_event_callback_lifecycle_msg event = { 1, { { .name = "web" }, 4, 0 } };
	u_quad_t length = 4096;
	int dirfd = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (dirfd < 0) {
		fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
		return EXIT_USAGE;
	}
	out = openat(dirfd, "answers", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	put(&rpc_domain_get_scheduler_parameters, RPC_REPLY, 1, 0, rpc_domain_get_scheduler_parameters.ret, &scheduler);
	put(&rpc_domain_event_callback_lifecycle, RPC_MESSAGE, 0, 0, rpc_domain_event_callback_lifecycle.args, &event);
	put(&rpc_connect_get_all_domain_stats, RPC_REPLY, 2, 0, rpc_connect_get_all_domain_stats.ret, &stats);
	put(&rpc_lxc_domain_open_namespace, RPC_REPLY, 3, 0, NULL, NULL);
	put(&rpc_domain_open_console, RPC_REPLY, 4, 0, NULL, NULL);
	put(&rpc_domain_open_console, RPC_STREAM, 4, RPC_CONTINUE, rpc_domain_event_callback_lifecycle.args, &event);
	put(&rpc_domain_open_console, RPC_STREAM, 4, RPC_CONTINUE, NULL, NULL);
	put(&rpc_domain_open_console, RPC_STREAM, 4, RPC_OK, NULL, NULL);
	/* a volume with a hole */
	put(&rpc_storage_vol_download, RPC_REPLY, 5, 0, NULL, NULL);
	put(&rpc_storage_vol_download, RPC_STREAM, 5, RPC_CONTINUE, (xdrproc_t)xdr_u_quad_t, &length);
	put_hole(&rpc_storage_vol_download, 5, length);
	put(&rpc_storage_vol_download, RPC_STREAM, 5, RPC_CONTINUE, NULL, NULL);
	put(&rpc_storage_vol_download, RPC_STREAM, 5, RPC_OK, NULL, NULL);
	put(&rpc_domain_event_callback_lifecycle, RPC_MESSAGE, 0, 0, rpc_domain_event_callback_lifecycle.args, &event);
	return 0;
}
