/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/params.h"

#include <string.h>

static char *scan, *pause_ms, *across;

static const struct poptOption options[] = {
	{ "shm-pages-to-scan", 0, POPT_ARG_STRING, &scan, 0, "how many pages are looked at before it rests", "NUMBER" },
	{ "shm-sleep-millisecs", 0, POPT_ARG_STRING, &pause_ms, 0, "how many milliseconds it rests", "NUMBER" },
	{ "shm-merge-across-nodes", 0, POPT_ARG_STRING, &across, 0, "whether pages of different NUMA nodes are merged, 0 or 1", "NUMBER" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(node_get_memory_parameters), HV(node_set_memory_parameters), RPC_ROW_END };

static int show(struct cli *cli, struct cli_conn *conn, struct error *err)
{
	wire_node_get_memory_parameters_args args = { 0 };
	wire_node_get_memory_parameters_ret ret = { 0 };
	int rc;

	if (cli_call_counted(conn, &rpc_node_get_memory_parameters, &args, &args.nparams, &ret, sizeof(ret), &ret.nparams, err) < 0)
		return -1;
	rc = cli_params_print(cli, NULL, NULL, ret.params.params_val, ret.params.params_len, NULL, err);
	xdr_free(rpc_node_get_memory_parameters.ret, &ret);
	return rc;
}

static int run(struct cli *cli, struct error *err)
{
	const struct { const char *name, *given; } fields[] = {
		{ "shm_pages_to_scan", scan }, { "shm_sleep_millisecs", pause_ms }, { "shm_merge_across_nodes", across },
	};
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	wire_node_set_memory_parameters_args args = { 0 };
	wire_typed_param params[ARRAY_LEN(fields)];

	if (!conn)
		return -1;
	args.params.params_val = params;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const wire_typed_param like = { .field = (char *)fields[i].name, .value = { .type = WIRE_PARAM_UINT } };
		if (fields[i].given && cli_param_from_text(fields[i].given, &like, &params[args.params.params_len++], err) < 0)
			return -1;
	}
	if (!args.params.params_len)
		return show(cli, conn, err);
	if (cli_call(conn, &rpc_node_set_memory_parameters, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Merging of equal pages changed");
	return 0;
}

static const struct cli_program program = {
	.name = "host-memory-tune", .summary = "show or set how the host merges equal pages of memory", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
