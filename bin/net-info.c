/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/network.h"
#include "cli/record.h"
#include "network/network.h"

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), NET(network_is_active), NET(network_is_persistent), NET(network_get_autostart), NET(network_get_bridge_name), RPC_ROW_END };

static int facts(struct cli *cli, struct cli_conn *conn, const void *ref, struct cli_record *r, struct error *err)
{
	const wire_network *net = ref;
	struct error none = { 0 };
	char uuid[UUID_TEXT];
	char *bridge = NULL;
	int active, persistent, autostart;

	(void)cli;
	if (cli_object_ask(conn, &cli_network, &rpc_network_is_active, ref, &active, err) < 0 ||
	    cli_object_ask(conn, &cli_network, &rpc_network_is_persistent, ref, &persistent, err) < 0 ||
	    cli_object_ask(conn, &cli_network, &rpc_network_get_autostart, ref, &autostart, err) < 0)
		return -1;
	cli_record_text(r, "Name", "name", net->name);
	cli_record_text(r, "UUID", "uuid", uuid_format((const unsigned char *)net->uuid, uuid));
	cli_record_bool(r, "Active", "active", active, "yes", "no");
	cli_record_bool(r, "Persistent", "persistent", persistent, "yes", "no");
	cli_record_bool(r, "Autostart", "autostart", autostart, "yes", "no");
	/* not every network has one */
	if (cli_object_call(conn, &rpc_network_get_bridge_name, ref, sizeof(*net), 0, &bridge, &none) == 0)
		cli_record_text(r, "Bridge", "bridge", bridge);
	free(bridge);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	return cli_object_info(cli, &cli_network, uses, facts, err);
}

static const struct cli_program program = {
	.name = "net-info", .summary = "print a summary of networks", .args = "NETWORK...", .min_args = 1,
	.max_args = -1, .object = "network", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
