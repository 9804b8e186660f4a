/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"
#include "cli/record.h"

static const struct rpc_row uses[] = { RPC_ROW_END };

static int facts(struct cli *cli, struct cli_conn *conn, const void *ref, struct cli_record *r, struct error *err)
{
	const wire_node_device *dev = ref;
	wire_node_device_get_parent_ret parent = { 0 };
	int active, persistent, autostart;

	(void)cli;
	if (cli_object_call(conn, &rpc_node_device_get_parent, ref, sizeof(*dev), 0, &parent, err) < 0)
		return -1;
	cli_record_text(r, "Name", "name", dev->name);
	cli_record_text(r, "Parent", "parent", parent.parent_name ? *parent.parent_name : NULL);
	xdr_free(rpc_node_device_get_parent.ret, &parent);
	if (cli_object_ask(conn, &cli_nodedev, &rpc_node_device_is_active, ref, &active, err) < 0 ||
	    cli_object_ask(conn, &cli_nodedev, &rpc_node_device_is_persistent, ref, &persistent, err) < 0 ||
	    cli_object_ask(conn, &cli_nodedev, &rpc_node_device_get_autostart, ref, &autostart, err) < 0)
		return -1;
	cli_record_bool(r, "Active", "active", active, "yes", "no");
	cli_record_bool(r, "Persistent", "persistent", persistent, "yes", "no");
	cli_record_bool(r, "Autostart", "autostart", autostart, "yes", "no");
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	return cli_object_info(cli, &cli_nodedev, uses, facts, err);
}

static const struct cli_program program = {
	.name = "nodedev-info", .summary = "print a summary of host devices", .args = "DEVICE...", .min_args = 1, .max_args = -1,
	.object = "device", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
