/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one JSON document that a program prints with --json. */
#ifndef BERTH_CLI_JSON_H
#define BERTH_CLI_JSON_H

#include "cli/cli.h"

#include <jansson.h>

/* A string value; bytes that are not UTF-8 become U+FFFD, NULL becomes null. */
json_t *cli_json_string(const char *text);

/* Prints a document on standard output and releases it. NULL (no memory while it was built) is an error. */
int cli_json_print(json_t *document, struct error *err) NODISCARD;

#endif
