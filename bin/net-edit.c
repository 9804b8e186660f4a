/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/network.h"
#include "network/network.h"

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), NET(network_get_xml_desc), NET(network_define_xml), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	return cli_object_edit(cli, &cli_network, uses, 1, &rpc_network_define_xml, err);
}

static const struct cli_program program = {
	.name = "net-edit", .summary = "edit the definition of a network", .args = "NETWORK", .min_args = 1,
	.max_args = 1, .object = "network", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
