/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/storage.h"
#include "conf/storage.h"

static const struct poptOption options[] = {
	CLI_DEFINE_OPTIONS,
	CLI_POOL_BUILD_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_object_define how = { .proc = &rpc_storage_pool_create_xml, .done = "created", .document = &storage_pool_document };

	if (cli_pool_build_flags(&how.flags, err) < 0)
		return -1;
	return cli_object_define(cli, &cli_pool, uses, &how, err);
}

static const struct cli_program program = {
	.name = "pool-create", .summary = "start transient storage pools from XML", .args = "FILE...", .options = options, .min_args = 1,
	.max_args = -1, .flags = CLI_FILES, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
