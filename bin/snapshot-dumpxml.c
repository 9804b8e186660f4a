/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

static int flags;

static const struct poptOption options[] = {
	{ "security-info", 0, POPT_BIT_SET, &flags, 1, "include passwords and the like", NULL },
	CLI_DUMPXML_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	return cli_object_dumpxml(cli, &cli_snapshot, uses, (unsigned)flags, err);
}

static const struct cli_program program = {
	.name = "snapshot-dumpxml", .summary = "print the description of a snapshot", .args = "GUEST SNAPSHOT", .options = options,
	.min_args = 1, .max_args = 2, .object = "domain", .more = "snapshotname", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
