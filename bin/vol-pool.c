/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

#include <string.h>

static int uuid;

static const struct poptOption options[] = {
	{ "uuid", 0, POPT_ARG_NONE, &uuid, 0, "print the pool's UUID", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static char *value(struct cli_conn *conn, const void *ref, struct error *err)
{
	wire_storage_pool_lookup_by_volume_ret ret = { 0 };
	char text[UUID_TEXT];

	if (cli_object_call(conn, &rpc_storage_pool_lookup_by_volume, ref, sizeof(wire_storage_vol), 0, &ret, err) < 0)
		return NULL;
	char *name = strdup(uuid ? uuid_format((const unsigned char *)ret.pool.uuid, text) : ret.pool.name);
	xdr_free(rpc_storage_pool_lookup_by_volume.ret, &ret);
	return name;
}

static int run(struct cli *cli, struct error *err)
{
	return cli_object_show(cli, &cli_vol, uses, "pool", value, err);
}

static const struct cli_program program = {
	.name = "vol-pool", .summary = "print which pools volumes are in", .args = "VOL...", .options = options, .min_args = 1,
	.max_args = -1, .object = "vol", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
