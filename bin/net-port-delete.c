/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/network.h"
#include "network/network.h"

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), NET(network_port_lookup_by_uuid), NET(network_port_delete), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_network, uses, err);
	wire_network_port port = { 0 };
	int rc;

	if (!conn || cli_network_port_find(cli, conn, &port, err) < 0)
		return -1;
	rc = cli_object_call(conn, &rpc_network_port_delete, &port, sizeof(port), 0, NULL, err);
	cli_object_clear(&cli_network_port, &port);
	if (rc == 0)
		cli_say(cli, "Network port %s deleted", cli->args[1]);
	return rc;
}

static const struct cli_program program = {
	.name = "net-port-delete", .summary = "take a port of a network away", .args = "NETWORK PORT", .min_args = 2,
	.max_args = 2, .object = "network", .more = "port", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
