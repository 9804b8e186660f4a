/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/iface.h"
#include "interface/interface.h"

#include <string.h>

static int no_stp, no_start;
static char *delay;

static const struct poptOption options[] = {
	{ "no-stp", 0, POPT_ARG_NONE, &no_stp, 0, "without the spanning tree protocol", NULL },
	{ "delay", 0, POPT_ARG_STRING, &delay, 0, "seconds before a port forwards (default: 0)", "SECONDS" },
	{ "no-start", 0, POPT_ARG_NONE, &no_start, 0, "only define the bridge", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { IFACE_LOOKUPS, IFACE(interface_get_xml_desc), IFACE(interface_define_xml), IFACE(interface_create), RPC_ROW_END };

/* The bridge gets the addresses and the start mode, the interface keeps the rest. */
static int bridge(struct cli *cli, struct cli_conn *conn, struct host_interface *def, struct error *err)
{
	struct host_interface *members[] = { def };
	struct host_interface br = { .type = HOST_INTERFACE_BRIDGE, .name = (char *)cli->args[1], .start = def->start, .mtu = def->mtu };

	memcpy(&br.protocols, &def->protocols, sizeof(br.protocols));
	memset(&def->protocols, 0, sizeof(def->protocols));
	def->start = 0;
	br.members.items = members;
	br.members.n = 1;
	br.bridge.stp = no_stp ? CONF_OFF : CONF_ON;
	br.bridge.delay = delay ? delay : (char *)"0";
	int rc = cli_iface_define(cli, conn, &br, !no_start, err);
	memcpy(&def->protocols, &br.protocols, sizeof(br.protocols));
	return rc;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_iface, uses, err);
	wire_interface iface = { 0 };

	if (!conn || cli_object_argument(cli, conn, &cli_iface, &iface, err) < 0)
		return -1;
	struct host_interface *def = cli_iface_read(conn, &iface, err);
	int rc = def && def->type == HOST_INTERFACE_BRIDGE ?
		 error_set(err, ERR_OPERATION_INVALID, "the interface '%s' is a bridge itself", iface.name) : def ? bridge(cli, conn, def, err) : -1;
	if (rc == 0)
		cli_say(cli, "Created bridge '%s' with attached device '%s'", cli->args[1], iface.name);
	conf_free(&host_interface_elem, def);
	cli_object_clear(&cli_iface, &iface);
	return rc;
}

static const struct cli_program program = {
	.name = "iface-bridge", .summary = "put a host interface into a new bridge", .args = "INTERFACE BRIDGE", .options = options,
	.min_args = 2, .max_args = 2, .object = "interface", .more = "bridge", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
