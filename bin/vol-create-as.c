/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/define.h"
#include "cli/storage.h"
#include "conf/storage.h"

static int print_xml, metadata;
static char *allocation, *format, *backing_vol, *backing_format;

static const struct poptOption options[] = {
	{ "allocation", 0, POPT_ARG_STRING, &allocation, 0, "what to allocate at once", "SIZE" },
	{ "format", 0, POPT_ARG_STRING, &format, 0, "raw, qcow2 ...", "FORMAT" },
	{ "backing-vol", 0, POPT_ARG_STRING, &backing_vol, 0, "the path of what it is based on", "PATH" },
	{ "backing-vol-format", 0, POPT_ARG_STRING, &backing_format, 0, "the format of that", "FORMAT" },
	{ "prealloc-metadata", 0, POPT_ARG_NONE, &metadata, 0, "allocate what describes the data, not the data", NULL },
	{ "print-xml", 0, POPT_ARG_NONE, &print_xml, 0, "print the XML and do nothing else", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static char *volume_xml(struct cli *cli, struct error *err)
{
	struct storage_vol_target backing = { .path = backing_vol, .format = backing_format };
	struct storage_vol vol = { .name = (char *)cli->args[1], .backing = backing_vol ? &backing : NULL };

	vol.target.format = format;
	vol.capacity.set = true;
	if (cli_parse_size(cli->args[2], "CAPACITY", &vol.capacity.value, err) < 0)
		return NULL;
	if (allocation) {
		vol.allocation.set = true;
		if (cli_parse_size(allocation, "--allocation", &vol.allocation.value, err) < 0)
			return NULL;
	}
	return conf_format(&storage_vol_elem, "volume", &vol, 0, err);
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_FREE char *xml = volume_xml(cli, err);
	struct cli_conn *conn;
	const wire_storage_pool *pool;
	wire_storage_vol_create_xml_ret ret = { 0 };

	if (!xml)
		return -1;
	if (print_xml) {
		fputs(xml, stdout);
		return EXIT_DONE;
	}
	conn = cli_object_open(cli, &cli_pool, uses, err);
	pool = conn ? cli_pool_find(conn, cli->args[0], err) : NULL;
	if (!pool)
		return -1;
	wire_storage_vol_create_xml_args args = { .pool = *pool, .xml = xml, .flags = metadata ? 1 : 0 };
	if (cli_call(conn, &rpc_storage_vol_create_xml, &args, &ret, err) < 0) {
		cli_forget_line(err);
		return error_wrap(err, "%s", cli->args[1]);
	}
	cli_say(cli, "Vol '%s' created", ret.vol.name);
	xdr_free(rpc_storage_vol_create_xml.ret, &ret);
	return EXIT_DONE;
}

static const struct cli_program program = {
	.name = "vol-create-as", .summary = "create a volume from options", .args = "POOL NAME CAPACITY", .options = options,
	.min_args = 3, .max_args = 3, .object = "pool", .more = "name capacity", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
