/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/params.h"

#include <string.h>

static const struct rpc_row uses[] = { HV(node_get_sev_info), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, cli_drivers, err);
	wire_node_get_sev_info_args args = { .flags = 4 };   /* VIR_TYPED_PARAM_STRING_OKAY */
	wire_node_get_sev_info_ret ret = { 0 };
	int rc;

	if (!conn || cli_call_counted(conn, &rpc_node_get_sev_info, &args, &args.nparams, &ret, sizeof(ret), &ret.nparams, err) < 0)
		return -1;
	rc = cli_params_print(cli, NULL, NULL, ret.params.params_val, ret.params.params_len, NULL, err);
	xdr_free(rpc_node_get_sev_info.ret, &ret);
	return rc;
}

static const struct cli_program program = {
	.name = "host-sevinfo", .summary = "print what the host has for confidential guests", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
