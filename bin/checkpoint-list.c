/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/moment.h"

static struct cli_moment_list how;
static int descendants;

static const struct poptOption options[] = {
	{ "parent", 0, POPT_ARG_NONE, &how.parent, 0, "show the parents", NULL },
	{ "roots", 0, POPT_ARG_NONE, &how.roots, 0, "those without a parent", NULL },
	{ "leaves", 0, POPT_BIT_SET, &how.filter, 4, "those without children", NULL },
	{ "no-leaves", 0, POPT_BIT_SET, &how.filter, 8, "those with children", NULL },
	{ "tree", 0, POPT_ARG_NONE, &how.tree, 0, "draw which came after which", NULL },
	{ "from", 0, POPT_ARG_STRING, &how.from, 0, "those that were taken after this one", "CHECKPOINT" },
	{ "descendants", 0, POPT_ARG_NONE, &descendants, 0, "with --from: the later ones too", NULL },
	{ "name", 0, POPT_ARG_NONE, &how.name, 0, "print names alone", NULL },
	{ "topological", 0, POPT_BIT_SET, &how.filter, 2, "parents before children", NULL },
	POPT_TABLEEND
};

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given forms[] = { { "--tree", how.tree }, { "--name", how.name }, { "--parent", how.parent }, { NULL, 0 } };

	if (cli_at_most_one(forms, err) < 0)
		return -1;
	if (descendants && !how.from)
		return cli_usage(err, "--descendants needs --from");
	if (how.roots && how.from)
		return cli_usage(err, "--roots and --from cannot be used together");
	/* one bit, for those with the one and those with the other */
	if (how.roots || descendants || (how.tree && how.from))
		how.filter |= 1;
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
