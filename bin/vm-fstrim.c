/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "util/str.h"

static char *minimum;
static char *mountpoint;

static const struct poptOption options[] = {
	{ "minimum", 0, POPT_ARG_STRING, &minimum, 0, "leave free ranges alone that are shorter", "BYTES" },
	{ "mountpoint", 0, POPT_ARG_STRING, &mountpoint, 0, "trim this file system alone", "PATH" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_fstrim), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	wire_domain_fstrim_args args = { .dom = cli_domain(&guest) };
	uint64_t bytes = 0;

	if (!conn)
		return -1;
	if (minimum && str_to_u64(minimum, INT64_MAX, &bytes) < 0)
		return cli_usage(err, "'%s' is no number of bytes", minimum);
	args.minimum = bytes;
	args.mount_point = mountpoint ? &mountpoint : NULL;
	return cli_call(conn, &rpc_domain_fstrim, &args, NULL, err);
}

static const struct cli_program program = {
	.name = "vm-fstrim", .summary = "discard unused blocks of a guest's file systems", .args = "GUEST", .options = options, .min_args = 1, .max_args = 1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
