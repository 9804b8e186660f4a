/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts about one thing: "Label:   value" lines as virsh prints them, or one JSON object. */
#ifndef BERTH_CLI_RECORD_H
#define BERTH_CLI_RECORD_H

#include "cli/json.h"

struct cli_record {
	struct cli *cli;
	int width;         /* of the labels, colon and blanks included; 0: 16 */
	json_t *object;    /* with --json, else NULL */
};

void cli_record_begin(struct cli_record *r, struct cli *cli, int width);
void cli_record_text(struct cli_record *r, const char *label, const char *key, const char *value);
void cli_record_bool(struct cli_record *r, const char *label, const char *key, bool value, const char *yes, const char *no);

/* A number; `text` is how people see it, NULL: the number. */
void cli_record_number(struct cli_record *r, const char *label, const char *key, long long value, const char *text);

/* Prints the JSON object and releases it, or adds it to `list`, when that is not NULL. */
int cli_record_end(struct cli_record *r, json_t *list, struct error *err) NODISCARD;

#endif
