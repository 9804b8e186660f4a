/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/console.h"
#include "cli/guests.h"
#include "hypervisor/supervisor.h"
#include "lxc/lxc.h"
#include "state/state.h"
#include "util/process.h"

#include <string.h>

static int all, console, paused, autodestroy, host_root, bypass_cache, force_boot, reset_nvram;

static const struct poptOption options[] = {
	{ "all", 0, POPT_ARG_NONE, &all, 0, "every guest that is defined and does not run", NULL },
	{ "console", 0, POPT_ARG_NONE, &console, 0, "join the console at once", NULL },
	{ "paused", 0, POPT_ARG_NONE, &paused, 0, "leave the guest paused", NULL },
	{ "autodestroy", 0, POPT_ARG_NONE, &autodestroy, 0, "destroy the guest when this program ends", NULL },
	{ "host-root", 0, POPT_ARG_NONE, &host_root, 0, "a container without a root file system may have the host's", NULL },
	{ "bypass-cache", 0, POPT_ARG_NONE, &bypass_cache, 0, "read saved memory past the page cache", NULL },
	{ "force-boot", 0, POPT_ARG_NONE, &force_boot, 0, "boot afresh, discard saved memory", NULL },
	{ "reset-nvram", 0, POPT_ARG_NONE, &reset_nvram, 0, "set firmware variables back to their template", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_create_with_flags), RPC_ROW_END };

/* libvirt's virDomainCreateFlags, and ours */
static unsigned flags(void)
{
	return (paused ? HV_START_PAUSED : 0) | (autodestroy ? HV_START_AUTODESTROY : 0) | (bypass_cache ? 4 : 0) |
	       (force_boot ? 8 : 0) | (reset_nvram ? 32 : 0) | (host_root ? HV_START_HOST_ROOT : 0);
}

static int start(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err)
{
	wire_domain_create_with_flags_args args = { .dom = cli_domain(guest), .flags = flags() };

	(void)arg;
	if (cli_call(conn, &rpc_domain_create_with_flags, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Domain '%s' started", guest->name);
	if (lxc_session_lacks() && !strcmp(guest->kind->name, "lxc"))
		cli_warn(cli, "%s: it runs %s", guest->name, lxc_session_lacks());
	if (console || autodestroy)
		return cli_attend(cli, conn, guest->name, console, autodestroy, err);
	return 0;
}

static int lxc_supervisor(int argc, char **argv)
{
	lxc_session_enter(argc, argv);
	return supervisor_main(argc, argv, &lxc_supervisor_driver);
}

/* This program is the containers' supervisor, too, under another name (see the Makefile): a copy of this process becomes it. The supervisor's holder
 * starts it under a third one. */
static const struct hv_supervisor own[] = { { "lxc", lxc_supervisor }, { NULL, NULL } };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn;

	if ((console || autodestroy) && (all || cli->n_args > 1))
		return cli_usage(err, "%s is for one guest only", console ? "--console" : "--autodestroy");
	state_keep_open();
	conn = cli_open(cli, uses, NULL, err);
	if (!conn || (host_root && cli_only_local(conn, "--host-root", err) < 0))
		return -1;
	conn->hv.supervisors = own;
	return cli_guests(cli, conn, all, GUEST_LIST_INACTIVE, start, NULL, err);
}

static const struct cli_program program = {
	.name = "vm-start", .summary = "start guests", .args = "GUEST...", .options = options, .max_args = -1,
	.flags = CLI_GUESTS | CLI_SLOW, .run = run,
};

int main(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;

	if (argc && !strcmp(slash ? slash + 1 : argv[0], "lxc-supervisor"))
		return lxc_supervisor(argc, argv);
	if (argc && !strcmp(argv[0], "lxc-hand"))
		return lxc_hand_main(argc, argv);
	process_keep_arguments(argv);
	return cli_main(argc, argv, &program);
}
