/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit.h"
#include "cli/moment.h"
#include "conf/domain_moment.h"

#include <string.h>

static const struct rpc_row uses[] = { RPC_ROW_END };

struct editing {
	struct cli_conn *conn;
	wire_domain_checkpoint ref;
};

/* Noting it again under the same name is how it is changed. */
static int accept_it(struct cli *cli, const char *text, size_t len, void *arg, struct error *err)
{
	struct editing *e = arg;
	wire_domain_checkpoint_create_xml_args args = { .dom = e->ref.dom, .xml_desc = (char *)text, .flags = 1 };
	struct domain_checkpoint *def = conf_document_parse(&domain_checkpoint_document, text, len, 0, NULL, NULL, err);
	bool other = def && (!def->name || strcmp(def->name, e->ref.name) != 0);

	(void)cli;
	if (!def)
		return -1;
	conf_free(&domain_checkpoint_elem, def);
	if (other)
		return error_set(err, ERR_OPERATION_INVALID, "a checkpoint cannot be renamed");
	return cli_call(e->conn, &rpc_domain_checkpoint_create_xml, &args, NULL, err);
}

static int run(struct cli *cli, struct error *err)
{
	struct editing e = { .conn = cli_object_open(cli, &cli_checkpoint, uses, err) };

	if (!e.conn || cli_object_argument(cli, e.conn, &cli_checkpoint, &e.ref, err) < 0)
		return -1;
	AUTO_FREE char *xml = cli_object_xml(e.conn, &cli_checkpoint, &e.ref, 1, err);
	int rc = xml ? cli_edit(cli, xml, ".xml", accept_it, &e, err) : -1;
	if (rc >= 0)
		cli_say(cli, "Checkpoint %s %s", e.ref.name, rc ? "edited" : "XML configuration not changed");
	cli_object_clear(&cli_checkpoint, &e.ref);
	return rc < 0 ? -1 : EXIT_DONE;
}

static const struct cli_program program = {
	.name = "checkpoint-edit", .summary = "edit the description of a checkpoint", .args = "GUEST CHECKPOINT", .min_args = 1,
	.max_args = 2, .object = "domain", .more = "checkpointname", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
