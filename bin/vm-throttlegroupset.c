/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/iotune.h"

static const struct poptOption options[] = { CLI_IOTUNE, CLI_AFFECT, POPT_TABLEEND };

static const struct rpc_row uses[] = { HV(domain_set_throttle_group), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_typed_param params[CLI_IOTUNE_FIELDS];
	wire_domain_set_throttle_group_args args = { .group = (char *)cli->args[1], .params = { 0, params } };
	struct cli_conn *conn;

	for (const struct cli_param *p = cli_iotune_fields; p->field; p++) {
		wire_typed_param *out = &params[args.params.params_len];

		if (!*p->given)
			continue;
		*out = (wire_typed_param){ .field = (char *)p->field, .value = { .type = WIRE_PARAM_ULLONG } };
		if (p->kind == CLI_PARAM_BYTES ? cli_scaled(*p->given, 1, 1, &out->value.wire_typed_param_value_u.ul, err) < 0
					       : cli_number(*p->given, INT64_MAX, p->field, &out->value.wire_typed_param_value_u.ul, err) < 0)
			return -1;
		args.params.params_len++;
	}
	if (cli_affect_flags(&args.flags, err) < 0 || !(conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	return cli_change_call(cli, conn, &guest, &rpc_domain_set_throttle_group, &args, err);
}

static const struct cli_program program = {
	.name = "vm-throttlegroupset", .summary = "make or change limits that disks share", .args = "GUEST GROUP", .options = options,
	.min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "group-name", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
