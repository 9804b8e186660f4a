/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"

#include "util/str.h"

static const struct rpc_row uses[] = { RPC_ROW_END };

/* One a line, or gathered. */
static void put(struct cli *cli, json_t *list, const char *uri)
{
	if (list)
		json_array_append_new(list, cli_json_string(uri));
	else
		cli_value(cli, uri);
}

static int local(struct cli *cli, struct cli_conn *conn, json_t *list, struct error *err)
{
	for (const struct hv_kind *k = hv_next(&conn->hv, NULL); k; k = hv_next(&conn->hv, k)) {
		AUTO_FREE char *uri = str_printf("%s:///%s", k->name, state_is_session() ? "session" : "system");
		if (!uri)
			return error_errno(err, "a URI");
		put(cli, list, uri);
	}
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	json_t *list = cli->json ? json_array() : NULL;
	wire_connect_get_uri_ret ret = { 0 };

	if (!conn)
		return -1;
	if (!cli_is_remote(conn)) {
		if (local(cli, conn, list, err) < 0)
			return -1;
	} else {
		if (cli_call(conn, &rpc_connect_get_uri, NULL, &ret, err) < 0)
			return -1;
		put(cli, list, ret.uri);
		xdr_free(rpc_connect_get_uri.ret, &ret);
	}
	return list ? cli_json_print(list, err) : 0;
}

static const struct cli_program program = {
	.name = "host-uri", .summary = "print the URI of the connection", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
