/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unified differences by the longest common subsequence of what lies between the common head and tail. */
#include "cli/edit.h"

#include <string.h>

#define CONTEXT 3
#define MAX_CELLS ((size_t)64 << 20)

struct lines {
	const char **at;
	size_t *len;
	size_t n;
};

struct op {
	char kind;        /* ' ', '-', '+' */
	size_t old, new;  /* the line's number in each text, from 0 */
};

static int split(const char *text, struct lines *out)
{
	size_t n = 0;

	for (const char *p = text; *p; p++)
		n += *p == '\n' || !p[1];
	out->at = calloc(n + 1, sizeof(*out->at));
	out->len = calloc(n + 1, sizeof(*out->len));
	if (!out->at || !out->len)
		return -1;
	for (out->n = 0; *text; out->n++) {
		out->at[out->n] = text;
		out->len[out->n] = strcspn(text, "\n");
		text += out->len[out->n];
		text += *text == '\n';
	}
	return 0;
}

static bool same(const struct lines *a, size_t i, const struct lines *b, size_t j)
{
	return a->len[i] == b->len[j] && memcmp(a->at[i], b->at[j], a->len[i]) == 0;
}

/* Fills ops for old[from..a_end) against new[from..b_end). Without memory for the table everything is replaced. */
static size_t middle(const struct lines *a, size_t a_end, const struct lines *b, size_t b_end, size_t from, struct op *ops)
{
	size_t rows = a_end - from + 1, columns = b_end - from + 1, n = 0, i = 0, j = 0;
	AUTO_FREE uint32_t *length = rows * columns <= MAX_CELLS ? calloc(rows * columns, sizeof(*length)) : NULL;

	for (size_t r = rows - 1; length && r-- > 0;) {
		for (size_t c = columns - 1; c-- > 0;) {
			uint32_t down = length[(r + 1) * columns + c], right = length[r * columns + c + 1];
			length[r * columns + c] = same(a, from + r, b, from + c) ? length[(r + 1) * columns + c + 1] + 1 :
						  down > right ? down : right;
		}
	}
	while (i + 1 < rows || j + 1 < columns) {
		if (i + 1 < rows && j + 1 < columns && length && same(a, from + i, b, from + j))
			ops[n++] = (struct op){ ' ', from + i++, from + j++ };
		else if (j + 1 == columns || (i + 1 < rows && (!length || length[(i + 1) * columns + j] >= length[i * columns + j + 1])))
			ops[n++] = (struct op){ '-', from + i++, from + j };
		else
			ops[n++] = (struct op){ '+', from + i, from + j++ };
	}
	return n;
}

static size_t compare(const struct lines *a, const struct lines *b, struct op *ops)
{
	size_t head = 0, tail = 0, n;

	while (head < a->n && head < b->n && same(a, head, b, head)) {
		ops[head] = (struct op){ ' ', head, head };
		head++;
	}
	while (tail < a->n - head && tail < b->n - head && same(a, a->n - 1 - tail, b, b->n - 1 - tail))
		tail++;
	n = head + middle(a, a->n - tail, b, b->n - tail, head, ops + head);
	for (size_t i = tail; i > 0; i--)
		ops[n++] = (struct op){ ' ', a->n - i, b->n - i };
	return n;
}

static void put_line(const struct cli *cli, char kind, const char *text, size_t len)
{
	const char *colour = !cli->colour ? NULL : kind == '-' ? "\033[31m" : kind == '+' ? "\033[32m" : NULL;
	AUTO_FREE char *copy = strndup(text, len);

	if (colour)
		fputs(colour, stdout);
	putchar(kind);
	if (copy && cli->terminal)
		cli_put_safe(stdout, copy);
	else
		fwrite(text, 1, len, stdout);
	if (colour)
		fputs("\033[m", stdout);
	putchar('\n');
}

static void hunk(const struct cli *cli, const struct lines *a, const struct lines *b, const struct op *ops, size_t from, size_t to)
{
	size_t old = 0, new = 0;

	for (size_t i = from; i < to; i++) {
		old += ops[i].kind != '+';
		new += ops[i].kind != '-';
	}
	printf("@@ -%zu,%zu +%zu,%zu @@\n", ops[from].old + (old > 0), old, ops[from].new + (new > 0), new);
	for (size_t i = from; i < to; i++) {
		if (ops[i].kind == '+')
			put_line(cli, '+', b->at[ops[i].new], b->len[ops[i].new]);
		else
			put_line(cli, ops[i].kind, a->at[ops[i].old], a->len[ops[i].old]);
	}
}

static bool print(const struct cli *cli, const char *const names[2], const struct lines *a, const struct lines *b,
		  const struct op *ops, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (ops[i].kind == ' ')
			continue;
		size_t from = i > CONTEXT ? i - CONTEXT : 0, last = i;
		for (size_t k = i; k < n && k <= last + 2 * CONTEXT; k++) {
			if (ops[k].kind != ' ')
				last = k;
		}
		size_t to = last + CONTEXT + 1 < n ? last + CONTEXT + 1 : n;
		if (!any)
			printf("--- %s\n+++ %s\n", names[0], names[1]);
		any = true;
		hunk(cli, a, b, ops, from, to);
		i = last;
	}
	return any;
}

bool cli_diff(const struct cli *cli, const char *old_name, const char *new_name, const char *old, const char *new)
{
	const char *const names[2] = { old_name, new_name };
	struct lines a = { 0 }, b = { 0 };
	AUTO_FREE struct op *ops = NULL;
	bool any = strcmp(old, new) != 0;

	if (any && split(old, &a) == 0 && split(new, &b) == 0) {
		ops = calloc(a.n + b.n + 1, sizeof(*ops));
		if (ops)
			any = print(cli, names, &a, &b, ops, compare(&a, &b, ops));
	}
	free(a.at);
	free(a.len);
	free(b.at);
	free(b.len);
	return any;
}
