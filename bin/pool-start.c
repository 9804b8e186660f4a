/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/storage.h"

static const struct poptOption options[] = {
	CLI_POOL_BUILD_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_object_verb verb = { .proc = &rpc_storage_pool_create, .done = "started" };

	if (cli_pool_build_flags(&verb.number, err) < 0)
		return -1;
	return cli_object_each(cli, &cli_pool, uses, &verb, err);
}

static const struct cli_program program = {
	.name = "pool-start", .summary = "start storage pools", .args = "POOL...", .options = options, .min_args = 1, .max_args = -1,
	.object = "pool", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
