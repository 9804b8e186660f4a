/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

static int overwrite, no_overwrite;

static const struct poptOption options[] = {
	{ "overwrite", 0, POPT_ARG_NONE, &overwrite, 0, "also over what is there", NULL },
	{ "no-overwrite", 0, POPT_ARG_NONE, &no_overwrite, 0, "only where nothing is", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--overwrite", overwrite }, { "--no-overwrite", no_overwrite }, { NULL, 0 } };
	/* libvirt's virStoragePoolBuildFlags */
	const struct cli_object_verb verb = {
		.proc = &rpc_storage_pool_build, .number = no_overwrite ? 4 : overwrite ? 8 : 0, .done = "built"
	};

	if (cli_at_most_one(given, err) < 0)
		return -1;
	return cli_object_each(cli, &cli_pool, uses, &verb, err);
}

static const struct cli_program program = {
	.name = "pool-build", .summary = "make what storage pools are in", .args = "POOL...", .options = options, .min_args = 1,
	.max_args = -1, .object = "pool", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
