/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/batch.h"

#include "util/str.h"

static char *order, *parallel_text, *timeout_text, *mode;
static int destroy, timeout_ms;
static unsigned flags;

static const struct poptOption options[] = {
	{ "order", 0, POPT_ARG_STRING, &order, 0, "shut these down last, one after the other in reverse", "NAME,..." },
	{ "parallel", 0, POPT_ARG_STRING, &parallel_text, 0, "so many of the others at a time, 0 (the default) is all", "N" },
	{ "mode", 0, POPT_ARG_STRING, &mode, 0, "how to ask: acpi, agent, initctl, signal, paravirt", "MODE" },
	{ "timeout", 0, POPT_ARG_STRING, &timeout_text, 0, "wait so long for each guest, 5m unless given", "TIME" },
	{ "destroy", 0, POPT_ARG_NONE, &destroy, 0, "destroy those that did not end in time", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = {
	HV(domain_shutdown_flags), HV(domain_resume), HV(domain_destroy_flags), RPC_ROW_END
};

static int force(struct cli *cli, struct cli_conn *conn, const struct guest *guest, struct error *err)
{
	wire_domain_destroy_flags_args args = { .dom = cli_domain(guest) };

	if (cli_call(conn, &rpc_domain_destroy_flags, &args, NULL, err) < 0)
		return err->code == ERR_OPERATION_INVALID || err->code == ERR_NO_DOMAIN ? 0 : -1;
	cli_say(cli, "Domain '%s' did not end in time and was destroyed", guest->name);
	return 0;
}

static int shut_down(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err)
{
	wire_domain_shutdown_flags_args args = { .dom = cli_domain(guest), .flags = flags };
	wire_domain_resume_args resume = { .dom = args.dom };
	struct error why = { 0 };

	(void)arg;
	/* a frozen guest could not react; that it goes on meanwhile by itself is as good */
	if (guest->state == GUEST_PAUSED && cli_call(conn, &rpc_domain_resume, &resume, NULL, &why) < 0)
		cli_warn(cli, "%s", why.text);
	if (cli_call(conn, &rpc_domain_shutdown_flags, &args, NULL, &why) < 0 ||
	    cli_wait(conn, guest->name, cli_has_ended, NULL, timeout_ms, &why) < 0) {
		if (why.code == ERR_OPERATION_INVALID || why.code == ERR_NO_DOMAIN)
			return 0;   /* it has ended by itself */
		if (destroy)
			return force(cli, conn, guest, err);
		*err = why;
		return -1;
	}
	cli_say(cli, "Domain '%s' has ended", guest->name);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_batch batch = { .order = order, .ordered_last = true, .timeout_ms = -1, .fn = shut_down };
	struct guest_list list = { 0 };
	uint64_t parallel = 0;

	if (cli_shutdown_mode(mode, &flags, err) < 0 || cli_timeout(timeout_text ? timeout_text : "5m", &timeout_ms, err) < 0)
		return -1;
	if (parallel_text && str_to_u64(parallel_text, 1024, &parallel) < 0)
		return cli_usage(err, "'%s' is not a number of guests (0 to 1024)", parallel_text);
	batch.parallel = (unsigned)parallel;
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	if (!conn || cli_list(conn, GUEST_LIST_ACTIVE, GUEST_WANT_UUID, &list, err) < 0)
		return -1;
	int status = cli_batch(cli, conn, &list, &batch, err);
	guest_list_free(&list);
	return status;
}

static const struct cli_program program = {
	.name = "vm-shutdown-all", .summary = "shut down all guests", .options = options, .flags = CLI_SLOW, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
