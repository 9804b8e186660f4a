/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

static int disable;

static const struct poptOption options[] = {
	{ "disable", 0, POPT_ARG_NONE, &disable, 0, "take the mark away", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_verb verb = { .proc = &rpc_node_device_set_autostart, .number = !disable, .done = disable ? "unmarked as autostarted" : "marked as autostarted" };

	return cli_object_each(cli, &cli_nodedev, uses, &verb, err);
}

static const struct cli_program program = {
	.name = "nodedev-autostart", .summary = "let host devices start with the host", .args = "DEVICE...", .options = options,
	.min_args = 1, .max_args = -1, .object = "device", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
