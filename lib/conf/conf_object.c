/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Free, copy and compare, led by the tables. */
#include "conf/conf_value.h"

/* --- free ------------------------------------------------------------------------------------------------------ */

static void raw_free(struct conf_raw *raw)
{
	free(raw->ns);
	free(raw->name);
	free(raw->xml);
	free(raw);
}

static void clear_list(const struct conf_row *row, struct conf_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		if (row->place == CONF_PLACE_LIST)
			conf_free(row->elem, list->items[i]);
		else if (row->place == CONF_PLACE_RAWS)
			raw_free(list->items[i]);
		else
			free(list->items[i]);
	}
	free(list->items);
	memset(list, 0, sizeof(*list));
}

static void clear_rows(const struct conf_row *row, void *obj)
{
	for (; row->place != CONF_PLACE_END; row++) {
		void *member = MEMBER(obj, row);

		switch ((enum conf_place)row->place) {
		case CONF_PLACE_ATTR:
		case CONF_PLACE_TEXT:
		case CONF_PLACE_TAG:
		case CONF_PLACE_CHILD:
			value_free(row, member);
			break;
		case CONF_PLACE_GROUP:
			clear_rows(row->rows, obj);
			break;
		case CONF_PLACE_NODE:
			conf_free(row->elem, *(void **)member);
			*(void **)member = NULL;
			break;
		case CONF_PLACE_EMBED:
		case CONF_PLACE_INCLUDE:
			clear_rows(row->elem->rows, member);
			break;
		case CONF_PLACE_STRINGS:
		case CONF_PLACE_LIST:
		case CONF_PLACE_RAWS:
			clear_list(row, member);
			break;
		case CONF_PLACE_HOOK:
			if (row->hook->free)
				row->hook->free(member);
			break;
		default:
			break;
		}
	}
}

void conf_clear(const struct conf_elem *elem, void *obj)
{
	clear_rows(elem->rows, obj);
}

void conf_free(const struct conf_elem *elem, void *obj)
{
	if (!obj)
		return;
	clear_rows(elem->rows, obj);
	free(obj);
}

/* --- copy ------------------------------------------------------------------------------------------------------ */

static int copy_str(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return from && !*to ? -1 : 0;
}

static int copy_item(const struct conf_row *row, struct conf_list *list, const void *from)
{
	const struct conf_raw *raw = from;
	struct conf_raw *copy;
	void *item;

	if (row->place == CONF_PLACE_LIST) {
		item = conf_list_add(list, row->elem->size);
		return item ? conf_copy_into(row->elem, item, from) : -1;
	}
	if (row->place == CONF_PLACE_STRINGS) {
		item = conf_list_add(list, strlen(from) + 1);
		if (item)
			memcpy(item, from, strlen(from));
		return item ? 0 : -1;
	}
	copy = conf_list_add(list, sizeof(*copy));
	return !copy || copy_str(&copy->ns, raw->ns) || copy_str(&copy->name, raw->name) || copy_str(&copy->xml, raw->xml) ? -1 : 0;
}

static int copy_list(const struct conf_row *row, struct conf_list *to, const struct conf_list *from)
{
	if (to->n)   /* by an earlier row of the same member */
		return 0;
	for (size_t i = 0; i < from->n; i++)
		if (copy_item(row, to, from->items[i]) < 0)
			return -1;
	return 0;
}

static int copy_node(const struct conf_row *row, void **to, const void *from)
{
	if (!from || *to)
		return 0;
	*to = calloc(1, row->elem->size);
	return *to ? conf_copy_into(row->elem, *to, from) : -1;
}

static int copy_row(const struct conf_row *row, void *to, const void *from);

static int copy_rows(const struct conf_row *row, void *to, const void *from)
{
	for (; row->place != CONF_PLACE_END; row++)
		if (copy_row(row, to, from) < 0)
			return -1;
	return 0;
}

