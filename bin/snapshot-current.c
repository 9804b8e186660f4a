/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/moment.h"

static int only_name, secure;

static const struct poptOption options[] = {
	{ "name", 0, POPT_ARG_NONE, &only_name, 0, "print its name alone", NULL },
	{ "security-info", 0, POPT_ARG_NONE, &secure, 0, "include passwords and the like", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

/* Noting it again as the current one is how it is chosen. */
static int choose(struct cli *cli, struct cli_conn *conn, const wire_domain *dom, struct error *err)
{
	wire_domain_snapshot ref = { 0 };
	wire_domain_snapshot_create_xml_args args = { .dom = *dom, .flags = 1 | 2 };

	if (cli_object_find(conn, &cli_snapshot, dom, cli->args[0], &ref, err) < 0)
		return -1;
	AUTO_FREE char *xml = cli_object_xml(conn, &cli_snapshot, &ref, 1, err);
	args.xml_desc = xml;
	int rc = xml ? cli_call(conn, &rpc_domain_snapshot_create_xml, &args, NULL, err) : -1;
	if (rc == 0)
		cli_say(cli, "Snapshot %s set as current", ref.name);
	cli_object_clear(&cli_snapshot, &ref);
	return rc;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_snapshot, uses, err);
	const wire_domain *dom = conn ? cli_snapshot.parent(cli, conn, err) : NULL;
	wire_domain_snapshot ref = { 0 };
	int rc = 0;

	if (!dom)
		return -1;
	if (cli->n_args)
		return choose(cli, conn, dom, err);
	if (cli_snapshot_current(conn, dom, &ref, err) < 0)
		return -1;
	AUTO_FREE char *xml = only_name ? NULL : cli_object_xml(conn, &cli_snapshot, &ref, secure ? 1 : 0, err);
	if (only_name)
		cli_value(cli, ref.name);
	else
		rc = xml ? cli_dumpxml_print(cli, ref.name, xml, err) : -1;
	cli_object_clear(&cli_snapshot, &ref);
	return rc;
}

static const struct cli_program program = {
	.name = "snapshot-current", .summary = "show or choose the current snapshot of a guest", .args = "GUEST [SNAPSHOT]",
	.options = options, .min_args = 1, .max_args = 2, .object = "domain", .more = "snapshotname", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
