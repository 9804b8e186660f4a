/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"

static int capacity;

static const struct poptOption options[] = {
	{ "capacity", 0, POPT_ARG_NONE, &capacity, 0, "to the size that the block device under it has", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_block_resize), RPC_ROW_END };

enum { RESIZE_BYTES = 1, RESIZE_CAPACITY = 2 };   /* libvirt's virDomainBlockResizeFlags */

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_block_resize_args args = { .disk = (char *)cli->args[1], .flags = RESIZE_BYTES | (capacity ? RESIZE_CAPACITY : 0) };
	struct cli_conn *conn;

	if (capacity == (cli->n_args == 3))
		return cli_usage(err, "SIZE or --capacity is to be given, and not both");
	/* as virsh: a bare number is KiB */
	if ((!capacity && cli_scaled(cli->args[2], 1, 1024, &args.size, err) < 0) || !(conn = cli_open_guest(cli, uses, NULL, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	if (cli_call(conn, &rpc_domain_block_resize, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Block device '%s' is resized", cli->args[1]);
	return 0;
}

static const struct cli_program program = {
	.name = "vm-blockresize", .summary = "change the size of a disk while the guest runs", .args = "GUEST DISK [SIZE]", .options = options,
	.min_args = 2, .max_args = 3, .flags = CLI_GUESTS, .more = "path size", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
