/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/drivers.h"

static const struct poptOption options[] = { CLI_AFFECT, POPT_TABLEEND };

static const struct rpc_row uses[] = { HV(domain_add_iothread), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_add_iothread_args args = { 0 };
	struct cli_conn *conn;
	uint64_t id;

	if (cli_number(cli->args[1], UINT32_MAX, "number of an I/O thread", &id, err) < 0 || cli_affect_flags(&args.flags, err) < 0 ||
	    !(conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	args.iothread_id = (unsigned)id;
	return cli_change_call(cli, conn, &guest, &rpc_domain_add_iothread, &args, err);
}

static const struct cli_program program = {
	.name = "vm-iothreadadd", .summary = "add an I/O thread to a guest", .args = "GUEST IOTHREAD", .options = options,
	.min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "id", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
