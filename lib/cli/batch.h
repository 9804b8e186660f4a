/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One thing to every guest, some at a time, some in order: for boot and halt. */
#ifndef BERTH_CLI_BATCH_H
#define BERTH_CLI_BATCH_H

#include "cli/guests.h"

struct cli_batch {
	const char *order;    /* "db,web": these one after the other; NULL: none */
	bool ordered_last;    /* after all others, in reverse */
	unsigned parallel;    /* how many of the others at a time; 0: all */
	int timeout_ms;       /* for everything; -1: none */
	cli_guest_fn *fn;     /* runs in a process of its own; says what it did itself */
};

/* Does fn to each guest of the list in a child process each. Returns the exit status as cli_each(), EXIT_TIMEOUT for a guest when the
 * time was up, or -1. */
int cli_batch(struct cli *cli, struct cli_conn *conn, const struct guest_list *list, const struct cli_batch *batch, struct error *err) NODISCARD;

#endif
