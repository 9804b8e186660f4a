/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/network.h"
#include "network/network.h"

static const struct poptOption options[] = {
	CLI_DEFINE_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), NET(network_create_xml), NET(network_create_xml_flags), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_define how = {
		.proc = cli_validate_given() ? &rpc_network_create_xml_flags : &rpc_network_create_xml, .validate = cli_validate_given() ? 1 : 0,
		.done = "created", .document = &network_document
	};

	return cli_object_define(cli, &cli_network, uses, &how, err);
}

static const struct cli_program program = {
	.name = "net-create", .summary = "run networks without defining them", .args = "FILE...", .options = options, .min_args = 1,
	.max_args = -1, .flags = CLI_FILES | CLI_SLOW, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
