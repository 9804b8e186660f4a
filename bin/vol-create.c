/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit.h"
#include "cli/storage.h"
#include "conf/storage.h"

static int metadata;

static const struct poptOption options[] = {
	{ "prealloc-metadata", 0, POPT_ARG_NONE, &metadata, 0, "allocate what describes the data, not the data", NULL },
	CLI_DEFINE_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

/* The canonical form; POOL, when it is given, is the file of its pool. */
static int print(struct cli *cli, struct error *err)
{
	const char *file = cli->args[cli->n_args - 1];
	AUTO_FREE char *xml = NULL, *pool_xml = NULL;
	size_t len, pool_len;
	int rc;

	if (cli_read_file(file, &xml, &len, err) < 0)
		return -1;
	if (cli->n_args == 1)
		return cli_document_check(cli, &storage_vol_document, file, xml, len, err) < 0 ? -1 : EXIT_DONE;
	if (cli_read_file(cli->args[0], &pool_xml, &pool_len, err) < 0)
		return -1;
	struct storage_pool *pool = conf_document_parse(&storage_pool_document, pool_xml, pool_len, 0, NULL, NULL, err);
	struct storage_vol *vol = pool ? conf_document_parse(&storage_vol_document, xml, len, 0, NULL, NULL, err) : NULL;
	rc = vol ? storage_vol_place(vol, pool, err) : -1;
	AUTO_FREE char *text = rc == 0 ? conf_document_format(&storage_vol_document, vol, CONF_FORMAT_INACTIVE, err) : NULL;
	conf_free(&storage_pool_elem, pool);
	conf_free(&storage_vol_elem, vol);
	if (!text)
		return -1;
	fputs(text, stdout);
	return EXIT_DONE;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn;
	const wire_storage_pool *pool;
	AUTO_FREE char *xml = NULL;
	wire_storage_vol_create_xml_ret ret = { 0 };
	size_t len;

	if (cli_print_xml_given())
		return print(cli, err);
	if (cli->n_args < 2)
		return cli_usage(err, "FILE is missing");
	if (cli_read_file(cli->args[1], &xml, &len, err) < 0 || cli_document_check(cli, &storage_vol_document, cli->args[1], xml, len, err) < 0)
		return -1;
	conn = cli_object_open(cli, &cli_pool, uses, err);
	pool = conn ? cli_pool_find(conn, cli->args[0], err) : NULL;
	if (!pool)
		return -1;
	wire_storage_vol_create_xml_args args = { .pool = *pool, .xml = xml, .flags = (metadata ? 1u : 0) | (cli_validate_given() ? 4u : 0) };
	if (cli_call(conn, &rpc_storage_vol_create_xml, &args, &ret, err) < 0)
		return -1;
	cli_say(cli, "Vol '%s' created from %s", ret.vol.name, cli->args[1]);
	xdr_free(rpc_storage_vol_create_xml.ret, &ret);
	return EXIT_DONE;
}

static const struct cli_program program = {
	.name = "vol-create", .summary = "create a volume from XML", .args = "POOL FILE", .options = options, .min_args = 1, .max_args = 2,
	.object = "pool", .more = "file", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
