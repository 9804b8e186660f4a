/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/params.h"

static char *mode, *nodeset;

static const char *const modes[] = { "strict", "preferred", "interleave", "restrictive", NULL };

static const struct poptOption options[] = {
	{ "mode", 0, POPT_ARG_STRING, &mode, 0, "strict, preferred, interleave or restrictive", "MODE" },
	{ "nodeset", 0, POPT_ARG_STRING, &nodeset, 0, "nodes of the host", "LIST" },
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { CLI_PARAMS_USES(numa_parameters), RPC_ROW_END };

static const struct cli_param fields[] = {
	{ .field = "numa_mode", .given = &mode, .kind = CLI_PARAM_MODE, .words = modes },
	{ .field = "numa_nodeset", .given = &nodeset, .kind = CLI_PARAM_STRING },
	{ .field = NULL }
};

static const struct cli_params params = { CLI_PARAMS(numa_parameters), .params = fields };

static int run(struct cli *cli, struct error *err)
{
	return cli_params_run(cli, &params, uses, err);
}

static const struct cli_program program = {
	.name = "vm-numatune", .summary = "show or set the NUMA nodes of a guest", .args = "GUEST", .options = options,
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
