/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

static int snapshots;

static const struct poptOption options[] = {
	{ "delete-snapshots", 0, POPT_ARG_NONE, &snapshots, 0, "its snapshots too", NULL },
	CLI_POOL_OPTION,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_verb verb = { .proc = &rpc_storage_vol_delete, .number = snapshots ? 2 : 0, .done = "deleted" };

	return cli_object_each(cli, &cli_vol, uses, &verb, err);
}

static const struct cli_program program = {
	.name = "vol-delete", .summary = "delete volumes", .args = "VOL...", .options = options, .min_args = 1, .max_args = -1,
	.object = "vol", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
