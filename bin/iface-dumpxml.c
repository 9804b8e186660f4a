/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"
#include "interface/interface.h"

static int inactive;

static const struct poptOption options[] = {
	{ "inactive", 0, POPT_ARG_NONE, &inactive, 0, "print the stored definition", NULL },
	CLI_DUMPXML_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { IFACE_LOOKUPS, IFACE(interface_get_xml_desc), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	return cli_object_dumpxml(cli, &cli_iface, uses, inactive ? 1 : 0, err);
}

static const struct cli_program program = {
	.name = "iface-dumpxml", .summary = "print the definition of a host interface", .args = "INTERFACE", .options = options,
	.min_args = 1, .max_args = 1, .object = "interface", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
