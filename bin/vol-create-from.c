/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit.h"
#include "cli/storage.h"
#include "conf/storage.h"

static int metadata, reflink;
static char *input_pool;

static const struct poptOption options[] = {
	{ "inputpool", 0, POPT_ARG_STRING, &input_pool, 0, "the pool of VOL (default: POOL)", "POOL" },
	{ "prealloc-metadata", 0, POPT_ARG_NONE, &metadata, 0, "allocate what describes the data, not the data", NULL },
	{ "reflink", 0, POPT_ARG_NONE, &reflink, 0, "share blocks with the original", NULL },
	CLI_DEFINE_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int copy_vol(struct cli *cli, struct cli_conn *conn, const wire_storage_pool *pool, const wire_storage_vol *from, char *xml, struct error *err)
{
	wire_storage_vol_create_xml_from_args args = {
		.pool = *pool, .xml = xml, .clonevol = *from, .flags = (metadata ? 1u : 0) | (reflink ? 2u : 0) | (cli_validate_given() ? 4u : 0)
	};
	wire_storage_vol_create_xml_from_ret ret = { 0 };

	if (cli_call(conn, &rpc_storage_vol_create_xml_from, &args, &ret, err) < 0)
		return -1;
	cli_say(cli, "Vol '%s' created from input vol %s", ret.vol.name, from->name);
	xdr_free(rpc_storage_vol_create_xml_from.ret, &ret);
	return EXIT_DONE;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn;
	const wire_storage_pool *pool;
	wire_storage_pool input = { 0 };
	wire_storage_vol vol = { 0 };
	AUTO_FREE char *xml = NULL;
	size_t len;
	int rc;

	if (cli_read_file(cli->args[1], &xml, &len, err) < 0)
		return -1;
	rc = cli_document_check(cli, &storage_vol_document, cli->args[1], xml, len, err);
	if (rc)
		return rc < 0 ? -1 : EXIT_DONE;
	conn = cli_object_open(cli, &cli_pool, uses, err);
	pool = conn ? cli_pool_find(conn, cli->args[0], err) : NULL;
	if (!pool || (input_pool && cli_object_find(conn, &cli_pool, NULL, input_pool, &input, err) < 0))
		return -1;
	if (cli_object_find(conn, &cli_vol, input_pool ? &input : pool, cli->args[2], &vol, err) < 0)
		return -1;
	rc = copy_vol(cli, conn, pool, &vol, xml, err);
	cli_object_clear(&cli_vol, &vol);
	return rc;
}

static const struct cli_program program = {
	.name = "vol-create-from", .summary = "create a volume with the content of another", .args = "POOL FILE VOL", .options = options,
	.min_args = 3, .max_args = 3, .object = "pool", .more = "file vol", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
