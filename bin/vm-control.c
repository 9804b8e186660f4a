/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/json.h"

static const struct rpc_row uses[] = { HV(domain_get_control_info), RPC_ROW_END };

/* libvirt's virDomainControlState */
static const char *const states[] = { "ok", "background job", "occupied", "error" };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_get_control_info_args args = { 0 };
	wire_domain_get_control_info_ret ret = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	const char *state;

	if (!conn)
		return -1;
	args.dom = cli_domain(&guest);
	if (cli_call(conn, &rpc_domain_get_control_info, &args, &ret, err) < 0)
		return -1;
	state = ret.state < ARRAY_LEN(states) ? states[ret.state] : "?";
	if (cli->json)
		return cli_json_print(json_pack("{s:s, s:f}", "state", state, "seconds", (double)ret.state_time / 1000), err);
	if (ret.state_time)
		printf("%s (%.3fs)\n", state, (double)ret.state_time / 1000);
	else
		puts(state);
	return 0;
}

static const struct cli_program program = {
	.name = "vm-control", .summary = "print the state of the control channel to a guest", .args = "GUEST", .min_args = 1,
	.max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
