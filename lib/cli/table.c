/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cli.h"

#include <string.h>

#define MAX_COLUMNS 8
#define GAP "   "

/* On a terminal the cells are kept, one after the other in one block, until the widths are known. */
struct cli_table {
	bool align;
	size_t n;
	const char *titles[MAX_COLUMNS];
	size_t width[MAX_COLUMNS];
	char *cells;
	size_t used, size;
};

static void rule(size_t length)
{
	while (length--)
		putchar('-');
	putchar('\n');
}

static void pad(const char *text, size_t width)
{
	size_t w = cli_width(text);

	cli_put_safe(stdout, text);
	if (width > w)
		printf("%*s", (int)(width - w), "");
}

static void line(const struct cli_table *table, const char *const *cells)
{
	fputs_unlocked(" ", stdout);
	for (size_t i = 0; i < table->n; i++) {
		if (i)
			fputs_unlocked(GAP, stdout);
		if (table->align && i + 1 < table->n)
			pad(cells[i], table->width[i]);
		else
			cli_put_safe(stdout, cells[i]);
	}
	putc_unlocked('\n', stdout);
}

static void header(const struct cli_table *table)
{
	size_t total = 1;

	line(table, table->titles);
	for (size_t i = 0; i < table->n; i++)
		total += table->width[i] + (i ? strlen(GAP) : 0);
	rule(total + 2);
}

struct cli_table *cli_table_new(struct cli *cli, const char *const *titles, size_t n, struct error *err)
{
	struct cli_table *table = calloc(1, sizeof(*table));

	if (!table || n > MAX_COLUMNS) {
		free(table);
		error_set(err, ERR_NO_MEMORY, "out of memory");
		return NULL;
	}
	table->align = cli->terminal;
	table->n = n;
	for (size_t i = 0; i < n; i++) {
		table->titles[i] = titles[i];
		table->width[i] = cli_width(titles[i]);
	}
	if (!table->align)
		header(table);
	return table;
}

static int keep(struct cli_table *table, const char *cell, struct error *err)
{
	size_t len = strlen(cell) + 1;

	if (table->used + len > table->size) {
		size_t size = 2 * (table->size + len) + 4096;
		char *cells = realloc(table->cells, size);
		if (!cells)
			return error_errno(err, "a table of %zu bytes", size);
		table->cells = cells;
		table->size = size;
	}
	memcpy(table->cells + table->used, cell, len);
	table->used += len;
	return 0;
}

int cli_table_row(struct cli_table *table, const char *const *cells, struct error *err)
{
	if (!table->align) {
		line(table, cells);
		return 0;
	}
	for (size_t i = 0; i < table->n; i++) {
		size_t width = cli_width(cells[i]);
		if (width > table->width[i])
			table->width[i] = width;
		if (keep(table, cells[i], err) < 0)
			return -1;
	}
	return 0;
}

void cli_table_end(struct cli_table *table)
{
	const char *row[MAX_COLUMNS];

	if (!table)
		return;
	if (table->align)
		header(table);
	for (size_t at = 0; at < table->used;) {
		for (size_t i = 0; i < table->n; i++) {
			row[i] = table->cells + at;
			at += strlen(row[i]) + 1;
		}
		line(table, row);
	}
	putchar('\n');
	free(table->cells);
	free(table);
}
