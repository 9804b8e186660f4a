/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"

static char *cell;
static int add, all;

static const struct poptOption options[] = {
	{ "cellno", 0, POPT_ARG_STRING, &cell, 0, "of one NUMA node", "NUMBER" },
	{ "add", 0, POPT_ARG_NONE, &add, 0, "COUNT more than there are", NULL },
	{ "all", 0, POPT_ARG_NONE, &all, 0, "of each NUMA node", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(node_get_info), HV(node_alloc_pages), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--cellno", cell != NULL }, { "--all", all }, { NULL, 0 } };
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	wire_node_get_info_ret info = { 0 };
	wire_node_alloc_pages_ret ret = { 0 };
	uint64_t size, count, number = 0;
	unsigned kib;

	if (!conn || cli_at_most_one(given, err) < 0 || cli_scaled(cli->args[0], 1024, 1024, &size, err) < 0 ||
	    cli_number(cli->args[1], UINT64_MAX, "number of pages", &count, err) < 0 ||
	    (cell && cli_number(cell, INT32_MAX, "number of a node", &number, err) < 0))
		return -1;
	if (size == 0 || size > UINT32_MAX)
		return cli_usage(err, "'%s' is no size of a page", cli->args[0]);
	if (all && cli_call(conn, &rpc_node_get_info, NULL, &info, err) < 0)
		return -1;
	kib = (unsigned)size;
	wire_node_alloc_pages_args args = {
		.page_sizes = { 1, &kib }, .page_counts = { 1, &count }, .start_cell = all ? 0 : cell ? (int)number : -1,
		.cell_count = all && info.nodes > 0 ? (unsigned)info.nodes : 1, .flags = (unsigned)add,
	};
	if (cli_call(conn, &rpc_node_alloc_pages, &args, &ret, err) < 0)
		return -1;
	cli_say(cli, "Pool of pages of %u KiB set%s", kib, ret.ret > 1 ? " on each node" : "");
	return 0;
}

static const struct cli_program program = {
	.name = "host-allocpages", .summary = "set how many huge pages the host keeps", .args = "SIZE COUNT", .options = options, .min_args = 2, .max_args = 2,
	.run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
