/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object_event.h"

static const struct poptOption options[] = {
	CLI_EVENT_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static const char *const lifecycle[] = { "Created", "Deleted", "Defined", "Undefined", NULL };

static const struct cli_object_event events[] = {
	{ "lifecycle", &rpc_node_device_event_lifecycle, lifecycle, 0 },
	{ "update", &rpc_node_device_event_update, NULL, 0 },
	{ NULL, NULL, NULL, 0 }
};

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_events watch = { &cli_nodedev, "device", &rpc_connect_node_device_event_register_any, events, NULL, NULL };

	return cli_object_watch(cli, &watch, uses, err);
}

static const struct cli_program program = {
	.name = "nodedev-event", .summary = "wait for events of host devices", .args = "[DEVICE]", .options = options, .max_args = 1,
	.object = "device", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
