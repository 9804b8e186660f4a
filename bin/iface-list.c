/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/json.h"
#include "cli/object.h"
#include "interface/interface.h"

static int all, inactive;

static const struct poptOption options[] = {
	{ "inactive", 0, POPT_ARG_NONE, &inactive, 0, "interfaces that are down", NULL },
	{ "all", 0, POPT_ARG_NONE, &all, 0, "interfaces that are up and that are down", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { IFACE(connect_list_all_interfaces), IFACE(interface_is_active), RPC_ROW_END };

static int row(struct cli_conn *conn, const wire_interface *iface, struct cli_table *table, json_t *array, struct error *err)
{
	int active;

	if (cli_object_ask(conn, &cli_iface, &rpc_interface_is_active, iface, &active, err) < 0)
		return -1;
	if (array)
		return json_array_append_new(array, json_pack("{s:o, s:b, s:o}", "name", cli_json_string(iface->name), "active", active, "mac",
							      cli_json_string(iface->mac)));
	const char *cells[] = { iface->name, active ? "active" : "inactive", iface->mac };
	return cli_table_row(table, cells, err);
}

static int run(struct cli *cli, struct error *err)
{
	static const char *const titles[] = { "Name", "State", "MAC Address" };
	struct cli_conn *conn = cli_object_open(cli, &cli_iface, uses, err);
	struct cli_objects list;

	if (!conn || cli_object_list(conn, &cli_iface, NULL, all ? 3 : inactive ? 1 : 2, &list, err) < 0)
		return -1;
	json_t *array = cli->json ? json_array() : NULL;
	struct cli_table *table = array ? NULL : cli_table_new(cli, titles, 3, err);
	int rc = array || table ? 0 : -1;
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = row(conn, cli_object_at(&list, i), table, array, err);
	if (table)
		cli_table_end(table);
	if (array && cli_json_print(array, err) < 0)
		rc = -1;
	cli_objects_clear(&list);
	return rc;
}

static const struct cli_program program = {
	.name = "iface-list", .summary = "list host interfaces", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
