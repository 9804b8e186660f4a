/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

static int all;

static const struct poptOption options[] = {
	{ "all", 0, POPT_ARG_NONE, &all, 0, "every guest that is paused", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_resume), RPC_ROW_END };

static int act(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err)
{
	wire_domain_resume_args args = { .dom = cli_domain(guest) };

	(void)arg;
	if (cli_call(conn, &rpc_domain_resume, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Domain '%s' resumed", guest->name);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);

	return conn ? cli_guests(cli, conn, all, GUEST_LIST_ACTIVE | GUEST_LIST_PAUSED, act, NULL, err) : -1;
}

static const struct cli_program program = {
	.name = "vm-resume", .summary = "let paused guests go on", .args = "GUEST...", .options = options, .max_args = -1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
