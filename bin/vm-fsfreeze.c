/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"

static const struct rpc_row uses[] = { HV(domain_fsfreeze), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	wire_domain_fsfreeze_args args = { .dom = cli_domain(&guest) };
	wire_domain_fsfreeze_ret ret = { 0 };
	int r = 0;

	if (!conn)
		return -1;
	args.mountpoints.mountpoints_val = (char **)(cli->args + 1);
	args.mountpoints.mountpoints_len = (unsigned)cli->n_args - 1;
	if (cli_call(conn, &rpc_domain_fsfreeze, &args, &ret, err) < 0)
		return -1;
	if (cli->json)
		r = cli_json_print(json_pack("{s:o, s:i}", "name", cli_json_string(guest.name), "filesystems", ret.filesystems), err);
	cli_say(cli, "Froze %d filesystem(s)", ret.filesystems);
	xdr_free(rpc_domain_fsfreeze.ret, &ret);
	return r;
}

static const struct cli_program program = {
	.name = "vm-fsfreeze", .summary = "freeze a guest's file systems", .args = "GUEST [MOUNTPOINT...]", .min_args = 1, .max_args = -1,
	.flags = CLI_GUESTS, .more = "mountpoint", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
