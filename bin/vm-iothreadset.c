/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/params.h"

static char *given[5];

static const struct poptOption options[] = {
	{ "poll-max-ns", 0, POPT_ARG_STRING, &given[0], 0, "how long it polls at most, in nanoseconds", "NUMBER" },
	{ "poll-grow", 0, POPT_ARG_STRING, &given[1], 0, "how its polling grows", "NUMBER" },
	{ "poll-shrink", 0, POPT_ARG_STRING, &given[2], 0, "how its polling shrinks", "NUMBER" },
	{ "thread-pool-min", 0, POPT_ARG_STRING, &given[3], 0, "the fewest threads of its pool", "NUMBER" },
	{ "thread-pool-max", 0, POPT_ARG_STRING, &given[4], 0, "the most threads of its pool", "NUMBER" },
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_set_iothread_params), RPC_ROW_END };

static const wire_typed_param known[] = {
	{ .field = (char *)"poll_max_ns", .value = { .type = WIRE_PARAM_ULLONG } },
	{ .field = (char *)"poll_grow", .value = { .type = WIRE_PARAM_UINT } },
	{ .field = (char *)"poll_shrink", .value = { .type = WIRE_PARAM_UINT } },
	{ .field = (char *)"thread_pool_min", .value = { .type = WIRE_PARAM_INT } },
	{ .field = (char *)"thread_pool_max", .value = { .type = WIRE_PARAM_INT } },
};

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_typed_param params[ARRAY_LEN(known)];
	wire_domain_set_iothread_params_args args = { .params = { 0, params } };
	struct cli_conn *conn;
	uint64_t id;

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (given[i] && cli_param_from_text(given[i], &known[i], &params[args.params.params_len++], err) < 0)
			return -1;
	if (!args.params.params_len)
		return cli_usage(err, "there is nothing to set");
	if (cli_number(cli->args[1], UINT32_MAX, "number of an I/O thread", &id, err) < 0 || cli_affect_flags(&args.flags, err) < 0 ||
	    !(conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	args.iothread_id = (unsigned)id;
	return cli_change_call(cli, conn, &guest, &rpc_domain_set_iothread_params, &args, err);
}

static const struct cli_program program = {
	.name = "vm-iothreadset", .summary = "tune an I/O thread", .args = "GUEST IOTHREAD", .options = options, .min_args = 2,
	.max_args = 2, .flags = CLI_GUESTS, .more = "id", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
