/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

#include <string.h>

static const struct poptOption options[] = {
	CLI_POOL_OPTION,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static char *value(struct cli_conn *conn, const void *ref, struct error *err)
{
	const wire_storage_vol *object = ref;

	(void)conn;
	(void)err;
	return strdup(object->key);
}

static int run(struct cli *cli, struct error *err)
{
	return cli_object_show(cli, &cli_vol, uses, "key", value, err);
}

static const struct cli_program program = {
	.name = "vol-key", .summary = "print the keys of volumes", .args = "VOL...", .options = options, .min_args = 1, .max_args = -1,
	.object = "vol", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
