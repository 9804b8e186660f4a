/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/moment.h"
#include "cli/record.h"
#include "conf/domain_moment.h"

#include <string.h>

static const struct rpc_row uses[] = { RPC_ROW_END };

/* Those below it: all, or its own. */
static int count(struct cli_conn *conn, const void *ref, unsigned flags, int *n, struct error *err)
{
	struct cli_object_type below = cli_checkpoint;
	struct cli_objects list;

	below.parent_size = below.size;
	below.list = cli_checkpoints.children;
	if (cli_object_list(conn, &below, ref, flags, &list, err) < 0)
		return -1;
	*n = (int)list.n;
	cli_objects_clear(&list);
	return 0;
}

static int facts(struct cli *cli, struct cli_conn *conn, const wire_domain_checkpoint *ref, struct error *err)
{
	AUTO_FREE char *xml = cli_object_xml(conn, &cli_checkpoint, ref, 2, err);
	struct domain_checkpoint *def = xml ? conf_document_parse(&domain_checkpoint_document, xml, strlen(xml), CONF_PARSE_LIVE, NULL, NULL, err) : NULL;
	struct cli_record r;
	int children = 0, descendants = 0;

	if (!def || count(conn, ref, 0, &children, err) < 0 || count(conn, ref, 1, &descendants, err) < 0) {
		conf_free(&domain_checkpoint_elem, def);
		return -1;
	}
	cli_record_begin(&r, cli, 0);
	cli_record_text(&r, "Name", "name", ref->name);
	cli_record_text(&r, "Domain", "domain", ref->dom.name);
	cli_record_text(&r, "Parent", "parent", def->parent);
	cli_record_number(&r, "Children", "children", children, NULL);
	cli_record_number(&r, "Descendants", "descendants", descendants, NULL);
	conf_free(&domain_checkpoint_elem, def);
	return cli_record_end(&r, NULL, err);
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_checkpoint, uses, err);
	wire_domain_checkpoint ref = { 0 };

	if (!conn || cli_object_argument(cli, conn, &cli_checkpoint, &ref, err) < 0)
		return -1;
	int rc = facts(cli, conn, &ref, err);
	cli_object_clear(&cli_checkpoint, &ref);
	return rc;
}

static const struct cli_program program = {
	.name = "checkpoint-info", .summary = "print a summary of a checkpoint", .args = "GUEST CHECKPOINT", .min_args = 1, .max_args = 2,
	.object = "domain", .more = "checkpointname", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
