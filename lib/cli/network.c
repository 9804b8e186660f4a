/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/network.h"

const struct cli_object_type cli_network = {
	.noun = "network", .title = "Network", .missing = ERR_NO_NETWORK, .size = sizeof(wire_network),
	.name = offsetof(wire_network, name), .uuid = offsetof(wire_network, uuid),
	.lookups = { { &rpc_network_lookup_by_name, CLI_KEY_TEXT, false }, { &rpc_network_lookup_by_uuid, CLI_KEY_UUID, false } },
	.list = &rpc_connect_list_all_networks, .get_xml = &rpc_network_get_xml_desc,
};

const struct cli_object_type cli_network_port = {
	.noun = "network port", .title = "Network port", .missing = ERR_NO_NETWORK_PORT, .size = sizeof(wire_network_port),
	.name = CLI_NO_MEMBER, .uuid = offsetof(wire_network_port, uuid), .parent_size = sizeof(wire_network),
	.lookups = { { &rpc_network_port_lookup_by_uuid, CLI_KEY_UUID, true } },
	.list = &rpc_network_list_all_ports, .get_xml = &rpc_network_port_get_xml_desc,
};

int cli_network_port_find(const struct cli *cli, struct cli_conn *conn, wire_network_port *port, struct error *err)
{
	wire_network net = { 0 };
	int rc;

	if (cli_object_find(conn, &cli_network, NULL, cli->args[0], &net, err) < 0)
		return -1;
	rc = cli_object_find(conn, &cli_network_port, &net, cli->args[1], port, err);
	cli_object_clear(&cli_network, &net);
	return rc;
}
