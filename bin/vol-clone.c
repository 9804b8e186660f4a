/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"
#include "conf/storage.h"

#include <string.h>

static int metadata, reflink, print_xml;

static const struct poptOption options[] = {
	{ "prealloc-metadata", 0, POPT_ARG_NONE, &metadata, 0, "allocate what describes the data, not the data", NULL },
	{ "reflink", 0, POPT_ARG_NONE, &reflink, 0, "share blocks with the original", NULL },
	{ "print-xml", 0, POPT_ARG_NONE, &print_xml, 0, "print the XML and do nothing else", NULL },
	CLI_POOL_OPTION,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int copy_vol(struct cli *cli, struct cli_conn *conn, const wire_storage_pool *pool, const wire_storage_vol *from, char *xml, struct error *err)
{
	wire_storage_vol_create_xml_from_args args = {
		.pool = *pool, .xml = xml, .clonevol = *from, .flags = (metadata ? 1u : 0) | (reflink ? 2u : 0)
	};
	wire_storage_vol_create_xml_from_ret ret = { 0 };

	if (cli_call(conn, &rpc_storage_vol_create_xml_from, &args, &ret, err) < 0)
		return -1;
	cli_say(cli, "Vol %s cloned from %s", ret.vol.name, from->name);
	xdr_free(rpc_storage_vol_create_xml_from.ret, &ret);
	return EXIT_DONE;
}

/* The original's description under another name, without what is only the original's. */
static char *renamed(struct cli *cli, struct cli_conn *conn, const wire_storage_vol *vol, struct error *err)
{
	AUTO_FREE char *xml = cli_object_xml(conn, &cli_vol, vol, 0, err);
	struct storage_vol *def = xml ? conf_document_parse(&storage_vol_document, xml, strlen(xml), 0, NULL, NULL, err) : NULL;

	if (!def)
		return NULL;
	free(def->name);
	free(STEAL_PTR(def->key));
	free(STEAL_PTR(def->target.path));
	def->name = strdup(cli->args[1]);
	char *text = def->name ? conf_document_format(&storage_vol_document, def, 0, err) : NULL;
	conf_free(&storage_vol_elem, def);
	return text;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_vol, uses, err);
	wire_storage_vol vol = { 0 };
	wire_storage_pool_lookup_by_volume_ret in = { 0 };
	int rc = -1;

	if (!conn || cli_object_argument(cli, conn, &cli_vol, &vol, err) < 0)
		return -1;
	AUTO_FREE char *xml = renamed(cli, conn, &vol, err);
	if (xml && print_xml) {
		fputs(xml, stdout);
		rc = EXIT_DONE;
	} else if (xml && cli_object_call(conn, &rpc_storage_pool_lookup_by_volume, &vol, sizeof(vol), 0, &in, err) == 0) {
		rc = copy_vol(cli, conn, &in.pool, &vol, xml, err);
		xdr_free(rpc_storage_pool_lookup_by_volume.ret, &in);
	}
	cli_object_clear(&cli_vol, &vol);
	return rc;
}

static const struct cli_program program = {
	.name = "vol-clone", .summary = "copy a volume in its pool", .args = "VOL NAME", .options = options, .min_args = 2, .max_args = 2,
	.object = "vol", .more = "newname", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
