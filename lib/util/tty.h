/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The terminal of the person in front: raw mode that is always undone. */
#ifndef BERTH_UTIL_TTY_H
#define BERTH_UTIL_TTY_H

#include "util/error.h"

/* Raw mode on standard input, when it is a terminal (else nothing happens and it returns 0). It is undone by tty_restore(), at exit()
 * and when a signal ends the program. */
int tty_raw(struct error *err) NODISCARD;
void tty_restore(void);

/* Asks for a line that is not shown; standard input must be a terminal. The line without its end, the caller's; NULL with *err set. */
char *tty_password(const char *prompt, struct error *err) NODISCARD;

#endif
