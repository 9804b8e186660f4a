/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cpu.h"
#include "cli/drivers.h"
#include "cli/json.h"
#include "conf/buf.h"

static char *model;
static int features, migratable;

static const struct poptOption options[] = {
	{ "features", 0, POPT_ARG_NONE, &features, 0, "tell each feature of the model, too", NULL },
	{ "migratable", 0, POPT_ARG_NONE, &migratable, 0, "leave out features that prevent migration", NULL },
	{ "model", 0, POPT_ARG_STRING, &model, 0, "of this model alone, in the place of FILE", "MODEL" },
	{ NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_emulator_options, 0, NULL, NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(connect_baseline_hypervisor_cpu), RPC_ROW_END };

/* The one CPU that --model names, without features of its own. */
static struct cli_conn *open_model(struct cli *cli, struct cli_cpus *cpus, struct error *err)
{
	struct buf text = { 0 };

	buf_str(&text, "<cpu><model>");
	buf_escaped(&text, model, false);
	buf_str(&text, "</model></cpu>");
	cpus->items = calloc(1, sizeof(*cpus->items));
	if (!cpus->items || !(cpus->items[cpus->n] = buf_finish(&text))) {
		error_set(err, ERR_NO_MEMORY, "the CPU");
		return NULL;
	}
	cpus->n++;
	return cli_open(cli, uses, cli_drivers, err);
}

static int run(struct cli *cli, struct error *err)
{
	wire_connect_baseline_hypervisor_cpu_args args = {
		.emulator = cli_emulator ? &cli_emulator : NULL, .arch = cli_arch ? &cli_arch : NULL, .machine = cli_machine ? &cli_machine : NULL,
		.virttype = cli_virttype ? &cli_virttype : NULL, .flags = (features ? 1u : 0) | (migratable ? 2u : 0),
	};
	wire_connect_baseline_hypervisor_cpu_ret ret = { 0 };
	AUTO_CLI_CPUS struct cli_cpus cpus = { 0 };
	struct cli_conn *conn;

	if (!model == !cli->n_args)
		return cli_usage(err, model ? "--model and FILE cannot be used together" : "FILE or --model is missing");
	conn = model ? open_model(cli, &cpus, err) : cli_open_cpus(cli, uses, cli_drivers, &cpus, err);

	if (!conn)
		return -1;
	args.xmlcp_us.xmlcp_us_val = cpus.items;
	args.xmlcp_us.xmlcp_us_len = cpus.n;
	if (cli_call(conn, &rpc_connect_baseline_hypervisor_cpu, &args, &ret, err) < 0)
		return error_wrap(err, "%s", model ? model : cli->args[0]);
	int rc = cli_xml_print(cli, ret.cpu, err);
	xdr_free(rpc_connect_baseline_hypervisor_cpu.ret, &ret);
	return rc;
}

static const struct cli_program program = {
	.name = "host-hypervisor-cpu-baseline", .summary = "print the CPU that guests of an emulator can have on several hosts", .args = "[FILE]", .options = options,
	.max_args = 1, .flags = CLI_FILES, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
