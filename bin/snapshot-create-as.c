/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/moment.h"
#include "cli/spec.h"
#include "conf/domain_moment.h"

#include <string.h>

static int print_xml, flags;
static char *name, *description, *memspec, **diskspecs;

static const struct poptOption options[] = {
	{ "name", 0, POPT_ARG_STRING, &name, 0, "the same as the argument NAME", "NAME" },
	{ "description", 0, POPT_ARG_STRING, &description, 0, "what it is, for people", "TEXT" },
	{ "print-xml", 0, POPT_ARG_NONE, &print_xml, 0, "print the XML and do nothing else", NULL },
	{ "no-metadata", 0, POPT_BIT_SET, &flags, 4, "keep nothing about it", NULL },
	{ "halt", 0, POPT_BIT_SET, &flags, 8, "stop the guest then", NULL },
	{ "disk-only", 0, POPT_BIT_SET, &flags, 16, "disks alone, without memory", NULL },
	{ "reuse-external", 0, POPT_BIT_SET, &flags, 32, "the external files are there already", NULL },
	{ "quiesce", 0, POPT_BIT_SET, &flags, 64, "freeze file systems by the agent", NULL },
	{ "atomic", 0, POPT_BIT_SET, &flags, 128, "all disks or none", NULL },
	{ "live", 0, POPT_BIT_SET, &flags, 256, "the guest goes on running", NULL },
	{ "validate", 0, POPT_BIT_SET, &flags, 512, "refuse what the format does not know", NULL },
	{ "memspec", 0, POPT_ARG_STRING, &memspec, 0, "where the memory goes: FILE[,snapshot=WHERE]", "SPEC" },
	{ "diskspec", 0, POPT_ARG_ARGV, &diskspecs, 0, "a disk: NAME[,snapshot=WHERE][,driver=FORMAT][,stype=TYPE][,file=PATH]", "SPEC" },
	POPT_TABLEEND
};

/* What stands behind KEY= in "KEY=VALUE,..."; ",," is a comma. */
static bool take(struct cli_spec *s, const char *key, char **value)
{
	size_t len = strlen(key);

	if (strncmp(s->word, key, len) != 0)
		return false;
	free(*value);
	*value = strdup(s->word + len);
	return true;
}

static int read_disk(const char *text, struct domain_snapshot *def, struct error *err)
{
	AUTO_FREE char *snapshot = NULL, *driver = NULL, *stype = NULL;
	struct snapshot_disk *disk = CONF_LIST_ADD(&def->disks);
	struct cli_spec s = { .rest = text };

	if (!disk || cli_spec_next(&s) <= 0)
		return cli_usage(err, "--diskspec '%s' names no disk", text);
	disk->name = strdup(s.word);
	while (cli_spec_next(&s) > 0)
		if (!take(&s, "snapshot=", &snapshot) && !take(&s, "driver=", &driver) && !take(&s, "stype=", &stype) && !take(&s, "file=", &disk->source.path))
			return cli_usage(err, "--diskspec: '%s' is unknown", s.word);
	int where = snapshot ? conf_enum_value(&snapshot_location_names, snapshot) : disk->source.path || driver ? SNAPSHOT_EXTERNAL : 0;
	int format = driver ? conf_enum_value(&domain_storage_format_names, driver) : 0;
	int type = stype ? conf_enum_value(&domain_source_type_names, stype) : where == SNAPSHOT_EXTERNAL ? DOMAIN_SOURCE_FILE : 0;
	if (where < 0 || format < 0 || type < 0 || !disk->name)
		return cli_usage(err, "--diskspec '%s' has an unknown word", text);
	disk->snapshot = (enum snapshot_location)where;
	disk->format = (enum domain_storage_format)format;
	disk->source.type = (enum domain_source_type)type;
	return 0;
}

static int read_specs(struct domain_snapshot *def, struct error *err)
{
	AUTO_FREE char *snapshot = NULL;
	struct cli_spec s = { .rest = memspec };

	while (memspec && cli_spec_next(&s) > 0)
		if (!take(&s, "file=", &def->memory.file) && !take(&s, "snapshot=", &snapshot) && !(def->memory.file = strdup(s.word)))
			return error_errno(err, "--memspec");
	int where = snapshot ? conf_enum_value(&snapshot_location_names, snapshot) : def->memory.file ? SNAPSHOT_EXTERNAL : 0;
	if (where < 0)
		return cli_usage(err, "--memspec '%s' has an unknown word", memspec);
	def->memory.snapshot = (enum snapshot_location)where;
	for (char **spec = diskspecs; spec && *spec; spec++)
		if (read_disk(*spec, def, err) < 0)
			return -1;
	return 0;
}

static char *snapshot_xml(struct cli *cli, struct error *err)
{
	struct domain_snapshot def = {
		.name = (char *)(name ? name : cli->n_args > 1 ? cli->args[1] : NULL),
		.description = (char *)(description ? description : cli->n_args > 2 ? cli->args[2] : NULL),
	};
	char *text = NULL;

	if (read_specs(&def, err) == 0)
		text = conf_format(&domain_snapshot_elem, "domainsnapshot", &def, 0, err);
	def.name = def.description = NULL;
	conf_clear(&domain_snapshot_elem, &def);
	return text;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_FREE char *xml = snapshot_xml(cli, err);

	return xml ? cli_moment_create_as(cli, &cli_snapshots, xml, print_xml, (unsigned)flags, &domain_snapshot_document, err) : -1;
}

static const struct cli_program program = {
	.name = "snapshot-create-as", .summary = "take a snapshot of a guest from options", .args = "GUEST [NAME [DESCRIPTION]]",
	.options = options, .min_args = 1, .max_args = 3, .object = "domain", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
