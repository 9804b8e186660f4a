/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls that take as long as they take: with progress, and with Ctrl-C to cancel them in good order. And what programs about saved memory share. */
#ifndef BERTH_CLI_JOB_H
#define BERTH_CLI_JOB_H

#include "cli/affect.h"

/* The rows that such a program names beside its own. */
#define CLI_JOB_USES HV(domain_get_job_info), HV(domain_abort_job)

/* --verbose, for POPT_ARG_INCLUDE_TABLE: progress on standard error. */
extern const struct poptOption cli_job_options[];
#define CLI_JOB_OPTIONS { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_job_options, 0, NULL, NULL }

/*
 * Makes the call, which makes the guest's hypervisor do a job. With --verbose "TITLE: [ 42 %]" is shown, twice a second. SIGINT and SIGTERM have the job cancelled; the call then
 * ends with the hypervisor's own word on it (ERR_OPERATION_ABORTED).
 */
int cli_job_call(struct cli *cli, struct cli_conn *conn, const struct guest *guest, const char *title, const struct rpc_proc *proc, const void *args,
		 struct error *err) NODISCARD;

/* A file's name as the other side is told it: absolute. The caller's. */
char *cli_absolute(const char *path, struct error *err) NODISCARD;

/* --running, --paused as libvirt's flags of saved states; -1 by cli_usage() for both. */
extern const struct poptOption cli_saved_options[];
#define CLI_SAVED_OPTIONS { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_saved_options, 0, NULL, NULL }
int cli_saved_flags(unsigned *flags, struct error *err) NODISCARD;

/* The definition in a saved state: how it is got and set. `what`: "saved state of web", for people. */
struct cli_saved {
	struct cli_conn *conn;
	char *(*get)(const struct cli_saved *s, bool secure, struct error *err);
	int (*set)(const struct cli_saved *s, const char *xml, struct error *err);
	const char *what;
	const void *arg;     /* the program's */
	unsigned flags;      /* cli_saved_flags() */
};

/* Lets a person edit it; then it is set. */
int cli_saved_edit(struct cli *cli, struct cli_saved *s, struct error *err) NODISCARD;

#endif
