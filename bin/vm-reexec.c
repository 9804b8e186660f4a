/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

#include "rpc/client.h"

static int all;

static const struct poptOption options[] = {
	{ "all", 0, POPT_ARG_NONE, &all, 0, "every guest that runs", NULL },
	POPT_TABLEEND
};

static int act(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err)
{
	struct rpc_conn *rpc = cli_guest_connect(conn, guest, err);

	(void)arg;
	if (!rpc)
		return -1;
	int rc = rpc_conn_call(rpc, &rpc_monitor_reexec, NULL, NULL, conn->hv.timeout_ms, err);
	cli_guest_disconnect(conn, rpc);
	if (rc == 0)
		cli_say(cli, "The supervisor of domain '%s' runs the installed program", guest->name);
	return rc;
}

static int run(struct cli *cli, struct error *err)
{
	static const struct rpc_row uses[] = { RPC_ROW_END };
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);

	if (!conn || cli_only_local(conn, "vm-reexec", err) < 0)
		return -1;
	return cli_guests(cli, conn, all, GUEST_LIST_ACTIVE, act, NULL, err);
}

static const struct cli_program program = {
	.name = "vm-reexec", .summary = "replace the program of running supervisors", .args = "GUEST...", .options = options, .max_args = -1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
