/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"

static const struct rpc_row uses[] = { HV(connect_get_sysinfo), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	wire_connect_get_sysinfo_args args = { 0 };
	wire_connect_get_sysinfo_ret ret = { 0 };
	int rc;

	if (!conn || cli_call(conn, &rpc_connect_get_sysinfo, &args, &ret, err) < 0)
		return -1;
	rc = cli_xml_print(cli, ret.sysinfo, err);
	free(ret.sysinfo);
	return rc;
}

static const struct cli_program program = {
	.name = "host-sysinfo", .summary = "print what the host's firmware says of the machine", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
