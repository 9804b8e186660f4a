/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"
#include "conf/storage.h"
#include "util/str.h"

static char *initiator;

static const struct poptOption options[] = {
	{ "initiator", 0, POPT_ARG_STRING, &initiator, 0, "the initiator's IQN", "IQN" },
	POPT_TABLEEND
};

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
	struct storage_host host = { 0 }, *hosts[] = { &host };
	struct storage_pool pool = { .type = STORAGE_POOL_ISCSI };
	const char *name = cli->args[1];
	const char *number = name ? cli->args[2] : NULL;
	uint64_t value;

	if (!name)
		return initiator ? cli_usage(err, "--initiator needs a host") : find(cli, NULL, err);
	if (number && str_to_u64(number, 65535, &value) < 0)
		return cli_usage(err, "'%s' is no port", number);
	host.name = (char *)name;
	if (number)
		host.port = (struct conf_num){ value, true };
	pool.source.hosts.items = hosts;
	pool.source.hosts.n = 1;
	pool.source.initiator = initiator;
	AUTO_FREE char *xml = storage_source_format(&pool, err);
	return xml ? find(cli, xml, err) : -1;
}

static const struct cli_program program = {
	.name = "pool-find-sources-as", .summary = "find sources for storage pools by options", .args = "TYPE [HOST [PORT]]",
	.options = options, .min_args = 1, .max_args = 3, .object = "type", .more = "host port", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
