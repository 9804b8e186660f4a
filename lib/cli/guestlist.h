/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What vm-list prints. */
#ifndef BERTH_CLI_GUESTLIST_H
#define BERTH_CLI_GUESTLIST_H

#include "cli/guests.h"

struct cli_guest_list {
	bool name, uuid, id;   /* these alone, one guest a line; none: the table */
	bool title, saved;     /* in the table */
};

/* Lists the guests that a filter selects, as text or JSON. Returns the exit status, or -1. */
int cli_guest_list(struct cli *cli, struct cli_conn *conn, unsigned filter, const struct cli_guest_list *show, struct error *err) NODISCARD;

/* The name of a guest's driver: its kind, for a remote guest that of the URI. */
const char *cli_guest_driver(const struct cli *cli, const struct guest *guest);

/* The title of a local guest from its definition as berth writes it; NULL when it has none. The caller's. */
char *cli_local_title(const struct guest *guest);

#endif
