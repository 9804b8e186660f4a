/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cpu.h"
#include "cli/define.h"
#include "cli/drivers.h"

static int all;

static const struct poptOption options[] = {
	{ NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_emulator_options, 0, NULL, NULL },
	{ "all", 0, POPT_ARG_NONE, &all, 0, "those too that this host cannot run", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(connect_get_domain_capabilities), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	wire_connect_get_domain_capabilities_args args = {
		.emulatorbin = cli_emulator ? &cli_emulator : NULL, .arch = cli_arch ? &cli_arch : NULL, .machine = cli_machine ? &cli_machine : NULL,
		.virttype = cli_virttype ? &cli_virttype : NULL,
	};
	wire_connect_get_domain_capabilities_ret ret = { 0 };
	struct cli_conn *conn = cli_open(cli, uses, cli_drivers, err);
	int rc;

	if (!conn || cli_call(conn, &rpc_connect_get_domain_capabilities, &args, &ret, err) < 0)
		return -1;
	/* "unknown" is of emulators that do not tell */
	rc = cli_xpath(ret.capabilities, all ? "//cpu/mode[@name='custom']/model/text()" : "//cpu/mode[@name='custom']/model[@usable!='no']/text()", false, err);
	xdr_free(rpc_connect_get_domain_capabilities.ret, &ret);
	return rc;
}

static const struct cli_program program = {
	.name = "host-hypervisor-cpu-models", .summary = "print the CPU models that guests of an emulator can have", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
