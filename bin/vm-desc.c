/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/json.h"
#include "cli/metadata.h"

#include <string.h>

static int title, edit, live, config, current;

static const struct poptOption options[] = {
	{ "title", 0, POPT_ARG_NONE, &title, 0, "the title instead of the description", NULL },
	{ "edit", 0, POPT_ARG_NONE, &edit, 0, "change it in an editor", NULL },
	{ "live", 0, POPT_ARG_NONE, &live, 0, "of the guest that runs", NULL },
	{ "config", 0, POPT_ARG_NONE, &config, 0, "of the stored definition", NULL },
	{ "current", 0, POPT_ARG_NONE, &current, 0, "of the live one when it runs, else the stored one (default)", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_metadata), HV(domain_set_metadata), RPC_ROW_END };

static char *joined(const char *const *words)
{
	size_t len = 1;
	char *out, *at;

	for (size_t i = 0; words[i]; i++)
		len += strlen(words[i]) + 1;
	out = at = malloc(len);
	for (size_t i = 0; out && words[i]; i++) {
		if (i)
			*at++ = ' ';
		at = stpcpy(at, words[i]);
	}
	return out;
}

static int show(struct cli *cli, struct cli_metadata *m, struct error *err)
{
	AUTO_FREE char *text = NULL;
	const char *what = title ? "title" : "description";
	int rc = cli_metadata_get(m, &text, err);

	if (rc < 0)
		return -1;
	if (cli->json)
		return cli_json_print(json_pack("{s:o, s:o}", "name", cli_json_string(m->guest.name), what, cli_json_string(text)), err);
	if (rc == 0)
		cli_say(cli, "Domain '%s' has no %s", m->guest.name, what);
	else
		cli_value(cli, text);
	return 0;
}

static int change(struct cli *cli, struct cli_metadata *m, struct error *err)
{
	AUTO_FREE char *text = NULL;
	const char *what = title ? "title" : "description";
	int rc;

	if (edit) {
		rc = cli_metadata_edit(cli, m, ".txt", err);
	} else {
		text = joined(cli->args + 1);
		rc = !text ? error_errno(err, "the text") : cli_metadata_set(m, text, err) < 0 ? -1 : 1;
	}
	if (rc >= 0)
		cli_say(cli, "Domain '%s' %s %s", m->guest.name, what, rc ? "updated" : "not changed");
	return rc < 0 ? -1 : 0;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_metadata m = { .type = title ? CLI_METADATA_TITLE : CLI_METADATA_DESCRIPTION };

	if (cli_affect(live, config, current, &m.flags, err) < 0)
		return -1;
	if (edit && cli->n_args > 1)
		return cli_usage(err, "--edit and a text cannot be used together");
	m.conn = cli_open(cli, uses, cli_drivers, err);
	if (!m.conn || cli_find(m.conn, cli->args[0], &m.guest, err) < 0)
		return -1;
	int rc = edit || cli->n_args > 1 ? change(cli, &m, err) : show(cli, &m, err);
	guest_clear(&m.guest);
	return rc;
}

static const struct cli_program program = {
	.name = "vm-desc", .summary = "show or change the description of a guest", .args = "GUEST [TEXT...]", .options = options,
	.min_args = 1, .max_args = -1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
