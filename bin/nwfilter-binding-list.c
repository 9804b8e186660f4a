/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/nwfilter.h"
#include "cli/rows.h"
#include "nwfilter/nwfilter.h"

static const struct rpc_row uses[] = { NWF(connect_list_all_nwfilter_bindings), RPC_ROW_END };

static int print(struct cli *cli, const struct cli_objects *list, struct error *err)
{
	static const char *const titles[] = { "Port Dev", "Filter" }, *const keys[] = { "port", "filter" };
	struct cli_rows *rows = cli_rows_new(cli, titles, keys, ARRAY_LEN(keys), err);
	int rc = rows ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < list->n; i++) {
		const wire_nwfilter_binding *o = cli_object_at(list, i);
		const char *cells[] = { o->portdev, o->filtername };

		rc = cli_rows_add(rows, cells, err);
	}
	return rows && cli_rows_end(rows, err) < 0 ? -1 : rc;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_nwfilter_binding, uses, err);
	struct cli_objects list;
	int rc;

	if (!conn || cli_object_list(conn, &cli_nwfilter_binding, NULL, 0, &list, err) < 0)
		return -1;
	rc = print(cli, &list, err);
	cli_objects_clear(&list);
	return rc;
}

static const struct cli_program program = {
	.name = "nwfilter-binding-list", .summary = "list filter bindings", .min_args = 0,
	.max_args = 0, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
