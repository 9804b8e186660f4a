/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Being with a guest: its console, and its life as long as ours. */
#ifndef BERTH_CLI_CONSOLE_H
#define BERTH_CLI_CONSOLE_H

#include "cli/guests.h"

#define CLI_CONSOLE_FORCE 1u   /* libvirt's VIR_DOMAIN_CONSOLE_FORCE */
#define CLI_CONSOLE_SAFE 2u    /* libvirt's VIR_DOMAIN_CONSOLE_SAFE */
#define CLI_ESCAPE_DEFAULT 0x1d   /* ^] */

/* Joins a console until the escape character (a byte, or -1 for none), the end of the guest or a signal. `device` is an alias or NULL. */
int cli_console(struct cli *cli, struct cli_conn *conn, const struct guest *guest, const char *device, unsigned flags, int escape,
		struct error *err) NODISCARD;

/* What comes after a start with --console or --autodestroy: joins the console, or waits for the end of the guest. */
int cli_attend(struct cli *cli, struct cli_conn *conn, const char *name, bool console, bool autodestroy, struct error *err) NODISCARD;

#endif
