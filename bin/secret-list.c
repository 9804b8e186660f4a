/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/json.h"
#include "cli/object.h"
#include "conf/secret.h"
#include "secret/secret.h"
#include "util/str.h"

static int filter;

static const struct poptOption options[] = {
	{ "ephemeral", 0, POPT_BIT_SET, &filter, 1, "secrets that are never stored", NULL },
	{ "no-ephemeral", 0, POPT_BIT_SET, &filter, 2, "secrets that are stored", NULL },
	{ "private", 0, POPT_BIT_SET, &filter, 4, "secrets that are told to nobody", NULL },
	{ "no-private", 0, POPT_BIT_SET, &filter, 8, "secrets that are told", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { SECRET(connect_list_all_secrets), RPC_ROW_END };

static int row(const wire_secret *secret, struct cli_table *table, json_t *array, struct error *err)
{
	bool known = secret->usage_type >= 0 && secret->usage_type <= SECRET_USAGE_VTPM;
	const char *usage = known ? cli_secret_usages[secret->usage_type] : "unknown";
	char uuid[UUID_TEXT];

	uuid_format((const unsigned char *)secret->uuid, uuid);
	if (array)
		return json_array_append_new(array, json_pack("{s:s, s:s, s:o}", "uuid", uuid, "usage", usage, "id", cli_json_string(secret->usage_id)));
	AUTO_FREE char *text = secret->usage_type ? str_printf("%s %s", usage, secret->usage_id) : strdup("Unused");
	const char *cells[] = { uuid, text };
	return text ? cli_table_row(table, cells, err) : error_errno(err, "%s", uuid);
}

static int run(struct cli *cli, struct error *err)
{
	static const char *const titles[] = { "UUID", "Usage" };
	struct cli_conn *conn = cli_object_open(cli, &cli_secret, uses, err);
	struct cli_objects list;

	if (!conn || cli_object_list(conn, &cli_secret, NULL, (unsigned)filter, &list, err) < 0)
		return -1;
	json_t *array = cli->json ? json_array() : NULL;
	struct cli_table *table = array ? NULL : cli_table_new(cli, titles, 2, err);
	int rc = array || table ? 0 : -1;
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = row(cli_object_at(&list, i), table, array, err);
	if (table)
		cli_table_end(table);
	if (array && cli_json_print(array, err) < 0)
		rc = -1;
	cli_objects_clear(&list);
	return rc;
}

static const struct cli_program program = {
	.name = "secret-list", .summary = "list secrets", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
