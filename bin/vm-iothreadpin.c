/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cpulist.h"
#include "cli/drivers.h"

static const struct poptOption options[] = { CLI_AFFECT, POPT_TABLEEND };

static const struct rpc_row uses[] = { HV(node_get_info), HV(domain_pin_iothread), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_pin_iothread_args args = { 0 };
	AUTO_FREE char *map = NULL;
	struct cli_conn *conn;
	uint64_t id;
	int cpus;

	if (cli_number(cli->args[1], UINT32_MAX, "number of an I/O thread", &id, err) < 0 || cli_affect_flags(&args.flags, err) < 0 ||
	    !(conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)) || (cpus = cli_host_cpus(conn, err)) < 0 ||
	    !(map = cli_cpulist_map(cli->args[2], cpus, &args.cpumap.cpumap_len, err)))
		return -1;
	args.dom = cli_domain(&guest);
	args.iothreads_id = (unsigned)id;
	args.cpumap.cpumap_val = map;
	return cli_change_call(cli, conn, &guest, &rpc_domain_pin_iothread, &args, err);
}

static const struct cli_program program = {
	.name = "vm-iothreadpin", .summary = "set where an I/O thread runs", .args = "GUEST IOTHREAD CPULIST",
	.options = options, .min_args = 3, .max_args = 3, .flags = CLI_GUESTS, .more = "iothread cpulist", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
