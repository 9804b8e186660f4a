/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of guests: their types, how they look, and how to hear of them. */
#ifndef BERTH_CLI_EVENT_H
#define BERTH_CLI_EVENT_H

#include "cli/guests.h"

/* One type of event. */
struct cli_event_type {
	int id;             /* libvirt's virDomainEventID */
	const char *name;   /* virsh's: "lifecycle" */

	/* Puts what the decoded message (of the hv_event_type with this id) tells into `text` ("Started Booted"; may stay empty). */
	void (*describe)(const void *msg, char text[256]);
};

/* All that can be waited for; the last has no name. */
extern const struct cli_event_type cli_event_types[];

/* An event as it is told. */
struct cli_event {
	const struct cli_event_type *type;
	const char *domain;
	const unsigned char *uuid;   /* 16 bytes, or NULL: not known */
	const char *detail;
};

/* Words for a lifecycle event's numbers: "Stopped", "Destroyed"; "unknown" for others. */
const char *cli_lifecycle_word(int event);
const char *cli_lifecycle_detail(int event, int detail);

struct cli_event_watch {
	struct cli *cli;
	struct cli_conn *conn;
	const struct cli_event_type *type;   /* NULL: all */
	const char *const *guests;           /* names, UUIDs, ids */
	size_t n_guests;                     /* 0: all guests */
	/* Called when no event can be missed any more: 1 to end, 0 to go on, -1; may be NULL. */
	int (*ready)(void *arg, struct error *err);
	/* Told of each event; returns 1 to end, 0 to go on, -1. */
	int (*tell)(const struct cli_event *event, void *arg, struct error *err);
	void *arg;
};

/* Watches until tell() ends it or the time (-1: none) is over: ERR_OPERATION_TIMEOUT. */
int cli_event_watch(const struct cli_event_watch *watch, int timeout_ms, struct error *err) NODISCARD;

#endif
