/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/nwfilter.h"
#include "nwfilter/nwfilter.h"

static const struct rpc_row uses[] = { NWF(nwfilter_lookup_by_name), NWF(nwfilter_lookup_by_uuid), NWF(nwfilter_undefine), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_verb verb = { .proc = &rpc_nwfilter_undefine, .done = "undefined" };

	return cli_object_each(cli, &cli_nwfilter, uses, &verb, err);
}

static const struct cli_program program = {
	.name = "nwfilter-undefine", .summary = "forget packet filters", .args = "FILTER...", .min_args = 1,
	.max_args = -1, .object = "nwfilter", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
