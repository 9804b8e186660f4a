/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/moment.h"

static struct cli_moment_list how;

static const struct poptOption options[] = {
	CLI_MOMENT_LIST_OPTIONS(how, "CHECKPOINT"),
	{ "topological", 0, POPT_BIT_SET, &how.filter, 2, "parents before children", NULL },
	POPT_TABLEEND
};

static int run(struct cli *cli, struct error *err)
{
	return cli_moment_list(cli, &cli_checkpoints, &how, err);
}

static const struct cli_program program = {
	.name = "checkpoint-list", .summary = "list the checkpoints of a guest", .args = "GUEST", .options = options, .min_args = 1,
	.max_args = 1, .object = "domain", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
