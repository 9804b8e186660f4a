/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cpulist.h"

#include "cli/json.h"
#include "conf/conf.h"

#include <string.h>

struct cli_pins {
	struct cli *cli;
	struct cli_table *table;
	json_t *list;
	const char *key;
};

int cli_host_cpus(struct cli_conn *conn, struct error *err)
{
	wire_node_get_info_ret info = { 0 };

	if (cli_call(conn, &rpc_node_get_info, NULL, &info, err) < 0)
		return -1;
	/* those that are not online count too */
	return info.nodes * info.sockets * info.cores * info.threads;
}

char *cli_cpulist_map(const char *text, int cpus, u_int *len, struct error *err)
{
	AUTO_FREE struct conf_bitmap *set = NULL;
	struct error why = { 0 };
	char *map;

	if (strcmp(text, "r") != 0 && !(set = conf_bitmap_parse(text, CONF_BITMAP_MAX, &why))) {
		cli_usage(err, "'%.100s' is no list of CPUs (such as 0-3,^2; r is all)", text);
		return NULL;
	}
	*len = cli_cpulist_bytes(set && (int)set->bits > cpus ? (int)set->bits : cpus);
	map = calloc(1, *len + 1);
	if (!map) {
		error_errno(err, "the list of CPUs");
		return NULL;
	}
	for (unsigned i = 0; i < *len * 8; i++)
		if (set ? conf_bitmap_test(set, i) : (int)i < cpus)
			map[i / 8] |= (char)(1 << i % 8);
	return map;
}

char *cli_cpulist_text(const char *map, size_t len, struct error *err)
{
	AUTO_BUF struct buf out = { 0 };
	char *text;

	buf_str(&out, "");
	for (size_t i = 0; i < len * 8; i++) {
		size_t from = i;
		if (!(map[i / 8] & 1 << i % 8))
			continue;
		while (i + 1 < len * 8 && map[(i + 1) / 8] & 1 << (i + 1) % 8)
			i++;
		buf_printf(&out, from == i ? "%s%zu" : "%s%zu-%zu", out.len ? "," : "", from, i);
	}
	text = buf_finish(&out);
	if (!text)
		error_set(err, ERR_NO_MEMORY, "the list of CPUs");
	return text;
}

struct cli_pins *cli_pins_new(struct cli *cli, const char *title, const char *key, struct error *err)
{
	const char *titles[] = { title, "CPU Affinity" };
	struct cli_pins *pins = calloc(1, sizeof(*pins));

	if (!pins) {
		error_errno(err, "the table");
		return NULL;
	}
	*pins = (struct cli_pins){ .cli = cli, .key = key };
	if (cli->json)
		pins->list = json_array();
	else
		pins->table = cli_table_new(cli, titles, 2, err);
	if (pins->list || pins->table)
		return pins;
	free(pins);
	return NULL;
}

int cli_pins_add(struct cli_pins *pins, const char *label, const char *map, size_t len, struct error *err)
{
	AUTO_FREE char *text = cli_cpulist_text(map, len, err);
	const char *cells[] = { label, text };
	char *end;
	long number = strtol(label, &end, 10);

	if (!text)
		return -1;
	if (!pins->list)
		return cli_table_row(pins->table, cells, err);
	json_t *row = json_object();
	json_object_set_new(row, pins->key, *end ? cli_json_string(label) : json_integer(number));
	json_object_set_new(row, "cpus", cli_json_string(text));
	return json_array_append_new(pins->list, row) < 0 ? error_set(err, ERR_NO_MEMORY, "out of memory") : 0;
}

int cli_pins_end(struct cli_pins *pins, struct error *err)
{
	int rc = 0;

	if (pins->table)
		cli_table_end(pins->table);
	else
		rc = cli_json_print(pins->list, err);
	free(pins);
	return rc;
}
