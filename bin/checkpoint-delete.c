/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/moment.h"

static int flags;

static const struct poptOption options[] = {
	{ "children", 0, POPT_BIT_SET, &flags, 1, "and all that were taken after it", NULL },
	{ "children-only", 0, POPT_BIT_SET, &flags, 4, "only these", NULL },
	{ "metadata", 0, POPT_BIT_SET, &flags, 2, "only forget it, keep the data", NULL },
	POPT_TABLEEND
};

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--children", flags & 1 }, { "--children-only", flags & 4 }, { NULL, 0 } };

	if (cli_at_most_one(given, err) < 0)
		return -1;
	return cli_moment_do(cli, &cli_checkpoints, false, &rpc_domain_checkpoint_delete, (unsigned)flags, flags & 4 ? "children deleted" : "deleted", err);
}

static const struct cli_program program = {
	.name = "checkpoint-delete", .summary = "delete checkpoints of a guest", .args = "GUEST CHECKPOINT", .options = options,
	.min_args = 1, .max_args = 2, .object = "domain", .more = "checkpointname", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
