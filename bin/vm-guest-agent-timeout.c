/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

static int seconds = -1;

static const struct poptOption options[] = {
	{ "timeout", 0, POPT_ARG_INT, &seconds, 0, "-2 for ever, -1 (also without this option) the default of 5 seconds, else so many seconds", "SECONDS" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_agent_set_response_timeout), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	wire_domain_agent_set_response_timeout_args args = { .dom = cli_domain(&guest) };

	if (!conn)
		return -1;
	if (seconds < -2)
		return cli_usage(err, "--timeout: -2 is for ever, -1 the default, 0 no wait, else seconds");
	args.timeout = seconds;
	if (cli_call(conn, &rpc_domain_agent_set_response_timeout, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Agent response timeout set to %d", seconds);
	return 0;
}

static const struct cli_program program = {
	.name = "vm-guest-agent-timeout", .summary = "set how long a guest agent may take to answer", .args = "GUEST", .options = options, .min_args = 1, .max_args = 1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
