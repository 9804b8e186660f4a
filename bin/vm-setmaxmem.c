/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/drivers.h"

static const struct poptOption options[] = { CLI_AFFECT, POPT_TABLEEND };

static const struct rpc_row uses[] = { HV(domain_set_memory_flags), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_set_memory_flags_args args = { 0 };
	struct cli_conn *conn;
	uint64_t size;

	if (cli_scaled(cli->args[1], 1024, 1024, &size, err) < 0 || cli_affect_flags(&args.flags, err) < 0 ||
	    !(conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	args.memory = size;
	args.flags |= 4;   /* libvirt's VIR_DOMAIN_MEM_MAXIMUM */
	return cli_change_call(cli, conn, &guest, &rpc_domain_set_memory_flags, &args, err);
}

static const struct cli_program program = {
	.name = "vm-setmaxmem", .summary = "change the most memory that a guest can have", .args = "GUEST SIZE",
	.options = options, .min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "size", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
