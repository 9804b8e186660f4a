/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"
#include "interface/interface.h"

static const struct rpc_row uses[] = { IFACE(interface_change_rollback), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_iface, uses, err);
	wire_interface_change_rollback_args args = { 0 };

	if (!conn || cli_call(conn, &rpc_interface_change_rollback, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Network config changes transaction rolled back");
	return EXIT_DONE;
}

static const struct cli_program program = {
	.name = "iface-rollback", .summary = "take back the changes to the host interfaces", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
