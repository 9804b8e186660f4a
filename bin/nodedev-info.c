/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"
#include "cli/record.h"

static const struct rpc_row uses[] = { RPC_ROW_END };

/* One mark of a device; what the other side does not know of its devices (a driver that defines none) is left out. */
static int mark(struct cli_conn *conn, const wire_node_device *dev, const struct rpc_proc *proc, const char *label, const char *key, struct cli_record *r,
		struct error *err)
{
	int value;

	if (cli_object_ask(conn, &cli_nodedev, proc, dev, &value, err) < 0)
		return err->code == ERR_NO_SUPPORT ? 0 : -1;
	cli_record_bool(r, label, key, value, "yes", "no");
	return 0;
}

static int facts(struct cli *cli, struct cli_conn *conn, const void *ref, struct cli_record *r, struct error *err)
{
	const wire_node_device *dev = ref;
	wire_node_device_get_parent_ret parent = { 0 };

	(void)cli;
	if (cli_object_call(conn, &rpc_node_device_get_parent, ref, sizeof(*dev), 0, &parent, err) < 0)
		return -1;
	cli_record_text(r, "Name", "name", dev->name);
	cli_record_text(r, "Parent", "parent", parent.parent_name ? *parent.parent_name : NULL);
	xdr_free(rpc_node_device_get_parent.ret, &parent);
	if (mark(conn, dev, &rpc_node_device_is_active, "Active", "active", r, err) < 0 ||
	    mark(conn, dev, &rpc_node_device_is_persistent, "Persistent", "persistent", r, err) < 0)
		return -1;
	return mark(conn, dev, &rpc_node_device_get_autostart, "Autostart", "autostart", r, err);
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
