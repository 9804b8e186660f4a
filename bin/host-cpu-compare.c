/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cpu.h"

static int fail, validate;

static const struct poptOption options[] = {
	{ "error", 0, POPT_ARG_NONE, &fail, 0, "take an incompatible CPU for an error that says what is in the way", NULL },
	{ "validate", 0, POPT_ARG_NONE, &validate, 0, "refuse elements that are not known", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(connect_compare_cpu), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	wire_connect_compare_cpu_args args = { .flags = (fail ? 1u : 0) | (validate ? 2u : 0) };
	wire_connect_compare_cpu_ret ret = { 0 };
	AUTO_CLI_CPUS struct cli_cpus cpus = { 0 };
	struct cli_conn *conn = cli_open_cpus(cli, uses, NULL, &cpus, err);

	if (!conn)
		return -1;
	args.xml = cpus.items[0];
	int rc = cli_call(conn, &rpc_connect_compare_cpu, &args, &ret, err);
	return rc < 0 ? error_wrap(err, "%s", cli->args[0]) : cli_compared(cli, cli->args[0], ret.result, "Host CPU", err);
}

static const struct cli_program program = {
	.name = "host-cpu-compare", .summary = "say whether this host has the CPU that a file describes", .args = "FILE", .options = options, .min_args = 1,
	.max_args = 1, .flags = CLI_FILES, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
