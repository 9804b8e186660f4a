/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/nwfilter.h"
#include "nwfilter/nwfilter.h"

static const struct rpc_row uses[] = { NWF(nwfilter_lookup_by_name), NWF(nwfilter_lookup_by_uuid), NWF(nwfilter_get_xml_desc), NWF(nwfilter_define_xml), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	return cli_object_edit(cli, &cli_nwfilter, uses, 0, &rpc_nwfilter_define_xml, err);
}

static const struct cli_program program = {
	.name = "nwfilter-edit", .summary = "edit the definition of a packet filter", .args = "FILTER", .min_args = 1,
	.max_args = 1, .object = "nwfilter", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
