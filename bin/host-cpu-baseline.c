/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cpu.h"
#include "cli/json.h"

static int features, migratable;

static const struct poptOption options[] = {
	{ "features", 0, POPT_ARG_NONE, &features, 0, "tell each feature of the model, too", NULL },
	{ "migratable", 0, POPT_ARG_NONE, &migratable, 0, "leave out features that prevent migration", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(connect_baseline_cpu), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	wire_connect_baseline_cpu_args args = { .flags = (features ? 1u : 0) | (migratable ? 2u : 0) };
	wire_connect_baseline_cpu_ret ret = { 0 };
	AUTO_CLI_CPUS struct cli_cpus cpus = { 0 };
	struct cli_conn *conn = cli_open_cpus(cli, uses, NULL, &cpus, err);

	if (!conn)
		return -1;
	args.xmlcp_us.xmlcp_us_val = cpus.items;
	args.xmlcp_us.xmlcp_us_len = cpus.n;
	if (cli_call(conn, &rpc_connect_baseline_cpu, &args, &ret, err) < 0)
		return error_wrap(err, "%s", cli->args[0]);
	int rc = cli_xml_print(cli, ret.cpu, err);
	xdr_free(rpc_connect_baseline_cpu.ret, &ret);
	return rc;
}

static const struct cli_program program = {
	.name = "host-cpu-baseline", .summary = "print the CPU that several hosts have in common", .args = "FILE", .options = options, .min_args = 1,
	.max_args = 1, .flags = CLI_FILES, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
