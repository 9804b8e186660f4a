/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit.h"
#include "cli/object.h"

static const struct rpc_row uses[] = { RPC_ROW_END };

static int find(struct cli *cli, const char *spec, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_pool, uses, err);
	char *text = (char *)spec;
	wire_connect_find_storage_pool_sources_args args = { .type = (char *)cli->args[0], .src_spec = spec ? &text : NULL };
	wire_connect_find_storage_pool_sources_ret ret = { 0 };

	if (!conn || cli_call(conn, &rpc_connect_find_storage_pool_sources, &args, &ret, err) < 0)
		return -1;
	int rc = cli_dumpxml_print(cli, args.type, ret.xml, err);
	xdr_free(rpc_connect_find_storage_pool_sources.ret, &ret);
	return rc;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_FREE char *spec = NULL;
	size_t len;

	if (cli->n_args > 1 && cli_read_file(cli->args[1], &spec, &len, err) < 0)
		return -1;
	return find(cli, spec, err);
}

static const struct cli_program program = {
	.name = "pool-find-sources", .summary = "find sources for storage pools", .args = "TYPE [FILE]", .min_args = 1, .max_args = 2,
	.object = "type", .more = "srcSpec", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
