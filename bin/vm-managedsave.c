/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/job.h"

static int all, bypass_cache;
static unsigned flags;

static const struct poptOption options[] = {
	{ "all", 0, POPT_ARG_NONE, &all, 0, "every guest that runs", NULL },
	{ "bypass-cache", 0, POPT_ARG_NONE, &bypass_cache, 0, "write past the page cache", NULL },
	CLI_SAVED_OPTIONS,
	CLI_JOB_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_managed_save), CLI_JOB_USES, RPC_ROW_END };

static int act(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err)
{
	wire_domain_managed_save_args args = { .dom = cli_domain(guest), .flags = flags | (bypass_cache ? 1 : 0) };

	(void)arg;
	if (cli_job_call(cli, conn, guest, "Managedsave", &rpc_domain_managed_save, &args, err) < 0)
		return -1;
	cli_say(cli, "Domain '%s' saved", guest->name);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn;

	if (cli_saved_flags(&flags, err) < 0 || !(conn = cli_open(cli, uses, NULL, err)))
		return -1;
	return cli_guests(cli, conn, all, GUEST_LIST_ACTIVE | GUEST_LIST_PERSISTENT, act, NULL, err);
}

static const struct cli_program program = {
	.name = "vm-managedsave", .summary = "end guests so that their next start goes on where they were", .args = "GUEST...", .options = options,
	.max_args = -1, .flags = CLI_GUESTS | CLI_SLOW, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
