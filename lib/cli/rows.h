/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Results as a table for people and as an array of objects for programs, and counters a line each. */
#ifndef BERTH_CLI_ROWS_H
#define BERTH_CLI_ROWS_H

#include "cli/cli.h"

/* A table with these titles; with --json an array of objects with these keys. */
struct cli_rows;
struct cli_rows *cli_rows_new(struct cli *cli, const char *const *titles, const char *const *keys, size_t n, struct error *err) NODISCARD;

/* One row; a NULL cell is "-", in JSON null. */
int cli_rows_add(struct cli_rows *rows, const char *const *cells, struct error *err) NODISCARD;
int cli_rows_end(struct cli_rows *rows, struct error *err) NODISCARD;   /* prints what is left; frees */
bool cli_rows_json(const struct cli_rows *rows);

/* "DEVICE NAME VALUE" a line (device NULL: "NAME VALUE"), with --json one object; what is below 0 is not known and left out. */
struct cli_counter {
	const char *name;
	int64_t value;
};
int cli_counters(struct cli *cli, const char *device, const struct cli_counter *counters, size_t n, struct error *err) NODISCARD;

#endif
