/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/json.h"

#include <inttypes.h>

static char *cell;
static int all;

static const struct poptOption options[] = {
	{ "cellno", 0, POPT_ARG_STRING, &cell, 0, "of one NUMA node", "NUMBER" },
	{ "all", 0, POPT_ARG_NONE, &all, 0, "of each NUMA node", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(node_get_info), HV(node_get_free_memory), HV(node_get_cells_free_memory), RPC_ROW_END };

static int of_host(struct cli *cli, struct cli_conn *conn, struct error *err)
{
	wire_node_get_free_memory_ret ret = { 0 };

	if (cli_call(conn, &rpc_node_get_free_memory, NULL, &ret, err) < 0)
		return -1;
	if (cli->json)
		return cli_json_print(json_pack("{s:I}", "total_kib", (json_int_t)(ret.free_mem / 1024)), err);
	printf("Total: %" PRIu64 " KiB\n", (uint64_t)ret.free_mem / 1024);
	return 0;
}

static int of_cells(struct cli *cli, struct cli_conn *conn, int first, int n, struct error *err)
{
	wire_node_get_cells_free_memory_args args = { .start_cell = first, .maxcells = n };
	wire_node_get_cells_free_memory_ret ret = { 0 };
	json_t *list = cli->json ? json_array() : NULL;
	uint64_t total = 0;

	if (cli_call(conn, &rpc_node_get_cells_free_memory, &args, &ret, err) < 0)
		return -1;
	for (u_int i = 0; i < ret.cells.cells_len; i++) {
		uint64_t kib = ret.cells.cells_val[i] / 1024;
		total += kib;
		if (list)
			json_array_append_new(list, json_pack("{s:i, s:I}", "cell", first + (int)i, "free_kib", (json_int_t)kib));
		else
			printf("%5d: %10" PRIu64 " KiB\n", first + (int)i, kib);
	}
	xdr_free(rpc_node_get_cells_free_memory.ret, &ret);
	if (all && !list)
		printf("--------------------\nTotal: %10" PRIu64 " KiB\n", total);
	return list ? cli_json_print(list, err) : 0;
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--cellno", cell != NULL }, { "--all", all }, { NULL, 0 } };
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	wire_node_get_info_ret info = { 0 };
	uint64_t number;

	if (!conn || cli_at_most_one(given, err) < 0 || (cell && cli_number(cell, INT32_MAX, "number of a node", &number, err) < 0))
		return -1;
	if (cell)
		return of_cells(cli, conn, (int)number, 1, err);
	if (!all)
		return of_host(cli, conn, err);
	if (cli_call(conn, &rpc_node_get_info, NULL, &info, err) < 0)
		return -1;
	return of_cells(cli, conn, 0, info.nodes > 0 ? info.nodes : 1, err);
}

static const struct cli_program program = {
	.name = "host-freecell", .summary = "print the free memory of the host by NUMA node", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
