/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/json.h"

#include <inttypes.h>
#include <string.h>

static char *cell;

static const struct poptOption options[] = {
	{ "cell", 0, POPT_ARG_STRING, &cell, 0, "of one NUMA node", "NUMBER" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(node_get_memory_stats), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	wire_node_get_memory_stats_args args = { .cell_num = -1 };
	wire_node_get_memory_stats_ret ret = { 0 };
	json_t *object = cli->json ? json_object() : NULL;
	uint64_t number;

	if (!conn || (cell && cli_number(cell, INT32_MAX, "number of a node", &number, err) < 0))
		return -1;
	if (cell)
		args.cell_num = (int)number;
	if (cli_call_counted(conn, &rpc_node_get_memory_stats, &args, &args.nparams, &ret, sizeof(ret), &ret.nparams, err) < 0)
		return -1;
	for (u_int i = 0; i < ret.params.params_len; i++) {
		const wire_node_get_memory_stats *s = &ret.params.params_val[i];
		if (object)
			json_object_set_new(object, s->field, json_integer((json_int_t)s->value));
		else
			printf("%-7s: %20" PRIu64 " KiB\n", s->field, (uint64_t)s->value);
	}
	xdr_free(rpc_node_get_memory_stats.ret, &ret);
	return object ? cli_json_print(object, err) : 0;
}

static const struct cli_program program = {
	.name = "host-memstats", .summary = "print the memory statistics of the host", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
