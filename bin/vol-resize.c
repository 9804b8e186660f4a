/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

static int allocate, delta, shrink;

static const struct poptOption options[] = {
	{ "allocate", 0, POPT_ARG_NONE, &allocate, 0, "allocate what is added", NULL },
	{ "delta", 0, POPT_ARG_NONE, &delta, 0, "CAPACITY is what is added", NULL },
	{ "shrink", 0, POPT_ARG_NONE, &shrink, 0, "it may become smaller; what was there is lost", NULL },
	CLI_POOL_OPTION,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const char *text = cli->args[1] + (shrink && cli->args[1][0] == '-');
	wire_storage_vol_resize_args args = { .flags = (allocate ? 1u : 0) | (delta ? 2u : 0) | (shrink ? 4u : 0) };
	struct cli_conn *conn;
	char size[CLI_SIZE_MAX];
	uint64_t capacity;

	if (cli_parse_size(text, "CAPACITY", &capacity, err) < 0)
		return -1;
	args.capacity = capacity;
	conn = cli_object_open(cli, &cli_vol, uses, err);
	if (!conn || cli_object_argument(cli, conn, &cli_vol, &args.vol, err) < 0)
		return -1;
	int rc = cli_call(conn, &rpc_storage_vol_resize, &args, NULL, err);
	if (rc == 0)
		cli_say(cli, "Size of volume '%s' successfully changed %s %s", args.vol.name, delta ? "by" : "to", cli_size(size, capacity));
	cli_object_clear(&cli_vol, &args.vol);
	return rc;
}

static const struct cli_program program = {
	.name = "vol-resize", .summary = "change the capacity of a volume", .args = "VOL CAPACITY", .options = options, .min_args = 2,
	.max_args = 2, .object = "vol", .more = "capacity", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
