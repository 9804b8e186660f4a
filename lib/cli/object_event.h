/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of objects: pool-event, secret-event, nodedev-event, net-event. */
#ifndef BERTH_CLI_OBJECT_EVENT_H
#define BERTH_CLI_OBJECT_EVENT_H

#include "cli/object.h"

struct cli_object_event {
	const char *name;              /* virsh's: "lifecycle" */
	const struct rpc_proc *proc;   /* its message: callback id, the reference, for a lifecycle event event and detail */
	const char *const *words;      /* of the number behind the reference: "Defined" ..., ends in NULL; NULL: it has none */
	int watched;                   /* of local objects: the hv_event_type that it is told by */
};

struct cli_object_events {
	const struct cli_object_type *type;
	const char *option;                    /* what virsh calls the object: "pool" */
	const struct rpc_proc *subscribe;      /* register_any: event id, the object or NULL */
	const struct cli_object_event *events; /* index: libvirt's event id; ends with a NULL name */

	/* Local objects that are watched by their files; NULL: none. The numbers of what `number` returns (-1: nothing) are those of events[0].words. */
	const struct hv_kind *local;
	int (*number)(int lifecycle);
};

/* --event, --loop, --timeout, --list, --timestamp, --all; CLI_EVENT_OPTIONS */
extern const struct poptOption cli_event_options[];
#define CLI_EVENT_OPTIONS { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_event_options, 0, NULL, NULL }

/* Waits for events as the options say and prints them. Returns the exit status, or -1. */
int cli_object_watch(struct cli *cli, const struct cli_object_events *events, const struct rpc_row *uses, struct error *err) NODISCARD;

#endif
