/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/json.h"
#include "cli/metadata.h"

#include <string.h>

static int edit, remove_it, live, config, current;
static char *set, *key;

static const struct poptOption options[] = {
	{ "set", 0, POPT_ARG_STRING, &set, 0, "set the element", "XML" },
	{ "key", 0, POPT_ARG_STRING, &key, 0, "the prefix of the namespace", "PREFIX" },
	{ "remove", 0, POPT_ARG_NONE, &remove_it, 0, "remove the element", NULL },
	{ "edit", 0, POPT_ARG_NONE, &edit, 0, "change it in an editor", NULL },
	{ "live", 0, POPT_ARG_NONE, &live, 0, "of the guest that runs", NULL },
	{ "config", 0, POPT_ARG_NONE, &config, 0, "of the stored definition", NULL },
	{ "current", 0, POPT_ARG_NONE, &current, 0, "of the live one when it runs, else the stored one (default)", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_metadata), HV(domain_set_metadata), RPC_ROW_END };

static int show(struct cli *cli, struct cli_metadata *m, struct error *err)
{
	AUTO_FREE char *text = NULL;
	int rc = cli_metadata_get(m, &text, err);

	if (rc == 0)
		return error_set(err, ERR_NO_DOMAIN_METADATA, "domain '%s' has no metadata of the namespace '%s'", m->guest.name, m->uri);
	if (rc < 0)
		return -1;
	if (cli->json)
		return cli_json_print(json_pack("{s:o, s:o, s:o}", "name", cli_json_string(m->guest.name), "uri", cli_json_string(m->uri),
						"metadata", cli_json_string(text)), err);
	fputs(text, stdout);
	if (!*text || text[strlen(text) - 1] != '\n')
		putchar('\n');
	return 0;
}

static int act(struct cli *cli, struct cli_metadata *m, struct error *err)
{
	int rc = 1;

	if (!edit && !set && !remove_it)
		return show(cli, m, err);
	if (edit)
		rc = cli_metadata_edit(cli, m, ".xml", err);
	else if (cli_metadata_set(m, remove_it ? NULL : set, err) < 0)
		return -1;
	if (rc >= 0)
		cli_say(cli, "Domain '%s' metadata %s", m->guest.name, rc == 0 ? "not changed" : remove_it ? "removed" : "modified");
	return rc < 0 ? -1 : 0;
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--set", set != NULL }, { "--remove", remove_it }, { "--edit", edit }, { NULL, 0 } };
	struct cli_metadata m = { .type = CLI_METADATA_ELEMENT, .key = key, .uri = (char *)cli->args[1] };

	if (cli_at_most_one(given, err) < 0 || cli_affect(live, config, current, &m.flags, err) < 0)
		return -1;
	if ((set || edit) && !key)
		return cli_usage(err, "%s needs --key, the prefix of the namespace", set ? "--set" : "--edit");
	m.conn = cli_open(cli, uses, cli_drivers, err);
	if (!m.conn || cli_find(m.conn, cli->args[0], &m.guest, err) < 0)
		return -1;
	int rc = act(cli, &m, err);
	guest_clear(&m.guest);
	return rc;
}

static const struct cli_program program = {
	.name = "vm-metadata", .summary = "show or change metadata of a guest", .args = "GUEST URI", .options = options, .min_args = 2,
	.max_args = 2, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
