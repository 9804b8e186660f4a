/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be said at all: every path that the tables know. */
#include "conf/conf.h"

/* A chain such as that of backing stores is followed this far. */
#define MAX_DEPTH 12

struct walk {
	struct buf path;
	unsigned depth;
	void (*fn)(void *ctx, const char *path);
	void *ctx;
};

static void walk_rows(struct walk *w, const struct conf_row *row);

static void walk_child(struct walk *w, const char *name, const struct conf_row *rows)
{
	size_t mark = w->path.len;

	buf_printf(&w->path, "/%s", name);
	if (!w->path.failed)
		w->fn(w->ctx, w->path.data);
	if (rows && w->depth < MAX_DEPTH) {
		w->depth++;
		walk_rows(w, rows);
		w->depth--;
	}
	if (!w->path.failed) {
		w->path.len = mark;
		w->path.data[mark] = '\0';
	}
}

static void walk_attr(struct walk *w, const char *name)
{
	size_t mark = w->path.len;

	buf_printf(&w->path, "/@%s", name);
	if (w->path.failed)
		return;
	w->fn(w->ctx, w->path.data);
	w->path.len = mark;
	w->path.data[mark] = '\0';
}

static void walk_rows(struct walk *w, const struct conf_row *row)
{
	for (; row->place != CONF_PLACE_END; row++) {
		switch ((enum conf_place)row->place) {
		case CONF_PLACE_ATTR:
			walk_attr(w, row->name);
			break;
		case CONF_PLACE_SCALED_ATTR:
			walk_attr(w, row->name);
			walk_attr(w, row->unit);
			break;
		case CONF_PLACE_SCALED:
			if (row->name)
				walk_child(w, row->name, NULL);
			else
				walk_attr(w, "unit");
			break;
		case CONF_PLACE_CHILD:
		case CONF_PLACE_FLAG:
		case CONF_PLACE_STRINGS:
			walk_child(w, row->name, NULL);
			break;
		case CONF_PLACE_GROUP:
			walk_child(w, row->name, row->rows);
			break;
		case CONF_PLACE_NODE:
		case CONF_PLACE_EMBED:
		case CONF_PLACE_LIST:
			walk_child(w, row->name, row->elem->rows);
			break;
		case CONF_PLACE_INCLUDE:
			walk_rows(w, row->elem->rows);
			break;
		default:
			break;
		}
	}
}

int conf_paths(const struct conf_elem *elem, const char *name, void (*fn)(void *ctx, const char *path), void *ctx, struct error *err)
{
	struct walk w = { .fn = fn, .ctx = ctx };
	bool failed;

	walk_child(&w, name, elem->rows);
	failed = w.path.failed;
	buf_free(&w.path);
	return failed ? error_set(err, ERR_NO_MEMORY, "out of memory") : 0;
}
