/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System-call filters, made with libseccomp and installed as plain BPF, so that making one can be done by another process and
 * beside other work. */
#ifndef BERTH_UTIL_SECCOMP_H
#define BERTH_UTIL_SECCOMP_H

#include "util/error.h"

#include <linux/filter.h>

#define SECCOMP_PROGRAM_MAX 1024   /* instructions; ours need a tenth of it */

struct seccomp_program {
	unsigned short len;
	struct sock_filter filter[SECCOMP_PROGRAM_MAX];
};

/*
 * What a container must not call: what reaches past namespaces (modules, kexec, file handles, BPF, perf, keyrings, the clock, swap,
 * I/O ports) and typing into somebody's terminal (TIOCSTI, TIOCLINUX). Refused with EPERM, io_uring as if the kernel had none. A call
 * that belongs to a capability in `capabilities` (bits 1 << CAP_x) stays allowed.
 */
int seccomp_guest(uint64_t capabilities, struct seccomp_program *prog, struct error *err) NODISCARD;

/* The same, always by libseccomp; seccomp_guest() has the program for the usual capabilities ready-made (seccomp_table.h), which saves half a
 * millisecond at each start. A unit test holds the two against each other, call by call. */
int seccomp_guest_generate(uint64_t capabilities, struct seccomp_program *prog, struct error *err) NODISCARD;

/* What a supervisor must not call any more once its guest runs: `allow` is a NULL-terminated list of what it may; everything else fails
 * with EPERM. Names that the machine's architecture lacks are left out. */
int seccomp_allow_list(const char *const *allow, struct seccomp_program *prog, struct error *err) NODISCARD;

/* Puts the calling thread under a program, for good. Needs CAP_SYS_ADMIN in its user namespace or no_new_privs. 0, or -1 with errno. */
int seccomp_install(const struct seccomp_program *prog) NODISCARD;

#endif
