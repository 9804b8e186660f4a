/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"

static int postcopy;

static const struct poptOption options[] = {
	{ "postcopy", 0, POPT_ARG_NONE, &postcopy, 0, "interrupt a migration in its post-copy phase", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_abort_job), HV(domain_abort_job_flags), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_abort_job_flags_args args = { .flags = 1 };   /* libvirt's VIR_DOMAIN_ABORT_JOB_POSTCOPY */
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);

	if (!conn)
		return -1;
	args.dom = cli_domain(&guest);
	/* older servers have the first form alone */
	return postcopy ? cli_call(conn, &rpc_domain_abort_job_flags, &args, NULL, err) : cli_call(conn, &rpc_domain_abort_job, &args, NULL, err);
}

static const struct cli_program program = {
	.name = "vm-jobabort", .summary = "cancel the job that a guest is at", .args = "GUEST", .options = options,
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
