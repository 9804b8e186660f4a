/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/metadata.h"
#include "cli/network.h"
#include "network/network.h"

static const struct poptOption options[] = {
	CLI_METADATA_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), NET(network_get_metadata), NET(network_set_metadata),
				       RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_metadata m = { .of = &cli_metadata_of_network };

	if (cli_metadata_given(cli, &m, err) < 0)
		return -1;
	m.conn = cli_object_open(cli, &cli_network, uses, err);
	if (!m.conn || cli_object_find(m.conn, &cli_network, NULL, cli->args[0], &m.ref.net, err) < 0)
		return -1;
	m.name = m.ref.net.name;
	int rc = cli_metadata(cli, &m, err);
	cli_object_clear(&cli_network, &m.ref.net);
	return rc;
}

static const struct cli_program program = {
	.name = "net-metadata", .summary = "show or change metadata of a network", .args = "NETWORK URI", .options = options,
	.min_args = 2, .max_args = 2, .object = "network", .more = "uri", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
