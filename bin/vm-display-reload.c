/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

#include <string.h>

static char *type;

static const struct poptOption options[] = {
	{ "type", 0, POPT_ARG_STRING, &type, 0, "the kind of display: vnc, or any (the default)", "TYPE" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_graphics_reload), RPC_ROW_END };

/* libvirt's virDomainGraphicsReloadType */
static const char *const types[] = { "any", "vnc" };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_graphics_reload_args args = { 0 };
	struct cli_conn *conn;

	while (type && args.type < ARRAY_LEN(types) && strcmp(type, types[args.type]) != 0)
		args.type++;
	if (args.type == ARRAY_LEN(types))
		return cli_usage(err, "'%s' is no kind of display that can be reloaded (vnc, any)", type);
	if (!(conn = cli_open_guest(cli, uses, NULL, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	if (cli_call(conn, &rpc_domain_graphics_reload, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "The certificates of the displays of '%s' are read anew", guest.name);
	return 0;
}

static const struct cli_program program = {
	.name = "vm-display-reload", .summary = "have a display read its certificates anew", .args = "GUEST", .options = options, .min_args = 1,
	.max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
