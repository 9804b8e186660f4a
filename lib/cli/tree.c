/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

#include <string.h>

struct tree {
	const char *const *names, *const *parents;
	size_t n;
	bool *drawn;          /* a ring of parents must not go round */
	char indent[1024];
};

static bool is_child(const struct tree *t, size_t i, size_t of)
{
	return t->parents[i] && i != of && !t->drawn[i] && strcmp(t->parents[i], t->names[of]) == 0;
}

static void draw(struct tree *t, size_t at, bool root, bool last)
{
	size_t len = strlen(t->indent), children = 0;
	bool leaf;

	t->drawn[at] = true;
	printf("%s%s", t->indent, root ? "" : "+- ");
	cli_put_safe(stdout, t->names[at]);
	putchar('\n');
	for (size_t i = 0; i < t->n; i++)
		children += is_child(t, i, at);
	leaf = !children;
	if (len + 5 > sizeof(t->indent))
		return;
	if (children)
		printf("%s%s  |\n", t->indent, root ? "" : last ? "  " : "| ");
	snprintf(t->indent + len, sizeof(t->indent) - len, "%s  ", root ? "" : last ? "  " : "| ");
	for (size_t i = 0; i < t->n && children; i++)
		if (is_child(t, i, at))
			draw(t, i, false, --children == 0);
	if (leaf && last)
		printf("%.*s\n", (int)strlen(t->indent) - 2, t->indent);
	t->indent[len] = '\0';
}

void cli_tree(const char *const *names, const char *const *parents, size_t n)
{
	AUTO_FREE bool *drawn = calloc(n + 1, sizeof(*drawn));
	struct tree t = { .names = names, .parents = parents, .n = n, .drawn = drawn };

	for (size_t i = 0; drawn && i < n; i++) {
		bool root = true;

		for (size_t j = 0; parents[i] && j < n; j++)
			root = root && strcmp(parents[i], names[j]) != 0;
		if (root)
			draw(&t, i, true, true);
	}
}
