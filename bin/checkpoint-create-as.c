/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/moment.h"
#include "cli/spec.h"
#include "conf/domain_moment.h"

#include <string.h>

static int print_xml, flags;
static char *name, *description, **diskspecs;

static const struct poptOption options[] = {
	{ "name", 0, POPT_ARG_STRING, &name, 0, "the same as the argument NAME", "NAME" },
	{ "description", 0, POPT_ARG_STRING, &description, 0, "what it is, for people", "TEXT" },
	{ "print-xml", 0, POPT_ARG_NONE, &print_xml, 0, "print the XML and do nothing else", NULL },
	{ "quiesce", 0, POPT_BIT_SET, &flags, 2, "freeze file systems by the agent", NULL },
	{ "diskspec", 0, POPT_ARG_ARGV, &diskspecs, 0, "a disk: NAME[,checkpoint=TYPE][,bitmap=NAME]", "SPEC" },
	POPT_TABLEEND
};

static int read_disk(const char *text, struct domain_checkpoint *def, struct error *err)
{
	struct checkpoint_disk *disk = CONF_LIST_ADD(&def->disks);
	struct cli_spec s = { .rest = text };

	if (!disk || cli_spec_next(&s) <= 0)
		return cli_usage(err, "--diskspec '%s' names no disk", text);
	disk->name = strdup(s.word);
	while (cli_spec_next(&s) > 0) {
		int type = strncmp(s.word, "checkpoint=", 11) ? -1 : conf_enum_value(&checkpoint_type_names, s.word + 11);

		if (type >= 0)
			disk->checkpoint = (enum checkpoint_type)type;
		else if (strncmp(s.word, "bitmap=", 7) == 0 && !disk->bitmap)
			disk->bitmap = strdup(s.word + 7);
		else
			return cli_usage(err, "--diskspec: '%s' is unknown", s.word);
	}
	return disk->name ? 0 : error_errno(err, "--diskspec");
}

static int read_specs(struct domain_checkpoint *def, struct error *err)
{
	for (char **spec = diskspecs; spec && *spec; spec++)
		if (read_disk(*spec, def, err) < 0)
			return -1;
	return 0;
}

static char *checkpoint_xml(struct cli *cli, struct error *err)
{
	struct domain_checkpoint def = {
		.name = (char *)(name ? name : cli->n_args > 1 ? cli->args[1] : NULL),
		.description = (char *)(description ? description : cli->n_args > 2 ? cli->args[2] : NULL),
	};
	char *text = NULL;

	if (read_specs(&def, err) == 0)
		text = conf_format(&domain_checkpoint_elem, "domaincheckpoint", &def, 0, err);
	def.name = def.description = NULL;
	conf_clear(&domain_checkpoint_elem, &def);
	return text;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_FREE char *xml = checkpoint_xml(cli, err);

	return xml ? cli_moment_create_as(cli, &cli_checkpoints, xml, print_xml, (unsigned)flags, &domain_checkpoint_document, err) : -1;
}

static const struct cli_program program = {
	.name = "checkpoint-create-as", .summary = "take a checkpoint of a guest from options", .args = "GUEST [NAME [DESCRIPTION]]",
	.options = options, .min_args = 1, .max_args = 3, .object = "domain", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
