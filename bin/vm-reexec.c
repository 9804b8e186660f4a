/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

#include "rpc/client.h"

static int all;

static const struct poptOption options[] = {
	{ "all", 0, POPT_ARG_NONE, &all, 0, "every guest that runs", NULL },
	POPT_TABLEEND
};

/* The new program is at work when it answers. */
static int answers(const struct guest *guest, void *arg, struct error *err)
{
	struct cli_conn *conn = arg;
	struct error why = { 0 };
	wire_connect_get_lib_version_ret version = { 0 };

	if (!guest || !guest_is_active(guest))
		return error_set(err, ERR_OPERATION_FAILED, "the guest has ended meanwhile");
	struct rpc_conn *rpc = cli_guest_connect(conn, guest, &why);
	int rc = rpc ? rpc_conn_call(rpc, &rpc_connect_get_lib_version, NULL, &version, conn->hv.timeout_ms, &why) : -1;
	cli_guest_disconnect(conn, rpc);
	return rc == 0;
}

/* A program that replaces itself cannot answer: it closes the connection. An error is an answer. */
static int replace(struct cli_conn *conn, const struct guest *guest, struct error *err)
{
	struct error why = { 0 };
	struct rpc_conn *rpc = cli_guest_connect(conn, guest, err);

	if (!rpc)
		return -1;
	int rc = rpc_conn_call(rpc, &rpc_monitor_reexec, NULL, NULL, conn->hv.timeout_ms, &why);
	cli_guest_disconnect(conn, rpc);
	if (rc < 0 && why.code != ERR_NO_CONNECT) {
		*err = why;
		return -1;
	}
	return cli_wait(conn, guest->name, answers, conn, conn->hv.timeout_ms, err);
}

static int act(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err)
{
	(void)arg;
	if (replace(conn, guest, err) < 0)
		return -1;
	cli_say(cli, "The supervisor of domain '%s' runs the installed program", guest->name);
	return 0;
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
