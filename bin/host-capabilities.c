/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/object.h"

static const struct poptOption options[] = {
	CLI_DUMPXML_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(connect_get_capabilities), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	wire_connect_get_capabilities_ret ret = { 0 };
	struct cli_conn *conn = cli_open(cli, uses, cli_drivers, err);

	if (!conn || cli_call(conn, &rpc_connect_get_capabilities, NULL, &ret, err) < 0)
		return -1;
	int rc = cli_dumpxml_print(cli, NULL, ret.capabilities, err);
	xdr_free(rpc_connect_get_capabilities.ret, &ret);
	return rc;
}

static const struct cli_program program = {
	.name = "host-capabilities", .summary = "print what host and driver can do", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
