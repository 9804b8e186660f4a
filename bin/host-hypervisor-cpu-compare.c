/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cpu.h"
#include "cli/drivers.h"

static int fail, validate;

static const struct poptOption options[] = {
	{ "error", 0, POPT_ARG_NONE, &fail, 0, "take an incompatible CPU for an error that says what is in the way", NULL },
	{ "validate", 0, POPT_ARG_NONE, &validate, 0, "refuse elements that are not known", NULL },
	{ NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_emulator_options, 0, NULL, NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(connect_compare_hypervisor_cpu), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	wire_connect_compare_hypervisor_cpu_args args = {
		.emulator = cli_emulator ? &cli_emulator : NULL, .arch = cli_arch ? &cli_arch : NULL, .machine = cli_machine ? &cli_machine : NULL,
		.virttype = cli_virttype ? &cli_virttype : NULL, .flags = (fail ? 1u : 0) | (validate ? 2u : 0),
	};
	wire_connect_compare_hypervisor_cpu_ret ret = { 0 };
	AUTO_CLI_CPUS struct cli_cpus cpus = { 0 };
	struct cli_conn *conn = cli_open_cpus(cli, uses, cli_drivers, &cpus, err);

	if (!conn)
		return -1;
	args.xmlcpu = cpus.items[0];
	int rc = cli_call(conn, &rpc_connect_compare_hypervisor_cpu, &args, &ret, err);
	return rc < 0 ? error_wrap(err, "%s", cli->args[0]) : cli_compared(cli, cli->args[0], ret.result, "The CPU provided by hypervisor on the host", err);
}

static const struct cli_program program = {
	.name = "host-hypervisor-cpu-compare", .summary = "say whether guests of an emulator can have the CPU that a file describes", .args = "FILE", .options = options, .min_args = 1,
	.max_args = 1, .flags = CLI_FILES, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
