/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/json.h"
#include "cli/storage.h"

static int details;

static const struct poptOption options[] = {
	{ "details", 0, POPT_ARG_NONE, &details, 0, "show type and sizes", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int row(struct cli_conn *conn, const wire_storage_vol *vol, struct cli_table *table, json_t *array, struct error *err)
{
	wire_storage_vol_get_info_ret info = { 0 };
	char sizes[2][CLI_SIZE_MAX];
	AUTO_FREE char *path = cli_vol_path(conn, vol, err);

	if (!path || ((details || array) && cli_object_call(conn, &rpc_storage_vol_get_info, vol, sizeof(*vol), 0, &info, err) < 0))
		return -1;
	if (array)
		return json_array_append_new(array, json_pack("{s:o, s:o, s:s, s:I, s:I}", "name", cli_json_string(vol->name), "path",
							      cli_json_string(path), "type", cli_vol_type(info.type), "capacity",
							      (json_int_t)info.capacity, "allocation", (json_int_t)info.allocation));
	const char *cells[] = {
		vol->name, path, cli_vol_type(info.type), cli_size(sizes[0], info.capacity), cli_size(sizes[1], info.allocation)
	};
	return cli_table_row(table, cells, err);
}

static int run(struct cli *cli, struct error *err)
{
	static const char *const titles[] = { "Name", "Path", "Type", "Capacity", "Allocation" };
	struct cli_conn *conn = cli_object_open(cli, &cli_pool, uses, err);
	const wire_storage_pool *pool = conn ? cli_pool_find(conn, cli->args[0], err) : NULL;
	struct cli_objects list;

	if (!pool || cli_object_list(conn, &cli_vol, pool, 0, &list, err) < 0)
		return -1;
	json_t *array = cli->json ? json_array() : NULL;
	struct cli_table *table = array ? NULL : cli_table_new(cli, titles, details ? 5 : 2, err);
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
	.name = "vol-list", .summary = "list the volumes of a storage pool", .args = "POOL", .options = options, .min_args = 1,
	.max_args = 1, .object = "pool", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
