/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/iface.h"
#include "interface/interface.h"

#include <string.h>

static int no_start;

static const struct poptOption options[] = {
	{ "no-start", 0, POPT_ARG_NONE, &no_start, 0, "only define the interface", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = {
	IFACE_LOOKUPS, IFACE(interface_get_xml_desc), IFACE(interface_define_xml), IFACE(interface_create), IFACE(interface_is_active),
	IFACE(interface_destroy), IFACE(interface_undefine), RPC_ROW_END
};

/* The one member gets the bridge's addresses and start mode back. */
static int unbridge(struct cli *cli, struct cli_conn *conn, struct host_interface *def, const wire_interface *iface, struct error *err)
{
	struct host_interface *member;
	int active;

	if (def->type != HOST_INTERFACE_BRIDGE)
		return error_set(err, ERR_OPERATION_INVALID, "the interface '%s' is no bridge", iface->name);
	if (def->members.n != 1)
		return error_set(err, ERR_OPERATION_INVALID, "the bridge '%s' has %zu interfaces, not one", iface->name, def->members.n);
	member = def->members.items[0];
	if (cli_object_ask(conn, &cli_iface, &rpc_interface_is_active, iface, &active, err) < 0 ||
	    (active && cli_object_call(conn, &rpc_interface_destroy, iface, sizeof(*iface), 0, NULL, err) < 0) ||
	    cli_object_call(conn, &rpc_interface_undefine, iface, sizeof(*iface), 0, NULL, err) < 0)
		return -1;
	memcpy(&member->protocols, &def->protocols, sizeof(member->protocols));
	memset(&def->protocols, 0, sizeof(def->protocols));
	member->start = def->start;
	int rc = cli_iface_define(cli, conn, member, !no_start, err);
	if (rc == 0)
		cli_say(cli, "Device '%s' un-attached from bridge '%s'", member->name, iface->name);
	return rc;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_iface, uses, err);
	wire_interface iface = { 0 };

	if (!conn || cli_object_argument(cli, conn, &cli_iface, &iface, err) < 0)
		return -1;
	struct host_interface *def = cli_iface_read(conn, &iface, err);
	int rc = def ? unbridge(cli, conn, def, &iface, err) : -1;
	conf_free(&host_interface_elem, def);
	cli_object_clear(&cli_iface, &iface);
	return rc;
}

static const struct cli_program program = {
	.name = "iface-unbridge", .summary = "take the host interface out of a bridge", .args = "BRIDGE", .options = options,
	.min_args = 1, .max_args = 1, .object = "bridge", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
