/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/record.h"
#include "cli/storage.h"

#include <inttypes.h>

static int bytes;

static const struct poptOption options[] = {
	{ "bytes", 0, POPT_ARG_NONE, &bytes, 0, "print sizes in bytes", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static void size(struct cli_record *r, const char *label, const char *key, uint64_t value)
{
	char text[CLI_SIZE_MAX];

	if (bytes)
		snprintf(text, sizeof(text), "%" PRIu64, value);
	cli_record_number(r, label, key, (long long)value, bytes ? text : cli_size(text, value));
}

static int facts(struct cli *cli, struct cli_conn *conn, const void *ref, struct cli_record *r, struct error *err)
{
	const wire_storage_pool *pool = ref;
	wire_storage_pool_get_info_ret info = { 0 };
	char uuid[UUID_TEXT];
	int persistent, autostart;

	(void)cli;
	if (cli_object_call(conn, &rpc_storage_pool_get_info, ref, sizeof(*pool), 0, &info, err) < 0 ||
	    cli_object_ask(conn, &cli_pool, &rpc_storage_pool_is_persistent, ref, &persistent, err) < 0 ||
	    cli_object_ask(conn, &cli_pool, &rpc_storage_pool_get_autostart, ref, &autostart, err) < 0)
		return -1;
	cli_record_text(r, "Name", "name", pool->name);
	cli_record_text(r, "UUID", "uuid", uuid_format((const unsigned char *)pool->uuid, uuid));
	cli_record_text(r, "State", "state", cli_pool_state(info.state));
	cli_record_bool(r, "Persistent", "persistent", persistent, "yes", "no");
	cli_record_bool(r, "Autostart", "autostart", autostart, "yes", "no");
	if (info.state == 2 || info.state == 3) {   /* running, degraded */
		size(r, "Capacity", "capacity", info.capacity);
		size(r, "Allocation", "allocation", info.allocation);
		size(r, "Available", "available", info.available);
	}
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	return cli_object_info(cli, &cli_pool, uses, facts, err);
}

static const struct cli_program program = {
	.name = "pool-info", .summary = "print a summary of storage pools", .args = "POOL...", .options = options, .min_args = 1,
	.max_args = -1, .object = "pool", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
