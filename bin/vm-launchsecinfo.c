/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/params.h"

static const struct rpc_row uses[] = { HV(domain_get_launch_security_info), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	wire_domain_get_launch_security_info_args args = { .dom = cli_domain(&guest) };
	wire_domain_get_launch_security_info_ret ret = { 0 };
	int r;

	if (!conn || cli_call(conn, &rpc_domain_get_launch_security_info, &args, &ret, err) < 0)
		return -1;
	if (!ret.params.params_len)
		cli_say(cli, "'%s' is no confidential guest: there is nothing to tell of its launch", guest.name);
	r = cli_params_print(cli, guest.name, NULL, ret.params.params_val, ret.params.params_len, NULL, err);
	xdr_free(rpc_domain_get_launch_security_info.ret, &ret);
	return r;
}

static const struct cli_program program = {
	.name = "vm-launchsecinfo", .summary = "show how a confidential guest was launched", .args = "GUEST", .min_args = 1, .max_args = 1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
