/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/params.h"

#include <string.h>

static char *enable, *disable;

static const struct poptOption options[] = {
	{ "enable", 0, POPT_ARG_STRING, &enable, 0, "count these", "LIST" },
	{ "disable", 0, POPT_ARG_STRING, &disable, 0, "count these no more", "LIST" },
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_perf_events), HV(domain_set_perf_events), RPC_ROW_END };

#define EVENTS_MAX WIRE_DOMAIN_PERF_EVENTS_MAX

static int take(char *list, bool on, wire_domain_set_perf_events_args *args, struct error *err)
{
	while (list) {
		char *word = strsep(&list, ",");
		if (args->params.params_len >= EVENTS_MAX)
			return cli_usage(err, "more than %d events", EVENTS_MAX);
		args->params.params_val[args->params.params_len++] = (wire_typed_param){
			.field = word, .value = { .type = WIRE_PARAM_BOOLEAN, .wire_typed_param_value_u.b = on },
		};
	}
	return 0;
}

static int show(struct cli *cli, struct cli_conn *conn, const struct guest *guest, unsigned flags, struct error *err)
{
	wire_domain_get_perf_events_args args = { .dom = cli_domain(guest), .flags = flags };
	wire_domain_get_perf_events_ret ret = { 0 };

	if (cli_call(conn, &rpc_domain_get_perf_events, &args, &ret, err) < 0)
		return -1;
	for (u_int i = 0; i < ret.params.params_len && !cli->json; i++) {
		const wire_typed_param *p = &ret.params.params_val[i];
		printf("%-15s: %s\n", p->field, p->value.wire_typed_param_value_u.b ? "enabled" : "disabled");
	}
	int rc = cli->json ? cli_params_print(cli, guest->name, NULL, ret.params.params_val, ret.params.params_len, NULL, err) : 0;
	xdr_free(rpc_domain_get_perf_events.ret, &ret);
	return rc;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_typed_param given[EVENTS_MAX];
	wire_domain_set_perf_events_args args = { .params = { 0, given } };
	struct cli_conn *conn;

	if (cli_affect_flags(&args.flags, err) < 0 || take(enable, true, &args, err) < 0 || take(disable, false, &args, err) < 0 ||
	    !(conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	if (!args.params.params_len)
		return show(cli, conn, &guest, args.flags, err);
	return cli_change_call(cli, conn, &guest, &rpc_domain_set_perf_events, &args, err);
}

static const struct cli_program program = {
	.name = "vm-perf", .summary = "show or switch the performance events of a guest", .args = "GUEST", .options = options,
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
