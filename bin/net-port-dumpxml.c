/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/network.h"
#include "network/network.h"

static const struct poptOption options[] = {
	CLI_DUMPXML_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), NET(network_port_lookup_by_uuid), NET(network_port_get_xml_desc), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_network, uses, err);
	wire_network_port port = { 0 };
	AUTO_FREE char *xml = NULL;

	if (!conn || cli_network_port_find(cli, conn, &port, err) < 0)
		return -1;
	xml = cli_object_xml(conn, &cli_network_port, &port, 0, err);
	cli_object_clear(&cli_network_port, &port);
	return xml ? cli_dumpxml_print(cli, cli->args[1], xml, err) : -1;
}

static const struct cli_program program = {
	.name = "net-port-dumpxml", .summary = "print the XML of a port of a network", .args = "NETWORK PORT", .options = options, .min_args = 2,
	.max_args = 2, .object = "network", .more = "port", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
