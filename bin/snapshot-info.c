/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/moment.h"
#include "cli/record.h"
#include "conf/domain_moment.h"

#include <string.h>

static int current;

static const struct poptOption options[] = {
	{ "current", 0, POPT_ARG_NONE, &current, 0, "of the current snapshot", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

/* Those below it: all, or its own. */
static int count(struct cli_conn *conn, const void *ref, unsigned flags, int *n, struct error *err)
{
	struct cli_object_type below = cli_snapshot;
	struct cli_objects list;

	below.parent_size = below.size;
	below.list = cli_snapshots.children;
	if (cli_object_list(conn, &below, ref, flags, &list, err) < 0)
		return -1;
	*n = (int)list.n;
	cli_objects_clear(&list);
	return 0;
}

static int facts(struct cli *cli, struct cli_conn *conn, const wire_domain_snapshot *ref, struct error *err)
{
	AUTO_FREE char *xml = cli_object_xml(conn, &cli_snapshot, ref, 0, err);
	struct domain_snapshot *def = xml ? conf_document_parse(&domain_snapshot_document, xml, strlen(xml), CONF_PARSE_LIVE, NULL, NULL, err) : NULL;
	struct cli_record r;
	int children = 0, descendants = 0;

	if (!def || count(conn, ref, 0, &children, err) < 0 || count(conn, ref, 1, &descendants, err) < 0) {
		conf_free(&domain_snapshot_elem, def);
		return -1;
	}
	cli_record_begin(&r, cli, 0);
	cli_record_text(&r, "Name", "name", ref->name);
	cli_record_text(&r, "Domain", "domain", ref->dom.name);
	int is_current = 0;
	if (cli_object_call(conn, &rpc_domain_snapshot_is_current, ref, sizeof(*ref), 0, &is_current, err) < 0) {
		conf_free(&domain_snapshot_elem, def);
		return -1;
	}
	cli_record_bool(&r, "Current", "current", is_current, "yes", "no");
	cli_record_text(&r, "State", "state", conf_enum_name(&snapshot_state_names, def->state));
	bool external = def->memory.snapshot == SNAPSHOT_EXTERNAL;
	for (size_t i = 0; i < def->disks.n; i++)
		external |= def->disks.items[i]->snapshot == SNAPSHOT_EXTERNAL;
	cli_record_text(&r, "Location", "location", external ? "external" : "internal");
	cli_record_text(&r, "Parent", "parent", def->parent);
	cli_record_number(&r, "Children", "children", children, NULL);
	cli_record_number(&r, "Descendants", "descendants", descendants, NULL);
	conf_free(&domain_snapshot_elem, def);
	int metadata = 0;
	if (cli_object_call(conn, &rpc_domain_snapshot_has_metadata, ref, sizeof(*ref), 0, &metadata, err) < 0)
		return -1;
	cli_record_bool(&r, "Metadata", "metadata", metadata, "yes", "no");
	return cli_record_end(&r, NULL, err);
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_snapshot, uses, err);
	wire_domain_snapshot ref = { 0 };

	if (!conn || cli_snapshot_argument(cli, conn, current, &ref, err) < 0)
		return -1;
	int rc = facts(cli, conn, &ref, err);
	cli_object_clear(&cli_snapshot, &ref);
	return rc;
}

static const struct cli_program program = {
	.name = "snapshot-info", .summary = "print a summary of a snapshot", .args = "GUEST [SNAPSHOT]", .options = options, .min_args = 1,
	.max_args = 2, .object = "domain", .more = "snapshotname", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
