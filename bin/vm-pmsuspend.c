/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include <string.h>

static int64_t duration;

static const struct poptOption options[] = {
	{ "duration", 0, POPT_ARG_LONGLONG, &duration, 0, "wake it after so long; 0: by vm-pmwakeup or its own clock", "SECONDS" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_pm_suspend_for_duration), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	wire_domain_pm_suspend_for_duration_args args = { .dom = cli_domain(&guest) };

	if (duration < 0)
		return cli_usage(err, "--duration is a number of seconds");
	if (!conn || cli_sleep_target(cli->args[1], &args.target, err) < 0)
		return -1;
	args.duration = (uint64_t)duration;
	if (cli_call(conn, &rpc_domain_pm_suspend_for_duration, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Domain '%s' successfully suspended", guest.name);
	return 0;
}

static const struct cli_program program = {
	.name = "vm-pmsuspend", .summary = "put the system in a machine to sleep", .args = "GUEST TARGET", .options = options, .min_args = 2, .max_args = 2,
	.flags = CLI_GUESTS, .more = "target", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
