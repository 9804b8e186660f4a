/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/storage.h"

static const struct poptOption options[] = {
	CLI_POOL_AS_OPTIONS,
	CLI_POOL_BUILD_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	unsigned flags;

	if (cli_pool_build_flags(&flags, err) < 0)
		return -1;
	return cli_pool_as(cli, uses, &rpc_storage_pool_create_xml, flags, "created", err);
}

static const struct cli_program program = {
	.name = "pool-create-as", .summary = "start a transient storage pool from options", .args = "NAME TYPE", .options = options,
	.min_args = 2, .max_args = 2, .object = "name", .more = "type", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
