/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/rows.h"

#include <inttypes.h>

static char *cell, *size;
static int all;

static const struct poptOption options[] = {
	{ "cellno", 0, POPT_ARG_STRING, &cell, 0, "of one NUMA node", "NUMBER" },
	{ "pagesize", 0, POPT_ARG_STRING, &size, 0, "of one size", "SIZE" },
	{ "all", 0, POPT_ARG_NONE, &all, 0, "of each NUMA node", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(node_get_info), HV(node_get_free_pages), RPC_ROW_END };

/* In KiB: the sizes of today's processors; which the host has is its answer. */
static const unsigned sizes[] = { 4, 64, 2048, 16384, 32768, 1048576 };

static int ask(struct cli_conn *conn, int node, unsigned kib, uint64_t *count, struct error *err)
{
	wire_node_get_free_pages_args args = { .pages = { 1, &kib }, .start_cell = node, .cell_count = 1 };
	wire_node_get_free_pages_ret ret = { 0 };

	if (cli_call(conn, &rpc_node_get_free_pages, &args, &ret, err) < 0)
		return -1;
	*count = ret.counts.counts_len ? ret.counts.counts_val[0] : 0;
	xdr_free(rpc_node_get_free_pages.ret, &ret);
	return 0;
}

static int put(struct cli_rows *rows, int node, unsigned kib, uint64_t count, struct error *err)
{
	char a[16], b[16], c[24];
	const char *cells[] = { a, b, c };

	snprintf(a, sizeof(a), "%d", node);
	snprintf(b, sizeof(b), "%u", kib);
	snprintf(c, sizeof(c), "%" PRIu64, count);
	return cli_rows_add(rows, cells, err);
}

static int run(struct cli *cli, struct error *err)
{
	static const char *const titles[] = { "Node", "Page size (KiB)", "Free" }, *const keys[] = { "node", "page_kib", "free" };
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	wire_node_get_info_ret info = { 0 };
	struct cli_rows *rows;
	uint64_t number = 0, kib = 0, count;
	int last;

	if (!conn || (cell && cli_number(cell, INT32_MAX, "number of a node", &number, err) < 0) ||
	    (size && cli_scaled(size, 1024, 1024, &kib, err) < 0))
		return -1;
	if (!cell && !all)
		return cli_usage(err, "say which node by --cellno, or --all");
	if (cli_call(conn, &rpc_node_get_info, NULL, &info, err) < 0)
		return -1;
	last = all ? (info.nodes > 0 ? info.nodes : 1) - 1 : (int)number;
	if (!(rows = cli_rows_new(cli, titles, keys, 3, err)))
		return -1;
	for (int node = all ? 0 : (int)number; node <= last; node++) {
		for (size_t i = 0; !size && i < ARRAY_LEN(sizes); i++)
			if (ask(conn, node, sizes[i], &count, &(struct error){ 0 }) == 0 && put(rows, node, sizes[i], count, err) < 0)
				return -1;
		if (size && (ask(conn, node, (unsigned)kib, &count, err) < 0 || put(rows, node, (unsigned)kib, count, err) < 0))
			return -1;
	}
	return cli_rows_end(rows, err);
}

static const struct cli_program program = {
	.name = "host-freepages", .summary = "print the free pages of the host by size", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
