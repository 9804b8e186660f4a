/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/params.h"

static char *hard_limit, *soft_limit, *swap_hard_limit, *min_guarantee;

static const struct poptOption options[] = {
	{ "hard-limit", 0, POPT_ARG_STRING, &hard_limit, 0, "the most memory that it can have", "SIZE" },
	{ "soft-limit", 0, POPT_ARG_STRING, &soft_limit, 0, "what it is pressed down to when the host is short of memory", "SIZE" },
	{ "swap-hard-limit", 0, POPT_ARG_STRING, &swap_hard_limit, 0, "the most memory and swap together", "SIZE" },
	{ "min-guarantee", 0, POPT_ARG_STRING, &min_guarantee, 0, "what it always has", "SIZE" },
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { CLI_PARAMS_USES(memory_parameters), RPC_ROW_END };

static const struct cli_param fields[] = {
	{ .field = "hard_limit", .given = &hard_limit, .kind = CLI_PARAM_KIB },
	{ .field = "soft_limit", .given = &soft_limit, .kind = CLI_PARAM_KIB },
	{ .field = "swap_hard_limit", .given = &swap_hard_limit, .kind = CLI_PARAM_KIB },
	{ .field = "min_guarantee", .given = &min_guarantee, .kind = CLI_PARAM_KIB },
	{ .field = NULL }
};

static const struct cli_params params = { CLI_PARAMS(memory_parameters), .params = fields };

static int run(struct cli *cli, struct error *err)
{
	return cli_params_run(cli, &params, uses, err);
}

static const struct cli_program program = {
	.name = "vm-memtune", .summary = "show or set memory limits of a guest", .args = "GUEST", .options = options,
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
