/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/moment.h"

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_checkpoint, uses, err);
	wire_domain_checkpoint ref = { 0 };
	struct error why = { 0 };

	if (!conn || cli_object_argument(cli, conn, &cli_checkpoint, &ref, err) < 0)
		return -1;
	AUTO_FREE char *parent = cli_moment_parent(conn, &cli_checkpoints, &ref, &why);
	if (parent)
		cli_value(cli, parent);
	else if (why.code)
		*err = why;
	else
		error_set(err, cli_checkpoint.missing, "the checkpoint '%s' has no parent", ref.name);
	cli_object_clear(&cli_checkpoint, &ref);
	return parent ? EXIT_DONE : -1;
}

static const struct cli_program program = {
	.name = "checkpoint-parent", .summary = "print the parent of a checkpoint", .args = "GUEST CHECKPOINT", .min_args = 1,
	.max_args = 2, .object = "domain", .more = "checkpointname", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