static int copy_row(const struct conf_row *row, void *to, const void *from)
{
	void *a = MEMBER(to, row);
	const void *b = CONST_MEMBER(from, row);

	switch ((enum conf_place)row->place) {
	case CONF_PLACE_ATTR:
	case CONF_PLACE_TEXT:
	case CONF_PLACE_TAG:
	case CONF_PLACE_CHILD:
		return value_copy(row, a, b);
	case CONF_PLACE_FLAG:
		*(bool *)a = *(const bool *)b;
		return 0;
	case CONF_PLACE_SCALED:
	case CONF_PLACE_SCALED_ATTR:
		*(struct conf_num *)a = *(const struct conf_num *)b;
		return 0;
	case CONF_PLACE_GROUP:
		return copy_rows(row->rows, to, from);
	case CONF_PLACE_NODE:
		return copy_node(row, a, *(void *const *)b);
	case CONF_PLACE_EMBED:
	case CONF_PLACE_INCLUDE:
		return copy_rows(row->elem->rows, a, b);
	case CONF_PLACE_STRINGS:
	case CONF_PLACE_LIST:
	case CONF_PLACE_RAWS:
		return copy_list(row, a, b);
	case CONF_PLACE_HOOK:
		return row->hook->copy ? row->hook->copy(a, b) : 0;
	case CONF_PLACE_END:
		break;
	}
	return 0;
}

int conf_copy_into(const struct conf_elem *elem, void *to, const void *from)
{
	return copy_rows(elem->rows, to, from);
}

void *conf_copy(const struct conf_elem *elem, const void *obj, struct error *err)
{
	void *copy = calloc(1, elem->size);

	if (copy && copy_rows(elem->rows, copy, obj) == 0)
		return copy;
	conf_free(elem, copy);
	error_set(err, ERR_NO_MEMORY, "out of memory while copying a definition");
	return NULL;
}

/* --- compare --------------------------------------------------------------------------------------------------- */

static bool rows_equal(const struct conf_row *row, const void *a, const void *b, struct buf *where);

static bool raws_equal(const struct conf_raw *a, const struct conf_raw *b)
{
	return !strcmp(a->xml, b->xml);
}

static bool lists_equal(const struct conf_row *row, const struct conf_list *a, const struct conf_list *b, struct buf *where)
{
	for (size_t i = 0; i < a->n && i < b->n; i++) {
		size_t mark = where ? where->len : 0;
		bool same;

		if (where)
			buf_printf(where, "[%zu]", i + 1);
		if (row->place == CONF_PLACE_LIST)
			same = rows_equal(row->elem->rows, a->items[i], b->items[i], where);
		else if (row->place == CONF_PLACE_RAWS)
			same = raws_equal(a->items[i], b->items[i]);
		else
			same = !strcmp(a->items[i], b->items[i]);
		if (!same)
			return false;
		if (where)
			where->len = mark;
	}
	return a->n == b->n;
}

static bool row_equal(const struct conf_row *row, const void *x, const void *y, struct buf *where)
{
	const void *a = CONST_MEMBER(x, row), *b = CONST_MEMBER(y, row), *na, *nb;
	const struct conf_num *ua = a, *ub = b;

	switch ((enum conf_place)row->place) {
	case CONF_PLACE_ATTR:
	case CONF_PLACE_TEXT:
	case CONF_PLACE_TAG:
	case CONF_PLACE_CHILD:
		return value_equal(row, a, b);
	case CONF_PLACE_FLAG:
		return *(const bool *)a == *(const bool *)b;
	case CONF_PLACE_SCALED:
	case CONF_PLACE_SCALED_ATTR:
		return ua->set == ub->set && ua->value == ub->value;
	case CONF_PLACE_GROUP:
		return rows_equal(row->rows, x, y, where);
	case CONF_PLACE_NODE:
		na = *(void *const *)a;
		nb = *(void *const *)b;
		return na && nb ? rows_equal(row->elem->rows, na, nb, where) : na == nb;
	case CONF_PLACE_EMBED:
	case CONF_PLACE_INCLUDE:
		return rows_equal(row->elem->rows, a, b, where);
	case CONF_PLACE_STRINGS:
	case CONF_PLACE_LIST:
	case CONF_PLACE_RAWS:
		return lists_equal(row, a, b, where);
	case CONF_PLACE_HOOK:
		return row->hook->equal ? row->hook->equal(a, b) : true;
	case CONF_PLACE_END:
		break;
	}
	return true;
}

static bool rows_equal(const struct conf_row *row, const void *a, const void *b, struct buf *where)
{
	for (; row->place != CONF_PLACE_END; row++) {
		size_t mark = where ? where->len : 0;

		if (where && row->name && *row->name)
			buf_printf(where, row->place == CONF_PLACE_ATTR ? "/@%s" : "/%s", row->name);
		if (!row_equal(row, a, b, where))
			return false;
		if (where)
			where->len = mark;
	}
	return true;
}

bool conf_equal(const struct conf_elem *elem, const void *a, const void *b, struct buf *where)
{
	bool same = rows_equal(elem->rows, a, b, where);

	if (same && where && where->data)
		where->data[where->len] = '\0';
	return same;
}
