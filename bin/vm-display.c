/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/display.h"
#include "cli/json.h"

#include <string.h>

static char *type;
static int all, password;

static const struct poptOption options[] = {
	{ "type", 0, POPT_ARG_STRING, &type, 0, "of a screen of this type alone: vnc, spice or rdp", "TYPE" },
	{ "all", 0, POPT_ARG_NONE, &all, 0, "of every screen, not of the first", NULL },
	{ "include-password", 0, POPT_ARG_NONE, &password, 0, "with the password in the URI", NULL },
	POPT_TABLEEND
};

static int run(struct cli *cli, struct error *err)
{
	int wanted = type && strcmp(type, "auto") != 0 ? conf_enum_value(&domain_graphics_type_names, type) : 0;
	AUTO_DOMAIN struct domain *def = NULL;
	unsigned found = 0;
	json_t *list;

	if (wanted < 0)
		return cli_usage(err, "'%s' is no type of a screen", type);
	def = cli_live_definition(cli, password, err);
	if (!def)
		return -1;
	list = cli->json ? json_array() : NULL;
	for (size_t i = 0; i < def->devices.graphics.n && (all || !found); i++) {
		const struct domain_graphics *g = def->devices.graphics.items[i];
		AUTO_FREE char *uri = wanted && (int)g->type != wanted ? NULL : cli_display_uri(cli, g, password);

		if (!uri)
			continue;
		found++;
		if (list)
			json_array_append_new(list, cli_json_string(uri));
		else
			cli_value(cli, uri);
	}
	if (found)
		return list ? cli_json_print(list, err) : 0;
	json_decref(list);
	return wanted ? error_set(err, ERR_OPERATION_FAILED, "domain '%s' has no screen of type '%s' that can be reached", def->name, type)
		      : error_set(err, ERR_OPERATION_FAILED, "domain '%s' has no screen that can be reached", def->name);
}

static const struct cli_program program = {
	.name = "vm-display", .summary = "print the URI of a guest's screen", .args = "GUEST", .options = options, .min_args = 1, .max_args = 1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
