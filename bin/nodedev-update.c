/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/edit.h"
#include "cli/object.h"

static const struct poptOption options[] = {
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_FREE char *xml = NULL;
	wire_node_device dev = { 0 };
	struct cli_conn *conn;
	unsigned flags;
	size_t len;

	if (cli_affect_flags(&flags, err) < 0 || cli_read_file(cli->args[1], &xml, &len, err) < 0)
		return -1;
	conn = cli_object_open(cli, &cli_nodedev, uses, err);
	if (!conn || cli_object_argument(cli, conn, &cli_nodedev, &dev, err) < 0)
		return -1;
	wire_node_device_update_args args = { .name = dev.name, .xml_desc = xml, .flags = flags };
	int rc = cli_call(conn, &rpc_node_device_update, &args, NULL, err);
	if (rc == 0)
		cli_say(cli, "Updated node device %s from '%s'", dev.name, cli->args[1]);
	cli_object_clear(&cli_nodedev, &dev);
	return rc;
}

static const struct cli_program program = {
	.name = "nodedev-update", .summary = "change a mediated device", .args = "DEVICE FILE", .options = options, .min_args = 2, .max_args = 2,
	.object = "device", .more = "file", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
