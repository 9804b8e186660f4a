/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/record.h"

#include <inttypes.h>

static const struct rpc_row uses[] = { HV(node_get_info), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	wire_node_get_info_ret info = { 0 };
	struct cli_record r;
	char model[sizeof(info.model) + 1] = "", mhz[32], memory[32];

	if (!conn || cli_call(conn, &rpc_node_get_info, NULL, &info, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(info.model); i++)
		model[i] = info.model[i];
	snprintf(mhz, sizeof(mhz), "%d MHz", info.mhz);
	snprintf(memory, sizeof(memory), "%" PRIu64 " KiB", (uint64_t)info.memory);
	cli_record_begin(&r, cli, 21);
	cli_record_text(&r, "CPU model", "model", model);
	cli_record_number(&r, "CPU(s)", "cpus", info.cpus, NULL);
	if (info.mhz || cli->json)
		cli_record_number(&r, "CPU frequency", "mhz", info.mhz, mhz);
	cli_record_number(&r, "CPU socket(s)", "sockets", info.sockets, NULL);
	cli_record_number(&r, "Core(s) per socket", "cores", info.cores, NULL);
	cli_record_number(&r, "Thread(s) per core", "threads", info.threads, NULL);
	cli_record_number(&r, "NUMA cell(s)", "nodes", info.nodes, NULL);
	cli_record_number(&r, "Memory size", "memory_kib", (long long)info.memory, memory);
	return cli_record_end(&r, NULL, err);
}

static const struct cli_program program = {
	.name = "host-info", .summary = "print a summary of the host", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
