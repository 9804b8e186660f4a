/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

static int disable;

static const struct poptOption options[] = {
	{ "disable", 0, POPT_ARG_NONE, &disable, 0, "take the mark away", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_set_autostart), RPC_ROW_END };

static int act(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err)
{
	wire_domain_set_autostart_args args = { .dom = cli_domain(guest), .autostart = !disable };

	(void)arg;
	if (cli_call(conn, &rpc_domain_set_autostart, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Domain '%s' %smarked as autostarted", guest->name, disable ? "un" : "");
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);

	return conn ? cli_guests(cli, conn, false, 0, act, NULL, err) : -1;
}

static const struct cli_program program = {
	.name = "vm-autostart", .summary = "let guests start with the host", .args = "GUEST...", .options = options, .min_args = 1,
	.max_args = -1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
