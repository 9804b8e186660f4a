/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/network.h"
#include "cli/object_event.h"
#include "hypervisor/watch.h"
#include "network/network.h"

static const struct poptOption options[] = {
	CLI_EVENT_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { NET(network_lookup_by_name), NET(network_lookup_by_uuid), RPC_ROW_END };

static const char *const lifecycle[] = { "Defined", "Undefined", "Started", "Stopped", NULL };

static const char *const metadata[] = { "Description", "Title", "Metadata", NULL };

static const struct cli_object_event events[] = {
	{ "lifecycle", &rpc_network_event_lifecycle, lifecycle, HV_EVENT_LIFECYCLE },
	{ "metadata-change", &rpc_network_event_callback_metadata_change, metadata, HV_EVENT_METADATA_CHANGE },
	{ NULL, NULL, NULL, 0 }
};

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_events watch = {
		&cli_network, "network", &rpc_connect_network_event_register_any, events, &hv_network_kind, hv_object_lifecycle
	};

	return cli_object_watch(cli, &watch, uses, err);
}

static const struct cli_program program = {
	.name = "net-event", .summary = "wait for events of networks", .args = "[NETWORK]", .options = options, .max_args = 1,
	.object = "network", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
