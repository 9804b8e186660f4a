/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

static const struct poptOption options[] = {
	CLI_DUMPXML_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_pool, uses, err);
	wire_connect_get_storage_pool_capabilities_args args = { 0 };
	wire_connect_get_storage_pool_capabilities_ret ret = { 0 };

	if (!conn || cli_call(conn, &rpc_connect_get_storage_pool_capabilities, &args, &ret, err) < 0)
		return -1;
	int rc = cli_dumpxml_print(cli, "capabilities", ret.capabilities, err);
	xdr_free(rpc_connect_get_storage_pool_capabilities.ret, &ret);
	return rc;
}

static const struct cli_program program = {
	.name = "pool-capabilities", .summary = "print what types of storage pools there are", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
