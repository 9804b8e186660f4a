/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object_event.h"
#include "hypervisor/watch.h"
#include "secret/secret.h"

static const struct poptOption options[] = {
	CLI_EVENT_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { SECRET_LOOKUPS, RPC_ROW_END };

static const char *const lifecycle[] = { "Defined", "Undefined", NULL };

static const struct cli_object_event events[] = {
	{ "lifecycle", &rpc_secret_event_lifecycle, lifecycle, HV_EVENT_LIFECYCLE },
	{ "value-changed", &rpc_secret_event_value_changed, NULL, HV_EVENT_VALUE_CHANGE },
	{ NULL, NULL, NULL, 0 }
};

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_events watch = {
		&cli_secret, "secret", &rpc_connect_secret_event_register_any, events, &hv_secret_kind, hv_object_lifecycle
	};

	return cli_object_watch(cli, &watch, uses, err);
}

static const struct cli_program program = {
	.name = "secret-event", .summary = "wait for events of secrets", .args = "[SECRET]", .options = options, .max_args = 1,
	.object = "secret", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
