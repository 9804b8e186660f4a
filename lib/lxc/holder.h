/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process that keeps a container's pty masters for the next supervisor, and starts the supervisor's hand (helpers/fd-holder.c). */
#ifndef BERTH_LXC_HOLDER_H
#define BERTH_LXC_HOLDER_H

#include "util/error.h"

#include <sys/types.h>

/* Starts it, with a socket "holder" in the run directory. It ends by itself when the init that pidfd names is dead and *supervisor, a socket of the
 * caller's, is closed; a descriptor that is sent there is what `lxc-hand NAME` begins with, of this very program. Returns its pid. */
pid_t holder_start(int run_fd, int pidfd, const int *masters, unsigned n, const char *name, int *supervisor, struct error *err) NODISCARD;

/* Gets the masters from it. Returns how many there are, at most `max`; they are the caller's. *pid: the holder, which the caller may end once it has one
 * of its own; 0: not known. */
int holder_fetch(int run_fd, int *masters, unsigned max, pid_t *pid, struct error *err) NODISCARD;

/* Makes it start the hand with a descriptor (which stays the caller's). */
int holder_call(int supervisor, int fd, struct error *err) NODISCARD;

#endif
