/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the programs of CPU descriptions share. Needs XML. */
#ifndef BERTH_CLI_CPU_H
#define BERTH_CLI_CPU_H

#include "cli/guests.h"

/*
 * The <cpu> elements of a file ("-": standard input), each as XML of its own: the file is one of them, or several one after the other, or documents that contain
 * them: definitions, capabilities, domain capabilities (of which the host's model counts). NULL with *err set where there is none; `n` is how many.
 * Goes with cli_cpus_free().
 */
char **cli_cpus(const char *file, size_t *n, struct error *err) NODISCARD;
void cli_cpus_free(char **cpus, size_t n);

/* The options of an emulator, for a program's table: { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_emulator_options, 0, ... }. Each value is NULL
 * where it was not given. */
extern char *cli_emulator, *cli_arch, *cli_machine, *cli_virttype;
extern const struct poptOption cli_emulator_options[];

/* Prints what a comparison came to, in virsh's words; the program's exit status. */
int cli_compared(struct cli *cli, const char *file, int result, const char *whose, struct error *err) NODISCARD;

#endif
