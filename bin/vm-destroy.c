/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

static int all, graceful, remove_logs;

static const struct poptOption options[] = {
	{ "all", 0, POPT_ARG_NONE, &all, 0, "every guest that runs", NULL },
	{ "graceful", 0, POPT_ARG_NONE, &graceful, 0, "do not use force", NULL },
	{ "remove-logs", 0, POPT_ARG_NONE, &remove_logs, 0, "remove the log files of the guest too", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_destroy_flags), RPC_ROW_END };

static int act(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err)
{
	wire_domain_destroy_flags_args args = { .dom = cli_domain(guest), .flags = (graceful ? 1 : 0) | (remove_logs ? 2 : 0) };

	(void)arg;
	if (cli_call(conn, &rpc_domain_destroy_flags, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Domain '%s' destroyed", guest->name);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);

	return conn ? cli_guests(cli, conn, all, GUEST_LIST_ACTIVE, act, NULL, err) : -1;
}

static const struct cli_program program = {
	.name = "vm-destroy", .summary = "stop guests at once", .args = "GUEST...", .options = options, .max_args = -1,
	.flags = CLI_GUESTS | CLI_SLOW, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
