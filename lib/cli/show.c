/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/show.h"

#include "cli/json.h"

struct show {
	const char *key;
	cli_show_fn *fn;
	json_t *list;
};

static int one(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err)
{
	struct show *show = arg;
	char text[CLI_SHOW_MAX];
	const char *value = show->fn(guest, text, err);

	(void)conn;
	if (!value)
		return -1;
	if (!show->list) {
		cli_value(cli, value);
		return 0;
	}
	json_t *entry = json_object();
	json_object_set_new(entry, "name", cli_json_string(guest->name));
	json_object_set_new(entry, show->key, cli_json_string(value));
	return json_array_append_new(show->list, entry);
}

int cli_show(struct cli *cli, const char *key, cli_show_fn *fn, struct error *err)
{
	static const struct rpc_row uses[] = { RPC_ROW_END };
	struct show show = { .key = key, .fn = fn };
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);

	if (!conn)
		return -1;
	if (cli->json)
		show.list = json_array();
	int status = cli_guests_show(cli, conn, one, &show, err);
	if (cli->json && cli_json_print(show.list, err) < 0)
		return -1;
	return status;
}
