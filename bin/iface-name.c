/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"
#include "interface/interface.h"

#include <string.h>

static const struct rpc_row uses[] = { IFACE_LOOKUPS, RPC_ROW_END };

static char *value(struct cli_conn *conn, const void *ref, struct error *err)
{
	const wire_interface *object = ref;

	(void)conn;
	(void)err;
	return strdup(object->name);
}

static int run(struct cli *cli, struct error *err)
{
	return cli_object_show(cli, &cli_iface, uses, "name", value, err);
}

static const struct cli_program program = {
	.name = "iface-name", .summary = "print the names of host interfaces", .args = "INTERFACE...", .min_args = 1, .max_args = -1,
	.object = "interface", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
