/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process that keeps a container's pty masters for the next supervisor (helpers/fd-holder.c). */
#ifndef BERTH_LXC_HOLDER_H
#define BERTH_LXC_HOLDER_H

#include "util/error.h"

#include <sys/types.h>

/* Starts it, with a socket "holder" in the run directory. It ends by itself with the init that pidfd names. Returns its pid. */
pid_t holder_start(int run_fd, int pidfd, const int *masters, unsigned n, struct error *err) NODISCARD;

/* Gets the masters from it. Returns how many there are, at most `max`; they are the caller's. */
int holder_fetch(int run_fd, int *masters, unsigned max, struct error *err) NODISCARD;

#endif
