/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The options --live, --config and --current of programs that change or show what can be tuned, and numbers as libvirt's users write them:
 *
 *     static const struct poptOption options[] = { { "weight", ... }, CLI_AFFECT, POPT_TABLEEND };
 *     ...
 *     if (cli_affect_flags(&flags, err) < 0)
 */
#ifndef BERTH_CLI_AFFECT_H
#define BERTH_CLI_AFFECT_H

#include "cli/guests.h"

extern const struct poptOption cli_affect_options[], cli_persistent_options[];
#define CLI_AFFECT { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_affect_options, 0, NULL, NULL }
/* with --persistent, for programs that attach, detach and update devices */
#define CLI_PERSISTENT { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_persistent_options, 0, NULL, NULL }

/* What was given, as libvirt's flags: 1 live, 2 config, 0 the current one. */
int cli_affect_flags(unsigned *flags, struct error *err) NODISCARD;

/* The same; --persistent is the stored definition and, when the guest runs, the live one. */
int cli_persistent_flags(const struct guest *guest, unsigned *flags, struct error *err) NODISCARD;

/* Calls a procedure that changes the guest, and says so. */
int cli_change_call(struct cli *cli, struct cli_conn *conn, const struct guest *guest, const struct rpc_proc *proc, const void *args, struct error *err) NODISCARD;

/* A size "512", "1G", "64 MiB" in units of `unit` bytes, rounded up; without a unit it counts in `fallback` bytes. By cli_usage(). */
int cli_scaled(const char *text, uint64_t unit, uint64_t fallback, uint64_t *size, struct error *err) NODISCARD;

/* A whole number of at most `max`. By cli_usage(). */
int cli_number(const char *text, uint64_t max, const char *what, uint64_t *number, struct error *err) NODISCARD;

#endif
