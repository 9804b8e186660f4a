/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/moment.h"

static int current;

static const struct poptOption options[] = {
	{ "current", 0, POPT_ARG_NONE, &current, 0, "of the current snapshot", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_snapshot, uses, err);
	wire_domain_snapshot ref = { 0 };
	struct error why = { 0 };

	if (!conn || cli_snapshot_argument(cli, conn, current, &ref, err) < 0)
		return -1;
	AUTO_FREE char *parent = cli_moment_parent(conn, &cli_snapshots, &ref, &why);
	if (parent)
		cli_value(cli, parent);
	else if (why.code)
		*err = why;
	else
		error_set(err, cli_snapshot.missing, "the snapshot '%s' has no parent", ref.name);
	cli_object_clear(&cli_snapshot, &ref);
	return parent ? EXIT_DONE : -1;
}

static const struct cli_program program = {
	.name = "snapshot-parent", .summary = "print the parent of a snapshot", .args = "GUEST [SNAPSHOT]", .options = options,
	.min_args = 1, .max_args = 2, .object = "domain", .more = "snapshotname", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
