/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/batch.h"
#include "network/network.h"

#include "util/str.h"

static char *order, *parallel_text, *timeout_text;
static int force;

static const struct poptOption options[] = {
	{ "order", 0, POPT_ARG_STRING, &order, 0, "start these first, one after the other", "NAME,..." },
	{ "parallel", 0, POPT_ARG_STRING, &parallel_text, 0, "start so many of the others at a time, 2 unless given", "N" },
	{ "timeout", 0, POPT_ARG_STRING, &timeout_text, 0, "give up after this long (seconds, or with ms, s, m, h)", "TIME" },
	{ "force", 0, POPT_ARG_NONE, &force, 0, "also when it was done since the host booted", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_create_with_flags), NET(connect_list_all_networks), NET(network_create), RPC_ROW_END };

/* libvirt's VIR_CONNECT_LIST_NETWORKS_INACTIVE and _AUTOSTART. */
enum { INACTIVE = 1, AUTOSTART = 16 };

/* Networks first, as guests are plugged into them. One that cannot start keeps nobody else from it: *failed. */
static int start_networks(struct cli *cli, struct cli_conn *conn, bool *failed, struct error *err)
{
	wire_connect_list_all_networks_args args = { .need_results = 1, .flags = INACTIVE | AUTOSTART };
	wire_connect_list_all_networks_ret ret = { 0 };

	if (cli_call(conn, &rpc_connect_list_all_networks, &args, &ret, err) < 0)
		return -1;
	for (u_int i = 0; i < ret.nets.nets_len; i++) {
		wire_network_create_args net = { .net = ret.nets.nets_val[i] };
		struct error why = { 0 };

		if (cli_call(conn, &rpc_network_create, &net, NULL, &why) == 0) {
			cli_say(cli, "Network %s started", net.net.name);
		} else if (why.code != ERR_OPERATION_INVALID) {   /* else somebody was faster */
			cli_warn(cli, "%s", why.text);
			*failed = true;
		}
	}
	xdr_free(rpc_connect_list_all_networks.ret, &ret);
	return 0;
}

static int start(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err)
{
	wire_domain_create_with_flags_args args = { .dom = cli_domain(guest) };

	(void)arg;
	if (cli_call(conn, &rpc_domain_create_with_flags, &args, NULL, err) < 0)
		return err->code == ERR_OPERATION_INVALID ? 0 : -1;   /* somebody else was faster */
	cli_say(cli, "Domain '%s' started", guest->name);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_batch batch = { .order = order, .fn = start };
	struct guest_list list = { 0 };
	uint64_t parallel = 2;
	bool failed = false;

	if (cli_timeout(timeout_text, &batch.timeout_ms, err) < 0)
		return -1;
	if (parallel_text && str_to_u64(parallel_text, 1024, &parallel) < 0)
		return cli_usage(err, "'%s' is not a number of guests (0 to 1024)", parallel_text);
	batch.parallel = (unsigned)parallel;
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	if (!conn || cli_only_local(conn, "vm-autostart-all", err) < 0)
		return -1;
	int done = force ? 0 : state_autostart_is_done(err);
	if (done < 0)
		return -1;
	if (done > 0) {
		cli_say(cli, "Done already since the host booted (--force does it again)");
		return cli_batch(cli, conn, &list, &batch, err);   /* of none */
	}
	if (!state_is_session() && start_networks(cli, conn, &failed, err) < 0)
		return -1;
	if (cli_list(conn, GUEST_LIST_INACTIVE | GUEST_LIST_AUTOSTART, GUEST_WANT_UUID, &list, err) < 0)
		return -1;
	int status = cli_batch(cli, conn, &list, &batch, err);
	guest_list_free(&list);
	if (status >= 0 && state_autostart_mark(err) < 0)
		return -1;
	return status == EXIT_DONE && failed ? EXIT_PARTLY : status;
}

static const struct cli_program program = {
	.name = "vm-autostart-all", .summary = "start the networks and guests that start with the host", .options = options, .flags = CLI_SLOW, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
