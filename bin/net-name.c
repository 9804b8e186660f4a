/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/network.h"
#include "network/network.h"

#include <string.h>

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), RPC_ROW_END };

static char *value(struct cli_conn *conn, const void *ref, struct error *err)
{
	const wire_network *net = ref;

	(void)conn;
	(void)err;
	return strdup(net->name);
}

static int run(struct cli *cli, struct error *err)
{
	return cli_object_show(cli, &cli_network, uses, "name", value, err);
}

static const struct cli_program program = {
	.name = "net-name", .summary = "print the names of networks", .args = "NETWORK...", .min_args = 1,
	.max_args = -1, .object = "network", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
