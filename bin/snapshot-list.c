/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/moment.h"

static struct cli_moment_list how;

static const struct poptOption options[] = {
	CLI_MOMENT_LIST_OPTIONS(how, "SNAPSHOT"),
	{ "current", 0, POPT_ARG_NONE, &how.current, 0, "those that were taken after the current one", NULL },
	{ "metadata", 0, POPT_BIT_SET, &how.filter, 2, "those that something is kept about", NULL },
	{ "no-metadata", 0, POPT_BIT_SET, &how.filter, 16, "those without", NULL },
	{ "inactive", 0, POPT_BIT_SET, &how.filter, 32, "taken while the guest was off", NULL },
	{ "active", 0, POPT_BIT_SET, &how.filter, 64, "taken while it ran", NULL },
	{ "disk-only", 0, POPT_BIT_SET, &how.filter, 128, "of disks alone", NULL },
	{ "internal", 0, POPT_BIT_SET, &how.filter, 256, "inside of the images", NULL },
	{ "external", 0, POPT_BIT_SET, &how.filter, 512, "in files of their own", NULL },
	{ "topological", 0, POPT_BIT_SET, &how.filter, 1024, "parents before children", NULL },
	POPT_TABLEEND
};

static int run(struct cli *cli, struct error *err)
{
	return cli_moment_list(cli, &cli_snapshots, &how, err);
}

static const struct cli_program program = {
	.name = "snapshot-list", .summary = "list the snapshots of a guest", .args = "GUEST", .options = options, .min_args = 1,
	.max_args = 1, .object = "domain", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
