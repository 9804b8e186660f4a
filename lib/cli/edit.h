/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Letting a person edit a text, and what comes with it: loading files and showing differences. */
#ifndef BERTH_CLI_EDIT_H
#define BERTH_CLI_EDIT_H

#include "cli/cli.h"

/* Accepts an edited text (defines it), or refuses it: -1 with *err set. */
typedef int cli_accept_fn(struct cli *cli, const char *text, size_t len, void *arg, struct error *err);

/*
 * Lets $VISUAL, $EDITOR or sensible-editor change a text, then calls accept(). When that refuses, the error is shown and the person asked: edit
 * again, or give up; nobody's work is lost, a text that was given up stays in a file which the message names. Returns 1 when the text was
 * changed and accepted, 0 when it was left as it was. `suffix` is the file's, ".xml".
 */
int cli_edit(struct cli *cli, const char *text, const char *suffix, cli_accept_fn *accept, void *arg, struct error *err) NODISCARD;

/* Reads a file, or standard input for "-"; at most 64 MiB. The result is the caller's. */
int cli_read_file(const char *name, char **data, size_t *len, struct error *err) NODISCARD;

/* Prints the differences of two texts line by line in the unified format on standard output. Returns whether there are any. */
bool cli_diff(const struct cli *cli, const char *old_name, const char *new_name, const char *old, const char *new);

#endif
