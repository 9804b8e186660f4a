/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/drivers.h"

static int enable, disable;

static const struct poptOption options[] = {
	{ "enable", 0, POPT_ARG_NONE, &enable, 0, "plug them in", NULL },
	{ "disable", 0, POPT_ARG_NONE, &disable, 0, "unplug them", NULL },
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_set_vcpu), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_set_vcpu_args args = { .cpumap = (char *)cli->args[1], .state = enable };
	struct cli_conn *conn;

	if (enable == disable)
		return cli_usage(err, "say either --enable or --disable");
	if (cli_affect_flags(&args.flags, err) < 0 || !(conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	return cli_change_call(cli, conn, &guest, &rpc_domain_set_vcpu, &args, err);
}

static const struct cli_program program = {
	.name = "vm-setvcpu", .summary = "plug in or unplug single virtual CPUs of a guest", .args = "GUEST VCPULIST", .options = options,
	.min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "vcpulist", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
