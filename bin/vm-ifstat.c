/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/rows.h"

static const struct rpc_row uses[] = { HV(domain_interface_stats), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_interface_stats_args args = { .device = (char *)cli->args[1] };
	wire_domain_interface_stats_ret s = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);

	if (!conn)
		return -1;
	args.dom = cli_domain(&guest);
	if (cli_call(conn, &rpc_domain_interface_stats, &args, &s, err) < 0)
		return -1;
	const struct cli_counter counters[] = {
		{ "rx_bytes", s.rx_bytes }, { "rx_packets", s.rx_packets }, { "rx_errs", s.rx_errs }, { "rx_drop", s.rx_drop },
		{ "tx_bytes", s.tx_bytes }, { "tx_packets", s.tx_packets }, { "tx_errs", s.tx_errs }, { "tx_drop", s.tx_drop },
	};
	return cli_counters(cli, cli->args[1], counters, ARRAY_LEN(counters), err);
}

static const struct cli_program program = {
	.name = "vm-ifstat", .summary = "print the counters of an interface", .args = "GUEST INTERFACE", .min_args = 2,
	.max_args = 2, .flags = CLI_GUESTS, .more = "interface", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
