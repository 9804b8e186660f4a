/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit.h"
#include "cli/network.h"
#include "network/network.h"

static int validate;

static const struct poptOption options[] = {
	{ "validate", 0, POPT_ARG_NONE, &validate, 0, "refuse what the format does not know", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), NET(network_port_create_xml), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_network, uses, err);
	wire_network_port_create_xml_args args = { .flags = validate ? 2 : 0 };
	wire_network_port_create_xml_ret ret = { 0 };
	AUTO_FREE char *xml = NULL;
	char text[UUID_TEXT];
	size_t len;
	int rc;

	if (!conn || cli_read_file(cli->args[1], &xml, &len, err) < 0 ||
	    cli_object_find(conn, &cli_network, NULL, cli->args[0], &args.opt_network, err) < 0)
		return -1;
	args.xml = xml;
	rc = cli_call(conn, &rpc_network_port_create_xml, &args, &ret, err);
	if (rc == 0) {
		cli_say(cli, "Network port %s created from %s", uuid_format((const unsigned char *)ret.port.uuid, text), cli->args[1]);
		xdr_free(rpc_network_port_create_xml.ret, &ret);
	}
	cli_object_clear(&cli_network, &args.opt_network);
	return rc;
}

static const struct cli_program program = {
	.name = "net-port-create", .summary = "give a network a port", .args = "NETWORK FILE", .options = options, .min_args = 2,
	.max_args = 2, .object = "network", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
