/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

static const struct rpc_row uses[] = { HV(domain_managed_save_remove), RPC_ROW_END };

static int act(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err)
{
	wire_domain_managed_save_remove_args args = { .dom = cli_domain(guest) };

	(void)arg;
	if (cli_call(conn, &rpc_domain_managed_save_remove, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Saved state of domain '%s' removed", guest->name);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);

	return conn ? cli_guests(cli, conn, false, 0, act, NULL, err) : -1;
}

static const struct cli_program program = {
	.name = "vm-managedsave-remove", .summary = "throw the saved state of guests away, so that they boot", .args = "GUEST...", .min_args = 1,
	.max_args = -1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
