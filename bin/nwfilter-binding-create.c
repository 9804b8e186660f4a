/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/nwfilter.h"
#include "nwfilter/nwfilter.h"

static const struct poptOption options[] = {
	CLI_DEFINE_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { NWF(nwfilter_binding_create_xml), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_define how = {
		.proc = &rpc_nwfilter_binding_create_xml, .validate = 1, .done = "created", .document = &nwfilter_binding_document
	};

	return cli_object_define(cli, &cli_nwfilter_binding, uses, &how, err);
}

static const struct cli_program program = {
	.name = "nwfilter-binding-create", .summary = "put packet filters to work on ports", .args = "FILE...", .options = options, .min_args = 1,
	.max_args = -1, .flags = CLI_FILES, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
