/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/nwfilter.h"
#include "nwfilter/nwfilter.h"

static const struct rpc_row uses[] = { NWF(nwfilter_binding_lookup_by_port_dev), NWF(nwfilter_binding_delete), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_verb verb = { .proc = &rpc_nwfilter_binding_delete, .done = "deleted" };

	return cli_object_each(cli, &cli_nwfilter_binding, uses, &verb, err);
}

static const struct cli_program program = {
	.name = "nwfilter-binding-delete", .summary = "take packet filters away from ports", .args = "PORT...", .min_args = 1,
	.max_args = -1, .object = "binding", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
