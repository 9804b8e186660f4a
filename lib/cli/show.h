/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One value of each guest: what vm-state, vm-id, vm-name and vm-uuid have in common. */
#ifndef BERTH_CLI_SHOW_H
#define BERTH_CLI_SHOW_H

#include "cli/guests.h"

/* Puts the guest's value as text into `text`; returns it, or a longer-lived one, or NULL with *err set. */
#define CLI_SHOW_MAX 128
typedef const char *cli_show_fn(const struct guest *guest, char text[CLI_SHOW_MAX], struct error *err);

/* Prints the value of each guest that the arguments name, one a line; with --json an array of {"name", key: value}. Calls no
 * procedure but look-ups. Returns the exit status, or -1. */
int cli_show(struct cli *cli, const char *key, cli_show_fn *fn, struct error *err) NODISCARD;

#endif
