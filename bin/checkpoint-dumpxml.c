/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

static int flags;

static const struct poptOption options[] = {
	{ "security-info", 0, POPT_BIT_SET, &flags, 1, "include passwords and the like", NULL },
	{ "no-domain", 0, POPT_BIT_SET, &flags, 2, "leave out the guest's definition", NULL },
	{ "size", 0, POPT_BIT_SET, &flags, 4, "tell how much has changed since", NULL },
	CLI_DUMPXML_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	return cli_object_dumpxml(cli, &cli_checkpoint, uses, (unsigned)flags, err);
}

static const struct cli_program program = {
	.name = "checkpoint-dumpxml", .summary = "print the description of a checkpoint", .args = "GUEST CHECKPOINT", .options = options,
	.min_args = 1, .max_args = 2, .object = "domain", .more = "checkpointname", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
