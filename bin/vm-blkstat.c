/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/rows.h"

static int human;

static const struct poptOption options[] = {
	{ "human", 0, POPT_ARG_NONE, &human, 0, "in words", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_block_stats), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	char *disk = (char *)(cli->n_args > 1 ? cli->args[1] : "");
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_block_stats_args args = { .path = disk };
	wire_domain_block_stats_ret s = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);

	if (!conn)
		return -1;
	args.dom = cli_domain(&guest);
	if (cli_call(conn, &rpc_domain_block_stats, &args, &s, err) < 0)
		return -1;
	const struct cli_counter plain[] = {
		{ "rd_req", s.rd_req }, { "rd_bytes", s.rd_bytes }, { "wr_req", s.wr_req }, { "wr_bytes", s.wr_bytes }, { "errs", s.errs },
	}, words[] = {
		{ "number of read operations:", s.rd_req }, { "number of bytes read:", s.rd_bytes }, { "number of write operations:", s.wr_req },
		{ "number of bytes written:", s.wr_bytes }, { "error count:", s.errs },
	};
	return cli_counters(cli, disk, human && !cli->json ? words : plain, ARRAY_LEN(plain), err);
}

static const struct cli_program program = {
	.name = "vm-blkstat", .summary = "print the I/O counters of a disk", .args = "GUEST [DEVICE]", .options = options,
	.min_args = 1, .max_args = 2, .flags = CLI_GUESTS, .more = "device", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
