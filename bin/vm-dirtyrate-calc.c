/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"

#include <string.h>

static char *seconds, *mode;

static const struct poptOption options[] = {
	{ "seconds", 0, POPT_ARG_STRING, &seconds, 0, "how long, 1 to 60; the default is 1", "SECONDS" },
	{ "mode", 0, POPT_ARG_STRING, &mode, 0, "page-sampling, dirty-bitmap or dirty-ring", "MODE" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_start_dirty_rate_calc), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	/* libvirt's virDomainDirtyRateCalcFlags */
	static const char *const modes[] = { "page-sampling", "dirty-bitmap", "dirty-ring" };
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_start_dirty_rate_calc_args args = { .seconds = 1 };
	struct cli_conn *conn;
	uint64_t n = 1;

	if (seconds && cli_number(seconds, 60, "number of seconds", &n, err) < 0)
		return -1;
	if (n < 1)
		return cli_usage(err, "the dirty rate is measured for 1 to 60 seconds");
	while (mode && args.flags < ARRAY_LEN(modes) && strcmp(modes[args.flags], mode) != 0)
		args.flags++;
	if (args.flags == ARRAY_LEN(modes))
		return cli_usage(err, "there is no mode '%s' (page-sampling, dirty-bitmap and dirty-ring are)", mode);
	if (!(conn = cli_open_guest(cli, uses, NULL, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	args.seconds = (int)n;
	if (cli_call(conn, &rpc_domain_start_dirty_rate_calc, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Measuring domain '%s' for %d s (vm-stats --dirtyrate %s tells the result)", guest.name, args.seconds, guest.name);
	return 0;
}

static const struct cli_program program = {
	.name = "vm-dirtyrate-calc", .summary = "measure how fast a guest writes to its memory", .args = "GUEST", .options = options, .min_args = 1,
	.max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
