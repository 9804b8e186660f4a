/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"

static const struct rpc_row uses[] = { HV(domain_set_block_threshold), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_set_block_threshold_args args = { .dev = (char *)cli->args[1] };
	struct cli_conn *conn;

	if (cli_scaled(cli->args[2], 1, 1, &args.threshold, err) < 0 || !(conn = cli_open_guest(cli, uses, NULL, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	return cli_call(conn, &rpc_domain_set_block_threshold, &args, NULL, err);
}

static const struct cli_program program = {
	.name = "vm-blkthreshold", .summary = "have an event told when a disk is written to beyond a place", .args = "GUEST DISK BYTES", .min_args = 3,
	.max_args = 3, .flags = CLI_GUESTS, .more = "dev threshold", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
