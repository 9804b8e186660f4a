/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From structs to JSON, led by the tables. */
#include "conf/conf_json.h"

#include "conf/conf_value.h"

#include <jansson.h>

struct json_out {
	unsigned flags;
	bool failed;
};

static void write_rows(struct json_out *o, json_t *to, const struct conf_elem *elem, const struct conf_row *rows, const void *obj);

/* "a-b" as it is: the names are those of XML. An attribute and a child of one name: the child's has a slash behind it. */
static void put(struct json_out *o, json_t *to, const char *name, json_t *value)
{
	char other[80];

	if (value && json_object_get(to, name)) {
		snprintf(other, sizeof(other), "%s/", name);
		name = other;
	}
	o->failed |= json_object_set_new(to, name, value) < 0;
}

static json_t *value_json(const struct conf_row *row, const void *member)
{
	AUTO_BUF struct buf text = { 0 };
	const struct conf_num *num = member;
	const struct conf_int *i = member;
	uint64_t v;

	switch ((enum conf_value)row->value) {
	case CONF_UINT:
	case CONF_NUM:
		v = row->value == CONF_NUM ? num->value : value_uint(row, member);
		if (v <= INT64_MAX)
			return json_integer((json_int_t)v);
		break;
	case CONF_INT:
		return json_integer(i->value);
	case CONF_ENUMERATION:
		if (row->names == &conf_yesno_names || row->names == &conf_onoff_names)
			return json_boolean(*(const int *)member == CONF_YES);
		break;
	default:
		break;
	}
	value_write(row, member, &text);
	return text.failed ? NULL : json_string(text.data ? text.data : "");
}

static json_t *object_json(struct json_out *o, const struct conf_elem *elem, const struct conf_row *rows, const void *obj)
{
	const struct conf_writer w = { .flags = o->flags };
	json_t *object = json_object();

	if (object && !(rows == elem->rows && elem->hidden && elem->hidden(&w, obj)))
		write_rows(o, object, elem, rows, obj);
	return object;
}

/* A group or an inline struct counts only when something is in it. */
static void put_object(struct json_out *o, json_t *to, const char *name, json_t *object, bool keep)
{
	if (object && !keep && !json_object_size(object))
		json_decref(object);
	else
		put(o, to, name, object);
}

static json_t *item_json(struct json_out *o, const struct conf_row *row, const void *item)
{
	const struct conf_raw *raw = item;

	if (row->place == CONF_PLACE_LIST)
		return object_json(o, row->elem, row->elem->rows, item);
	return json_string(row->place == CONF_PLACE_RAWS ? raw->xml : item);
}

static void put_list(struct json_out *o, json_t *to, const struct conf_row *row, const struct conf_list *list)
{
	json_t *array = list->n ? json_array() : NULL;

	if (!list->n)
		return;
	for (size_t i = 0; array && i < list->n; i++)
		o->failed |= json_array_append_new(array, item_json(o, row, list->items[i])) < 0;
	put(o, to, row->place == CONF_PLACE_RAWS || !strcmp(row->name, "*") ? "items" : row->name, array);
}

static void write_row(struct json_out *o, json_t *to, const struct conf_elem *elem, const struct conf_row *row, const void *obj)
{
	const void *member = CONST_MEMBER(obj, row);
	const struct conf_num *num = member;

	switch ((enum conf_place)row->place) {
	case CONF_PLACE_ATTR:
	case CONF_PLACE_CHILD:
		if (value_is_set(row, member))
			put(o, to, row->name, value_json(row, member));
		break;
	case CONF_PLACE_TEXT:
	case CONF_PLACE_TAG:
		if (value_is_set(row, member))
			put(o, to, row->place == CONF_PLACE_TAG ? "element" : "text", value_json(row, member));
		break;
	case CONF_PLACE_FLAG:
		if (*(const bool *)member)
			put(o, to, row->name, json_true());
		break;
	case CONF_PLACE_SCALED:
	case CONF_PLACE_SCALED_ATTR:
		if (num->set)
			put(o, to, row->name ? row->name : "text", json_integer((json_int_t)num->value));
		break;
	case CONF_PLACE_GROUP:
		put_object(o, to, row->name, object_json(o, elem, row->rows, obj), row->flags & CONF_KEEP);
		break;
	case CONF_PLACE_NODE:
		if (*(void *const *)member)
			put(o, to, row->name, object_json(o, row->elem, row->elem->rows, *(void *const *)member));
		break;
	case CONF_PLACE_EMBED:
		put_object(o, to, row->name, object_json(o, row->elem, row->elem->rows, member), row->flags & CONF_KEEP);
		break;
	case CONF_PLACE_INCLUDE:
		write_rows(o, to, row->elem, row->elem->rows, member);
		break;
	case CONF_PLACE_STRINGS:
	case CONF_PLACE_LIST:
	case CONF_PLACE_RAWS:
		put_list(o, to, row, member);
		break;
	case CONF_PLACE_HOOK:
	case CONF_PLACE_END:
		break;
	}
}

static void write_rows(struct json_out *o, json_t *to, const struct conf_elem *elem, const struct conf_row *rows, const void *obj)
{
	for (const struct conf_row *row = rows; row->place != CONF_PLACE_END; row++) {
		if ((row->flags & CONF_READ_ONLY) || ((row->flags & CONF_LIVE) && (o->flags & CONF_FORMAT_INACTIVE)) ||
		    ((row->flags & CONF_SECRET) && !(o->flags & CONF_FORMAT_SECURE)) || !row_applies(elem, row, obj))
			continue;
		write_row(o, to, elem, row, obj);
	}
}

json_t *conf_json(const struct conf_elem *elem, const void *obj, unsigned flags, struct error *err)
{
	struct json_out o = { .flags = flags };
	json_t *object = object_json(&o, elem, elem->rows, obj);

	if (object && !o.failed)
		return object;
	json_decref(object);
	error_set(err, ERR_NO_MEMORY, "out of memory while writing JSON");
	return NULL;
}
