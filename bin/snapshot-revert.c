/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/moment.h"

static int flags, current;

static const struct poptOption options[] = {
	{ "current", 0, POPT_ARG_NONE, &current, 0, "to the current snapshot", NULL },
	{ "running", 0, POPT_BIT_SET, &flags, 1, "it runs then", NULL },
	{ "paused", 0, POPT_BIT_SET, &flags, 2, "it is paused then", NULL },
	{ "force", 0, POPT_BIT_SET, &flags, 4, "also where that needs a new start", NULL },
	{ "reset-nvram", 0, POPT_BIT_SET, &flags, 8, "the firmware forgets what it stored", NULL },
	POPT_TABLEEND
};

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--running", flags & 1 }, { "--paused", flags & 2 }, { NULL, 0 } };

	if (cli_at_most_one(given, err) < 0)
		return -1;
	return cli_moment_do(cli, &cli_snapshots, current, &rpc_domain_revert_to_snapshot, (unsigned)flags, "reverted", err);
}

static const struct cli_program program = {
	.name = "snapshot-revert", .summary = "return a guest to a snapshot", .args = "GUEST [SNAPSHOT]", .options = options,
	.min_args = 1, .max_args = 2, .flags = CLI_SLOW, .object = "domain", .more = "snapshotname", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
