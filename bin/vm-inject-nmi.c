/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

static const struct rpc_row uses[] = { HV(domain_inject_nmi), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	wire_domain_inject_nmi_args args = { .dom = cli_domain(&guest) };

	return conn ? cli_call(conn, &rpc_domain_inject_nmi, &args, NULL, err) : -1;
}

static const struct cli_program program = {
	.name = "vm-inject-nmi", .summary = "send a non-maskable interrupt", .args = "GUEST", .min_args = 1, .max_args = 1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
