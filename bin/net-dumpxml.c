/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/network.h"
#include "network/network.h"

static int inactive;

static const struct poptOption options[] = {
	{ "inactive", 0, POPT_ARG_NONE, &inactive, 0, "print the stored definition", NULL },
	CLI_DUMPXML_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), NET(network_get_xml_desc), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	return cli_object_dumpxml(cli, &cli_network, uses, inactive ? 1 : 0, err);
}

static const struct cli_program program = {
	.name = "net-dumpxml", .summary = "print the definition of a network", .args = "NETWORK", .options = options, .min_args = 1,
	.max_args = 1, .object = "network", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
