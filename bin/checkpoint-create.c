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
	{ "quiesce", 0, POPT_BIT_SET, &flags, 2, "freeze file systems by the agent", NULL },
	{ "redefine-validate", 0, POPT_BIT_SET, &flags, 4, "with --redefine: check that the disks agree", NULL },
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
	if (!file && !(xml = strdup("<domaincheckpoint/>")))
		return error_errno(err, "the XML");
	return cli_moment_create(cli, &cli_checkpoints, xml, file, (unsigned)flags, &domain_checkpoint_document, err);
}

static const struct cli_program program = {
	.name = "checkpoint-create", .summary = "take a checkpoint of a guest from XML", .args = "GUEST [FILE]", .options = options,
	.min_args = 1, .max_args = 2, .object = "domain", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
