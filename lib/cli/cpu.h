/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the programs of CPU descriptions share. Needs XML. */
#ifndef BERTH_CLI_CPU_H
#define BERTH_CLI_CPU_H

#include "cli/guests.h"

/*
 * The <cpu> elements of a file ("-": standard input), each as XML of its own: the file is one of them, or several one after the other, or documents that contain
 * them: definitions, capabilities, domain capabilities (of which the host's model counts).
 */
struct cli_cpus {
	char **items;
	unsigned n;
};
void cli_cpus_clear(struct cli_cpus *cpus);

/* Reads those of the file that the first argument names (an error where there is none) and connects. `cpus` is zeroed before, cleared after. */
struct cli_conn *cli_open_cpus(struct cli *cli, const struct rpc_row *uses, const struct hv_driver *const *drivers, struct cli_cpus *cpus,
			       struct error *err) NODISCARD;
#define AUTO_CLI_CPUS AUTO(cli_cpus_clear)

/* The options of an emulator, for a program's table: { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_emulator_options, 0, ... }. Each value is NULL
 * where it was not given. */
extern char *cli_emulator, *cli_arch, *cli_machine, *cli_virttype;
extern const struct poptOption cli_emulator_options[];

/* Prints what a comparison came to, in virsh's words; the program's exit status. */
int cli_compared(struct cli *cli, const char *file, int result, const char *whose, struct error *err) NODISCARD;

#endif
