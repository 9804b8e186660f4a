/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/network.h"
#include "network/network.h"

static int disable;

static const struct poptOption options[] = {
	{ "disable", 0, POPT_ARG_NONE, &disable, 0, "take the mark away", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), NET(network_set_autostart), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_verb verb = { .proc = &rpc_network_set_autostart, .number = !disable,
					      .done = disable ? "unmarked as autostarted" : "marked as autostarted" };

	return cli_object_each(cli, &cli_network, uses, &verb, err);
}

static const struct cli_program program = {
	.name = "net-autostart", .summary = "let networks start with the host", .args = "NETWORK...", .options = options, .min_args = 1,
	.max_args = -1, .object = "network", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
