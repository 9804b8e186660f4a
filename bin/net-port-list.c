/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/network.h"
#include "network/network.h"

static int only_uuid, table_form;

static const struct poptOption options[] = {
	{ "uuid", 0, POPT_ARG_NONE, &only_uuid, 0, "print UUIDs alone", NULL },
	{ "table", 0, POPT_ARG_NONE, &table_form, 0, "print a table (the default)", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), NET(network_list_all_ports), RPC_ROW_END };

static int print(struct cli *cli, const struct cli_objects *list, struct error *err)
{
	static const char *const titles[] = { "UUID" };
	struct cli_table *table = cli_table_new(cli, titles, 1, err);
	int rc = table ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < list->n; i++) {
		const wire_network_port *port = cli_object_at(list, i);
		char text[UUID_TEXT];
		const char *cells[] = { uuid_format((const unsigned char *)port->uuid, text) };

		rc = cli_table_row(table, cells, err);
	}
	if (table)
		cli_table_end(table);
	return rc;
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given forms[] = { { "--uuid", only_uuid }, { "--table", table_form }, { NULL, 0 } };
	struct cli_conn *conn;
	struct cli_objects list;
	wire_network net = { 0 };
	int rc;

	if (cli_at_most_one(forms, err) < 0)
		return -1;
	conn = cli_object_open(cli, &cli_network, uses, err);
	if (!conn || cli_object_find(conn, &cli_network, NULL, cli->args[0], &net, err) < 0)
		return -1;
	rc = cli_object_list(conn, &cli_network_port, &net, 0, &list, err);
	if (rc == 0) {
		rc = only_uuid || cli->json ? cli_objects_print(cli, &list, true, err) : print(cli, &list, err);
		cli_objects_clear(&list);
	}
	cli_object_clear(&cli_network, &net);
	return rc;
}

static const struct cli_program program = {
	.name = "net-port-list", .summary = "list the ports of a network", .args = "NETWORK", .options = options, .min_args = 1,
	.max_args = 1, .object = "network", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
