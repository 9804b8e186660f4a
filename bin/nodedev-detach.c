/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

static char *driver;

static const struct poptOption options[] = {
	{ "driver", 0, POPT_ARG_STRING, &driver, 0, "the driver that holds it for guests: vfio, xen", "NAME" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int detach(struct cli *cli, struct cli_conn *conn, const void *ref, void *arg, struct error *err)
{
	const wire_node_device *dev = ref;
	wire_node_device_detach_flags_args args = { .name = dev->name, .driver_name = driver ? &driver : NULL };

	(void)arg;
	if (cli_call(conn, driver ? &rpc_node_device_detach_flags : &rpc_node_device_dettach, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Device '%s' detached", dev->name);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	return cli_objects_do(cli, &cli_nodedev, uses, true, detach, NULL, err);
}

static const struct cli_program program = {
	.name = "nodedev-detach", .summary = "take host devices from their drivers", .args = "DEVICE...", .options = options,
	.min_args = 1, .max_args = -1, .object = "device", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
