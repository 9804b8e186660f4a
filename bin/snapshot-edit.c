/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit.h"
#include "cli/moment.h"
#include "conf/domain_moment.h"

#include <string.h>

static int current, rename_it, as_second;

static const struct poptOption options[] = {
	{ "current", 0, POPT_ARG_NONE, &current, 0, "the current snapshot, or make it the current one", NULL },
	{ "rename", 0, POPT_ARG_NONE, &rename_it, 0, "it may get another name", NULL },
	{ "clone", 0, POPT_ARG_NONE, &as_second, 0, "under another name it is a second one", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

struct editing {
	struct cli_conn *conn;
	wire_domain_snapshot ref;
};

/* Noting it again under the same name is how it is changed. */
static int accept_it(struct cli *cli, const char *text, size_t len, void *arg, struct error *err)
{
	struct editing *e = arg;
	wire_domain_snapshot_create_xml_args args = { .dom = e->ref.dom, .xml_desc = (char *)text, .flags = current ? 3 : 1 };
	struct domain_snapshot *def = conf_document_parse(&domain_snapshot_document, text, len, 0, NULL, NULL, err);
	bool other = def && (!def->name || strcmp(def->name, e->ref.name) != 0);

	(void)cli;
	if (!def)
		return -1;
	conf_free(&domain_snapshot_elem, def);
	if (other && !rename_it && !as_second)
		return error_set(err, ERR_OPERATION_INVALID, "another name needs --rename or --clone");
	if (cli_call(e->conn, &rpc_domain_snapshot_create_xml, &args, NULL, err) < 0)
		return -1;
	return other && rename_it ? cli_object_call(e->conn, &rpc_domain_snapshot_delete, &e->ref, sizeof(e->ref), 2, NULL, err) : 0;
}

static int run(struct cli *cli, struct error *err)
{
	struct editing e = { .conn = cli_object_open(cli, &cli_snapshot, uses, err) };

	const struct cli_given given[] = { { "--rename", rename_it }, { "--clone", as_second }, { NULL, 0 } };
	if (cli_at_most_one(given, err) < 0)
		return -1;
	if (!e.conn || cli_snapshot_argument(cli, e.conn, current && cli->n_args < 2, &e.ref, err) < 0)
		return -1;
	AUTO_FREE char *xml = cli_object_xml(e.conn, &cli_snapshot, &e.ref, 1, err);
	int rc = xml ? cli_edit(cli, xml, ".xml", accept_it, &e, err) : -1;
	if (rc >= 0)
		cli_say(cli, "Snapshot %s %s", e.ref.name, rc ? "edited" : "XML configuration not changed");
	cli_object_clear(&cli_snapshot, &e.ref);
	return rc < 0 ? -1 : EXIT_DONE;
}

static const struct cli_program program = {
	.name = "snapshot-edit", .summary = "edit the description of a snapshot", .args = "GUEST [SNAPSHOT]", .options = options,
	.min_args = 1, .max_args = 2, .object = "domain", .more = "snapshotname", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
