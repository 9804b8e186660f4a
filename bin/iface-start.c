/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"
#include "interface/interface.h"

static const struct rpc_row uses[] = { IFACE_LOOKUPS, IFACE(interface_create), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_verb verb = { .proc = &rpc_interface_create, .done = "started" };

	return cli_object_each(cli, &cli_iface, uses, &verb, err);
}

static const struct cli_program program = {
	.name = "iface-start", .summary = "start host interfaces", .args = "INTERFACE...", .min_args = 1, .max_args = -1,
	.object = "interface", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
