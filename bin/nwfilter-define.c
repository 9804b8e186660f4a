/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/nwfilter.h"
#include "nwfilter/nwfilter.h"

static const struct poptOption options[] = {
	CLI_DEFINE_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { NWF(nwfilter_define_xml), NWF(nwfilter_define_xml_flags), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_define how = {
		.proc = cli_validate_given() ? &rpc_nwfilter_define_xml_flags : &rpc_nwfilter_define_xml, .validate = cli_validate_given() ? 1 : 0, .done = "defined", .document = &nwfilter_document
	};

	return cli_object_define(cli, &cli_nwfilter, uses, &how, err);
}

static const struct cli_program program = {
	.name = "nwfilter-define", .summary = "define packet filters from XML", .args = "FILE...", .options = options, .min_args = 1,
	.max_args = -1, .flags = CLI_FILES, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
