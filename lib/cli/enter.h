/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running a command in a container, as vm-exec and vm-lxc-enter-namespace do. */
#ifndef BERTH_CLI_ENTER_H
#define BERTH_CLI_ENTER_H

#include "cli/guests.h"

struct cli_enter {
	char *const *argv;
	char *const *env;      /* "NAME=VALUE", may be NULL */
	const char *user;      /* USER or USER:GROUP, NULL: root */
	const char *dir;       /* NULL: / */
	bool terminal;         /* a terminal of the container's for it */
};

/* Finds the container, runs the command in it and waits. The command's exit status (126 or 127, with words on standard error, when it could not be run),
 * or -1 with *err set. */
int cli_enter(struct cli *cli, struct cli_conn *conn, const char *word, const struct cli_enter *what, struct error *err) NODISCARD;

#endif
