/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"

#include <inttypes.h>
#include <string.h>

static const struct rpc_row uses[] = { HV(node_suspend_for_duration), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	wire_node_suspend_for_duration_args args = { 0 };
	uint64_t seconds;

	if (!conn || cli_number(cli->args[1], UINT32_MAX, "number of seconds", &seconds, err) < 0 || cli_sleep_target(cli->args[0], &args.target, err) < 0)
		return -1;
	args.duration = seconds;
	if (cli_call(conn, &rpc_node_suspend_for_duration, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "The host has slept");
	return 0;
}

static const struct cli_program program = {
	.name = "host-suspend", .summary = "put the host to sleep for a time", .args = "TARGET SECONDS", .min_args = 2, .max_args = 2, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
