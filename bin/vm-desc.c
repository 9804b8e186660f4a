/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/metadata.h"

static const struct poptOption options[] = {
	CLI_DESC_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_metadata), HV(domain_set_metadata), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_metadata m = { .of = &cli_metadata_of_guest };
	struct guest guest;

	if (cli_desc_given(cli, &m, err) < 0)
		return -1;
	m.conn = cli_open(cli, uses, cli_drivers, err);
	if (!m.conn || cli_find(m.conn, cli->args[0], &guest, err) < 0)
		return -1;
	m.ref.dom = cli_domain(&guest);
	m.name = guest.name;
	int rc = cli_desc(cli, &m, err);
	guest_clear(&guest);
	return rc;
}

static const struct cli_program program = {
	.name = "vm-desc", .summary = "show or change the description of a guest", .args = "GUEST [TEXT...]", .options = options,
	.min_args = 1, .max_args = -1, .flags = CLI_GUESTS, .more = "new-desc", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
