/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/drivers.h"

#include <string.h>

static const struct poptOption options[] = { CLI_AFFECT, POPT_TABLEEND };

static const struct rpc_row uses[] = { HV(domain_set_lifecycle_action), RPC_ROW_END };

/* By libvirt's virDomainLifecycle and virDomainLifecycleAction. */
static const char *const types[] = { "poweroff", "reboot", "crash", NULL };
static const char *const actions[] = { "destroy", "restart", "rename-restart", "preserve", "coredump-destroy", "coredump-restart", NULL };

static int find(const char *const *words, const char *word, const char *what, unsigned *number, struct error *err)
{
	for (*number = 0; words[*number]; (*number)++)
		if (!strcmp(words[*number], word))
			return 0;
	return cli_usage(err, "'%.100s' is no %s", word, what);
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_set_lifecycle_action_args args = { 0 };
	struct cli_conn *conn;

	if (find(types, cli->args[1], "event (poweroff, reboot, crash)", &args.type, err) < 0 ||
	    find(actions, cli->args[2], "action (destroy, restart, preserve ...)", &args.action, err) < 0 ||
	    cli_affect_flags(&args.flags, err) < 0 || !(conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	return cli_change_call(cli, conn, &guest, &rpc_domain_set_lifecycle_action, &args, err);
}

static const struct cli_program program = {
	.name = "vm-set-lifecycle-action", .summary = "set what follows when a guest ends", .args = "GUEST TYPE ACTION",
	.options = options, .min_args = 3, .max_args = 3, .flags = CLI_GUESTS, .more = "type action", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
