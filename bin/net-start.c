/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/network.h"
#include "network/network.h"

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), NET(network_create), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_verb verb = { .proc = &rpc_network_create, .done = "started" };

	return cli_object_each(cli, &cli_network, uses, &verb, err);
}

static const struct cli_program program = {
	.name = "net-start", .summary = "start networks", .args = "NETWORK...", .min_args = 1,
	.max_args = -1, .object = "network", .flags = CLI_SLOW, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
