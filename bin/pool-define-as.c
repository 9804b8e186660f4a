/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/storage.h"

static const struct poptOption options[] = {
	CLI_POOL_AS_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	return cli_pool_as(cli, uses, &rpc_storage_pool_define_xml, 0, "defined", err);
}

static const struct cli_program program = {
	.name = "pool-define-as", .summary = "define a storage pool from options", .args = "NAME TYPE", .options = options, .min_args = 2,
	.max_args = 2, .object = "name", .more = "type", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
