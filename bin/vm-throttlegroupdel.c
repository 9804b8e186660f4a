/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/drivers.h"

static const struct poptOption options[] = { CLI_AFFECT, POPT_TABLEEND };

static const struct rpc_row uses[] = { HV(domain_del_throttle_group), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	char *group = (char *)cli->args[1];
	wire_domain_del_throttle_group_args args = { .group = &group };
	struct cli_conn *conn;

	if (cli_affect_flags(&args.flags, err) < 0 || !(conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	return cli_change_call(cli, conn, &guest, &rpc_domain_del_throttle_group, &args, err);
}

static const struct cli_program program = {
	.name = "vm-throttlegroupdel", .summary = "remove limits that no disk shares any more", .args = "GUEST GROUP", .options = options,
	.min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "group-name", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
