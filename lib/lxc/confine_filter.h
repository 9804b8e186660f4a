/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system-call filters that a supervisor puts itself under once its guest runs (confine.c). Nobody else's. */
#ifndef BERTH_LXC_CONFINE_FILTER_H
#define BERTH_LXC_CONFINE_FILTER_H

#include "util/seccomp.h"

/* For a guest that can start again in this process, and for what that start runs: all but a few calls that no start needs. What belongs
 * to one of `capabilities` (bits 1 << CAP_x), the guest's, stays allowed. */
int lxc_filter_between(uint64_t capabilities, struct seccomp_program *prog, struct error *err) NODISCARD;

/* For the supervisor of a guest that never starts again: the calls that it needs, nothing else. */
int lxc_filter_last(struct seccomp_program *prog, struct error *err) NODISCARD;

/* The same, always by libseccomp. Ready-made (confine_table.h, for the usual capabilities) they save 0.3 ms of processor time at each start;
 * a unit test holds the two against each other, call by call. */
int lxc_filter_between_generate(uint64_t capabilities, struct seccomp_program *prog, struct error *err) NODISCARD;
int lxc_filter_last_generate(struct seccomp_program *prog, struct error *err) NODISCARD;

#endif
