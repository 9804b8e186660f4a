/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/json.h"
#include "cli/network.h"
#include "network/network.h"

static int all, inactive, only_name, only_uuid, table_form, filter;

static const struct poptOption options[] = {
	{ "all", 0, POPT_ARG_NONE, &all, 0, "networks that run and networks that do not", NULL },
	{ "inactive", 0, POPT_ARG_NONE, &inactive, 0, "networks that do not run", NULL },
	{ "persistent", 0, POPT_BIT_SET, &filter, 4, "networks that are defined", NULL },
	{ "transient", 0, POPT_BIT_SET, &filter, 8, "networks that run without being defined", NULL },
	{ "autostart", 0, POPT_BIT_SET, &filter, 16, "networks that start with the host", NULL },
	{ "no-autostart", 0, POPT_BIT_SET, &filter, 32, "networks that do not", NULL },
	{ "name", 0, POPT_ARG_NONE, &only_name, 0, "print names alone", NULL },
	{ "uuid", 0, POPT_ARG_NONE, &only_uuid, 0, "print UUIDs alone", NULL },
	{ "table", 0, POPT_ARG_NONE, &table_form, 0, "print a table (the default)", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = {
	NET(connect_list_all_networks), NET(network_is_active), NET(network_get_autostart), NET(network_is_persistent), RPC_ROW_END
};

struct facts {
	int active, autostart, persistent;
};

static int ask(struct cli_conn *conn, const void *ref, struct facts *f, struct error *err)
{
	return cli_object_ask(conn, &cli_network, &rpc_network_is_active, ref, &f->active, err) < 0 ||
	       cli_object_ask(conn, &cli_network, &rpc_network_get_autostart, ref, &f->autostart, err) < 0 ||
	       cli_object_ask(conn, &cli_network, &rpc_network_is_persistent, ref, &f->persistent, err) < 0 ? -1 : 0;
}

static json_t *json(const wire_network *net, const struct facts *f)
{
	char uuid[UUID_TEXT];

	return json_pack("{s:o, s:s, s:s, s:b, s:b}", "name", cli_json_string(net->name), "uuid", uuid_format((const unsigned char *)net->uuid, uuid),
			 "state", f->active ? "active" : "inactive", "autostart", f->autostart, "persistent", f->persistent);
}

static int print(struct cli *cli, struct cli_conn *conn, const struct cli_objects *list, struct error *err)
{
	static const char *const titles[] = { "Name", "State", "Autostart", "Persistent" };
	json_t *array = cli->json ? json_array() : NULL;
	struct cli_table *table = array ? NULL : cli_table_new(cli, titles, 4, err);
	int rc = array || table ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < list->n; i++) {
		const wire_network *net = cli_object_at(list, i);
		struct facts f = { 0 };
		struct error why = { 0 };

		/* it may just have gone */
		if (ask(conn, net, &f, &why) < 0) {
			if (why.code == ERR_NO_NETWORK)
				continue;
			*err = why;
			rc = -1;
		} else if (array) {
			json_array_append_new(array, json(net, &f));
		} else {
			const char *cells[] = { net->name, f.active ? "active" : "inactive", f.autostart ? "yes" : "no", f.persistent ? "yes" : "no" };
			rc = cli_table_row(table, cells, err);
		}
	}
	if (table)
		cli_table_end(table);
	return array ? (cli_json_print(array, err) < 0 ? -1 : rc) : rc;
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given forms[] = { { "--name", only_name }, { "--uuid", only_uuid }, { "--table", table_form }, { NULL, 0 } };
	struct cli_objects list;
	struct cli_conn *conn;

	if (cli_at_most_one(forms, err) < 0)
		return -1;
	filter |= all ? 0 : inactive ? 1 : 2;
	conn = cli_object_open(cli, &cli_network, uses, err);
	if (!conn || cli_object_list(conn, &cli_network, NULL, (unsigned)filter, &list, err) < 0)
		return -1;
	int rc = only_name || only_uuid ? cli_objects_print(cli, &list, only_uuid, err) : print(cli, conn, &list, err);
	cli_objects_clear(&list);
	return rc;
}

static const struct cli_program program = {
	.name = "net-list", .summary = "list networks", .options = options, .min_args = 0,
	.max_args = 0, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
