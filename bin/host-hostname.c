/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"

static const struct rpc_row uses[] = { HV(connect_get_hostname), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	wire_connect_get_hostname_ret ret = { 0 };
	int rc = 0;

	if (!conn || cli_call(conn, &rpc_connect_get_hostname, NULL, &ret, err) < 0)
		return -1;
	if (cli->json)
		rc = cli_json_print(json_pack("{s:o}", "hostname", cli_json_string(ret.hostname)), err);
	else
		cli_value(cli, ret.hostname);
	xdr_free(rpc_connect_get_hostname.ret, &ret);
	return rc;
}

static const struct cli_program program = {
	.name = "host-hostname", .summary = "print the name of the host", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
