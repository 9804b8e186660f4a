/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/nwfilter.h"
#include "nwfilter/nwfilter.h"

static const struct poptOption options[] = {
	CLI_DUMPXML_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { NWF(nwfilter_lookup_by_name), NWF(nwfilter_lookup_by_uuid), NWF(nwfilter_get_xml_desc), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	return cli_object_dumpxml(cli, &cli_nwfilter, uses, 0, err);
}

static const struct cli_program program = {
	.name = "nwfilter-dumpxml", .summary = "print the definition of a packet filter", .args = "FILTER", .options = options, .min_args = 1,
	.max_args = 1, .object = "nwfilter", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
