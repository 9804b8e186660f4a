/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cpulist.h"
#include "cli/drivers.h"

static const struct poptOption options[] = {
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(node_get_info), HV(domain_get_emulator_pin_info), HV(domain_pin_emulator), RPC_ROW_END };

static int show(struct cli *cli, struct cli_conn *conn, const struct guest *guest, unsigned flags, int cpus, struct error *err)
{
	wire_domain_get_emulator_pin_info_args args = { .dom = cli_domain(guest), .maplen = (int)cli_cpulist_bytes(cpus), .flags = flags };
	wire_domain_get_emulator_pin_info_ret ret = { 0 };
	struct cli_pins *pins;
	int rc;

	if (cli_call(conn, &rpc_domain_get_emulator_pin_info, &args, &ret, err) < 0)
		return -1;
	pins = cli_pins_new(cli, "emulator:", "emulator", err);
	rc = pins ? cli_pins_add(pins, "*:", ret.cpumaps.cpumaps_val, ret.cpumaps.cpumaps_len, err) : -1;
	xdr_free(rpc_domain_get_emulator_pin_info.ret, &ret);
	return pins && cli_pins_end(pins, err) == 0 ? rc : -1;
}

static int run(struct cli *cli, struct error *err)
{
	const char *list = cli->args[1];
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_pin_emulator_args args = { 0 };
	AUTO_FREE char *map = NULL;
	struct cli_conn *conn;
	int cpus;

	if (cli_affect_flags(&args.flags, err) < 0 || !(conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)) ||
	    (cpus = cli_host_cpus(conn, err)) < 0)
		return -1;
	if (!list)
		return show(cli, conn, &guest, args.flags, cpus, err);
	if (!(map = cli_cpulist_map(list, cpus, &args.cpumap.cpumap_len, err)))
		return -1;
	args.dom = cli_domain(&guest);
	args.cpumap.cpumap_val = map;
	return cli_change_call(cli, conn, &guest, &rpc_domain_pin_emulator, &args, err);
}

static const struct cli_program program = {
	.name = "vm-emulatorpin", .summary = "show or set where the threads of an emulator run", .args = "GUEST [CPULIST]",
	.options = options, .min_args = 1, .max_args = 2, .flags = CLI_GUESTS, .more = "cpulist", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
