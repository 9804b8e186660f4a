/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/rows.h"

#include "cli/json.h"

#include <inttypes.h>

#define COLUMNS_MAX 16

struct cli_rows {
	struct cli_table *table;
	json_t *list;
	const char *const *keys;
	size_t n;
};

struct cli_rows *cli_rows_new(struct cli *cli, const char *const *titles, const char *const *keys, size_t n, struct error *err)
{
	struct cli_rows *rows = calloc(1, sizeof(*rows));

	if (!rows) {
		error_errno(err, "the table");
		return NULL;
	}
	*rows = (struct cli_rows){ .keys = keys, .n = n };
	if (cli->json)
		rows->list = json_array();
	else
		rows->table = cli_table_new(cli, titles, n, err);
	if (rows->list || rows->table)
		return rows;
	free(rows);
	return NULL;
}

int cli_rows_add(struct cli_rows *rows, const char *const *cells, struct error *err)
{
	const char *shown[COLUMNS_MAX];

	if (rows->table) {
		for (size_t i = 0; i < rows->n; i++)
			shown[i] = cells[i] ? cells[i] : "-";
		return cli_table_row(rows->table, shown, err);
	}
	json_t *row = json_object();
	for (size_t i = 0; i < rows->n; i++)
		json_object_set_new(row, rows->keys[i], cli_json_string(cells[i]));
	return json_array_append_new(rows->list, row) < 0 ? error_set(err, ERR_NO_MEMORY, "out of memory") : 0;
}

int cli_rows_end(struct cli_rows *rows, struct error *err)
{
	int rc = 0;

	if (rows->table)
		cli_table_end(rows->table);
	else
		rc = cli_json_print(rows->list, err);
	free(rows);
	return rc;
}

bool cli_rows_json(const struct cli_rows *rows)
{
	return rows->list != NULL;
}

int cli_counters(struct cli *cli, const char *device, const struct cli_counter *counters, size_t n, struct error *err)
{
	json_t *object = cli->json ? json_object() : NULL;

	if (object && device)
		json_object_set_new(object, "device", cli_json_string(device));
	for (size_t i = 0; i < n; i++) {
		if (counters[i].value < 0)
			continue;
		if (object) {
			json_object_set_new(object, counters[i].name, json_integer(counters[i].value));
			continue;
		}
		if (device && *device) {
			cli_put_safe(stdout, device);
			putchar(' ');
		}
		printf("%s %" PRId64 "\n", counters[i].name, counters[i].value);
	}
	return object ? cli_json_print(object, err) : 0;
}
