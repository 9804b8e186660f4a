/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit.h"
#include "cli/moment.h"
#include "conf/domain_moment.h"

#include <string.h>

static int flags;
static char *xmlfile;

static const struct poptOption options[] = {
	{ "xmlfile", 0, POPT_ARG_STRING, &xmlfile, 0, "the same as the argument FILE", "FILE" },
	{ "redefine", 0, POPT_BIT_SET, &flags, 1, "it is of an earlier time; only note it", NULL },
	{ "current", 0, POPT_BIT_SET, &flags, 2, "with --redefine: make it the current one", NULL },
	{ "no-metadata", 0, POPT_BIT_SET, &flags, 4, "keep nothing about it", NULL },
	{ "halt", 0, POPT_BIT_SET, &flags, 8, "stop the guest then", NULL },
	{ "disk-only", 0, POPT_BIT_SET, &flags, 16, "disks alone, without memory", NULL },
	{ "reuse-external", 0, POPT_BIT_SET, &flags, 32, "the external files are there already", NULL },
	{ "quiesce", 0, POPT_BIT_SET, &flags, 64, "freeze file systems by the agent", NULL },
	{ "atomic", 0, POPT_BIT_SET, &flags, 128, "all disks or none", NULL },
	{ "live", 0, POPT_BIT_SET, &flags, 256, "the guest goes on running", NULL },
	CLI_DEFINE_OPTIONS,
	POPT_TABLEEND
};

static int run(struct cli *cli, struct error *err)
{
	/* with --print-xml there is no guest to name */
	const char *file = cli->n_args > 1 ? cli->args[1] : cli_print_xml_given() ? cli->args[0] : xmlfile;
	AUTO_FREE char *xml = NULL;
	size_t len;

	if (file && cli_read_file(file, &xml, &len, err) < 0)
		return -1;
	if (!file && !(xml = strdup("<domainsnapshot/>")))
		return error_errno(err, "the XML");
	return cli_moment_create(cli, &cli_snapshots, xml, file, (unsigned)flags | (cli_validate_given() ? 512u : 0), &domain_snapshot_document, err);
}

static const struct cli_program program = {
	.name = "snapshot-create", .summary = "take a snapshot of a guest from XML", .args = "GUEST [FILE]", .options = options,
	.min_args = 1, .max_args = 2, .object = "domain", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
