/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit.h"
#include "cli/network.h"
#include "network/network.h"

static const struct poptOption options[] = {
	CLI_DEFINE_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), NET(network_port_create_xml), RPC_ROW_END };

static int create(struct cli *cli, struct cli_conn *conn, char *xml, struct error *err)
{
	wire_network_port_create_xml_args args = { .xml = xml, .flags = cli_validate_given() ? 2 : 0 };
	wire_network_port_create_xml_ret ret = { 0 };
	char text[UUID_TEXT];
	int rc;

	if (cli_object_find(conn, &cli_network, NULL, cli->args[0], &args.opt_network, err) < 0)
		return -1;
	rc = cli_call(conn, &rpc_network_port_create_xml, &args, &ret, err);
	if (rc == 0) {
		cli_say(cli, "Network port %s created from %s", uuid_format((const unsigned char *)ret.port.uuid, text), cli->args[1]);
		xdr_free(rpc_network_port_create_xml.ret, &ret);
	}
	cli_object_clear(&cli_network, &args.opt_network);
	return rc;
}

static int run(struct cli *cli, struct error *err)
{
	/* what is only printed needs no network */
	const char *file = cli->args[cli_print_xml_given() ? cli->n_args - 1 : 1];
	struct cli_conn *conn = NULL;
	AUTO_FREE char *xml = NULL;
	size_t len;
	int rc;

	if (!file)
		return cli_usage(err, "the file is missing");
	if ((!cli_print_xml_given() && !(conn = cli_object_open(cli, &cli_network, uses, err))) || cli_read_file(file, &xml, &len, err) < 0)
		return -1;
	rc = cli_document_check(cli, &network_port_document, file, xml, len, err);
	return rc ? rc < 0 ? -1 : EXIT_DONE : create(cli, conn, xml, err);
}

static const struct cli_program program = {
	.name = "net-port-create", .summary = "give a network a port", .args = "NETWORK FILE", .options = options, .min_args = 1,
	.max_args = 2, .object = "network", .more = "file", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
