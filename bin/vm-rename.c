/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/guests.h"

static const struct rpc_row uses[] = { HV(domain_rename), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, cli_drivers, err);
	struct guest guest = { 0 };
	char *name = (char *)cli->args[1];

	if (!conn || cli_find(conn, cli->args[0], &guest, err) < 0)
		return -1;
	wire_domain_rename_args args = { .dom = cli_domain(&guest), .new_name = &name };
	int rc = cli_call(conn, &rpc_domain_rename, &args, NULL, err);
	if (rc == 0)
		cli_say(cli, "Domain '%s' renamed to '%s'", guest.name, name);
	guest_clear(&guest);
	return rc;
}

static const struct cli_program program = {
	.name = "vm-rename", .summary = "rename a guest", .args = "GUEST NEW-NAME", .min_args = 2, .max_args = 2, .flags = CLI_GUESTS,
	.more = "new-name", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
