/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/json.h"
#include "cli/storage.h"

#include <string.h>

static int all, inactive, details, only_name, only_uuid, filter;
static char *type_names;

static const struct poptOption options[] = {
	{ "all", 0, POPT_ARG_NONE, &all, 0, "pools that run and pools that do not", NULL },
	{ "inactive", 0, POPT_ARG_NONE, &inactive, 0, "pools that do not run", NULL },
	{ "persistent", 0, POPT_BIT_SET, &filter, 4, "pools that are defined", NULL },
	{ "transient", 0, POPT_BIT_SET, &filter, 8, "pools that run without being defined", NULL },
	{ "autostart", 0, POPT_BIT_SET, &filter, 16, "pools that start with the host", NULL },
	{ "no-autostart", 0, POPT_BIT_SET, &filter, 32, "pools that do not", NULL },
	{ "type", 0, POPT_ARG_STRING, &type_names, 0, "pools of these types", "TYPE,..." },
	{ "details", 0, POPT_ARG_NONE, &details, 0, "show more columns", NULL },
	{ "name", 0, POPT_ARG_NONE, &only_name, 0, "print names alone", NULL },
	{ "uuid", 0, POPT_ARG_NONE, &only_uuid, 0, "print UUIDs alone", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

/* libvirt's bits, from 64 on in this order */
static const char *const types[] = {
	"dir", "fs", "netfs", "logical", "disk", "iscsi", "scsi", "mpath", "rbd", "sheepdog", "gluster", "zfs", "vstorage", "iscsi-direct"
};

static int add_types(struct error *err)
{
	for (const char *at = type_names; at && *at; at += strspn(at, ",")) {
		size_t len = strcspn(at, ","), i;

		for (i = 0; i < ARRAY_LEN(types); i++)
			if (strlen(types[i]) == len && memcmp(types[i], at, len) == 0)
				break;
		if (i == ARRAY_LEN(types))
			return cli_usage(err, "there is no type of pool '%.*s'", (int)len, at);
		filter |= 64 << i;
		at += len;
	}
	return 0;
}

struct facts {
	wire_storage_pool_get_info_ret info;
	int active, autostart, persistent;
};

static int ask(struct cli_conn *conn, const void *ref, struct facts *f, struct error *err)
{
	if (cli_object_call(conn, &rpc_storage_pool_get_info, ref, sizeof(wire_storage_pool), 0, &f->info, err) < 0 ||
	    cli_object_ask(conn, &cli_pool, &rpc_storage_pool_is_active, ref, &f->active, err) < 0 ||
	    cli_object_ask(conn, &cli_pool, &rpc_storage_pool_get_autostart, ref, &f->autostart, err) < 0 ||
	    cli_object_ask(conn, &cli_pool, &rpc_storage_pool_is_persistent, ref, &f->persistent, err) < 0)
		return -1;
	return 0;
}

static json_t *json(const wire_storage_pool *pool, const struct facts *f)
{
	char uuid[UUID_TEXT];

	return json_pack("{s:o, s:s, s:s, s:b, s:b, s:I, s:I, s:I}", "name", cli_json_string(pool->name), "uuid",
			 uuid_format((const unsigned char *)pool->uuid, uuid), "state", cli_pool_state(f->info.state), "autostart", f->autostart,
			 "persistent", f->persistent, "capacity", (json_int_t)f->info.capacity, "allocation", (json_int_t)f->info.allocation,
			 "available", (json_int_t)f->info.available);
}

static int row(struct cli_table *table, const wire_storage_pool *pool, const struct facts *f, struct error *err)
{
	char sizes[3][CLI_SIZE_MAX] = { "-", "-", "-" };
	const char *cells[] = {
		pool->name, details ? cli_pool_state(f->info.state) : f->active ? "active" : "inactive", f->autostart ? "yes" : "no",
		f->persistent ? "yes" : "no", sizes[0], sizes[1], sizes[2]
	};

	if (f->active) {
		cli_size(sizes[0], f->info.capacity);
		cli_size(sizes[1], f->info.allocation);
		cli_size(sizes[2], f->info.available);
	}
	return cli_table_row(table, cells, err);
}

static int print(struct cli *cli, struct cli_conn *conn, const struct cli_objects *list, struct error *err)
{
	static const char *const titles[] = { "Name", "State", "Autostart", "Persistent", "Capacity", "Allocation", "Available" };
	json_t *array = cli->json ? json_array() : NULL;
	struct cli_table *table = array ? NULL : cli_table_new(cli, titles, details ? 7 : 3, err);
	int rc = array || table ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < list->n; i++) {
		struct facts f = { 0 };

		rc = ask(conn, cli_object_at(list, i), &f, err);
		if (rc == 0 && array)
			json_array_append_new(array, json(cli_object_at(list, i), &f));
		else if (rc == 0)
			rc = row(table, cli_object_at(list, i), &f, err);
	}
	if (table)
		cli_table_end(table);
	return array ? (cli_json_print(array, err) < 0 ? -1 : rc) : rc;
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given forms[] = { { "--name", only_name }, { "--uuid", only_uuid }, { "--details", details }, { NULL, 0 } };
	struct cli_objects list;
	struct cli_conn *conn;

	if (cli_at_most_one(forms, err) < 0 || add_types(err) < 0)
		return -1;
	filter |= all ? 0 : inactive ? 1 : 2;
	conn = cli_object_open(cli, &cli_pool, uses, err);
	if (!conn || cli_object_list(conn, &cli_pool, NULL, (unsigned)filter, &list, err) < 0)
		return -1;
	int rc = only_name || only_uuid ? cli_objects_print(cli, &list, only_uuid, err) : print(cli, conn, &list, err);
	cli_objects_clear(&list);
	return rc;
}

static const struct cli_program program = {
	.name = "pool-list", .summary = "list storage pools", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
