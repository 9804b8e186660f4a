/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one JSON document that a program prints with --json. */
#ifndef BERTH_CLI_JSON_H
#define BERTH_CLI_JSON_H

#include "cli/cli.h"

#include <jansson.h>

/* A string value; bytes that are not UTF-8 become U+FFFD, NULL becomes null. */
json_t *cli_json_string(const char *text);

/* Adds to an array what became of an object: its name, whether it was done, the error where not (NULL: done). */
void cli_json_outcome(json_t *list, const char *object, const struct error *err);

/* Prints a document on standard output and releases it. NULL (no memory while it was built) is an error. */
int cli_json_print(json_t *document, struct error *err) NODISCARD;

/* Prints an answer that is XML: as it is, or with --json as the value of "xml". */
int cli_xml_print(struct cli *cli, const char *xml, struct error *err) NODISCARD;

#endif
