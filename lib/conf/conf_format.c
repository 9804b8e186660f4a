/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From structs to canonical XML, led by the tables. */
#include "conf/conf_value.h"

enum pass { ATTRIBUTES, CONTENT };

static void write_rows(struct conf_writer *w, const struct conf_elem *elem, const struct conf_row *rows, const void *obj,
		       enum pass pass);
static void write_element(struct conf_writer *w, const char *name, const struct conf_elem *elem, const struct conf_row *rows,
			  const void *obj, bool keep);

static const char prefixes[][8] = { "qemu", "lxc", "xen", "bhyve", "vmware", "ch", "dnsmasq", "fs", "rbd" };

/* "qemu:arg": remembers that the root has to declare qemu. */
static void note_namespace(struct conf_writer *w, const char *name)
{
	const char *colon = strchr(name, ':');

	for (size_t i = 0; colon && i < ARRAY_LEN(prefixes); i++)
		if (strlen(prefixes[i]) == (size_t)(colon - name) && !memcmp(prefixes[i], name, colon - name))
			w->namespaces |= BIT(i);
}

static void add_namespaces(struct conf_writer *w)
{
	AUTO_BUF struct buf decl = { 0 };
	AUTO_FREE char *tail = NULL;

	if (!w->namespaces || w->out.failed)
		return;
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (w->namespaces & BIT(i))
			buf_printf(&decl, " xmlns:%s='%s'", prefixes[i], conf_namespace(prefixes[i], strlen(prefixes[i])));
	tail = strdup(w->out.data + w->root_attrs);
	if (!tail || decl.failed) {
		w->out.failed = true;
		return;
	}
	w->out.len = w->root_attrs;
	buf_add(&w->out, decl.data, decl.len);
	buf_str(&w->out, tail);
}

static void write_text_element(struct conf_writer *w, const char *name, const char *text)
{
	note_namespace(w, name);
	buf_indent(&w->out, w->depth);
	if (!*text) {
		buf_printf(&w->out, "<%s/>\n", name);
		return;
	}
	buf_printf(&w->out, "<%s>", name);
	buf_escaped(&w->out, text, false);
	buf_printf(&w->out, "</%s>\n", name);
}

static void write_value(struct conf_writer *w, const struct conf_row *row, const void *member, bool attribute)
{
	AUTO_BUF struct buf text = { 0 };

	if (row->value != CONF_STRING) {
		value_write(row, member, &w->out);
		return;
	}
	value_write(row, member, &text);
	if (text.failed)
		w->out.failed = true;
	else if (text.data)
		buf_escaped(&w->out, text.data, attribute);
}

static void write_attribute(struct conf_writer *w, const struct conf_row *row, const void *member)
{
	if (!value_is_set(row, member))
		return;
	buf_printf(&w->out, " %s='", row->name);
	write_value(w, row, member, true);
	buf_str(&w->out, "'");
}

static void write_child_value(struct conf_writer *w, const struct conf_row *row, const void *member)
{
	AUTO_BUF struct buf text = { 0 };

	if (!value_is_set(row, member))
		return;
	value_write(row, member, &text);
	if (text.failed)
		w->out.failed = true;
	else
		write_text_element(w, row->name, text.data ? text.data : "");
}

/* The unit to write in; *value is changed to it. */
static const char *scaled_unit(const struct conf_row *row, uint64_t *value)
{
	static const char units[][8] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	size_t i = row->max == 1 ? 0 : row->max == 1024 ? 1 : 2;

	if (row->flags & CONF_PRETTY) {
		for (; *value && *value % 1024 == 0 && i + 1 < ARRAY_LEN(units); i++)
			*value /= 1024;
		if (!i)
			return "B";
	}
	return units[i];
}

static void write_scaled(struct conf_writer *w, const struct conf_row *row, const struct conf_num *num, enum pass pass)
{
	uint64_t value = num->value;
	const char *unit = scaled_unit(row, &value);

	if (!num->set)
		return;
	if (row->place == CONF_PLACE_SCALED_ATTR) {
		buf_printf(&w->out, " %s='%llu' %s='%s'", row->name, (unsigned long long)value, row->unit, unit);
	} else if (row->name) {
		buf_indent(&w->out, w->depth);
		buf_printf(&w->out, "<%s unit='%s'>%llu</%s>\n", row->name, unit, (unsigned long long)value, row->name);
	} else if (pass == ATTRIBUTES) {
		buf_printf(&w->out, " unit='%s'", unit);
	}
}

static void write_raws(struct conf_writer *w, const struct conf_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct conf_raw *raw = list->items[i];

		buf_indent(&w->out, w->depth);
		buf_str(&w->out, raw->xml);
		buf_str(&w->out, "\n");
	}
}

static void write_list(struct conf_writer *w, const struct conf_row *row, const struct conf_list *list)
{
	const struct conf_row *tag = strcmp(row->name, "*") ? NULL : row->elem->rows;

	for (size_t i = 0; i < list->n; i++) {
		AUTO_BUF struct buf name = { 0 };

		if (tag)
			value_write(tag, CONST_MEMBER(list->items[i], tag), &name);
		if (tag && !name.data)
			w->out.failed = true;
		else
			conf_write(w, tag ? name.data : row->name, row->elem, list->items[i], true);
	}
}

static void write_child_row(struct conf_writer *w, const struct conf_elem *elem, const struct conf_row *row, const void *obj)
{
	const void *member = CONST_MEMBER(obj, row);
	const struct conf_list *list = member;

	switch ((enum conf_place)row->place) {
	case CONF_PLACE_CHILD:
		write_child_value(w, row, member);
		break;
	case CONF_PLACE_FLAG:
		if (*(const bool *)member)
			write_text_element(w, row->name, "");
		break;
	case CONF_PLACE_SCALED:
		write_scaled(w, row, member, CONTENT);
		break;
	case CONF_PLACE_STRINGS:
		for (size_t i = 0; i < list->n; i++)
			write_text_element(w, row->name, list->items[i]);
		break;
	case CONF_PLACE_GROUP:
		write_element(w, row->name, elem, row->rows, obj, row->flags & CONF_KEEP);
		break;
	case CONF_PLACE_NODE:
		if (*(void *const *)member)
			conf_write(w, row->name, row->elem, *(void *const *)member, true);
		break;
	case CONF_PLACE_EMBED:
		conf_write(w, row->name, row->elem, member, row->flags & CONF_KEEP);
		break;
	case CONF_PLACE_LIST:
		write_list(w, row, list);
		break;
	case CONF_PLACE_RAWS:
		write_raws(w, list);
		break;
	case CONF_PLACE_HOOK:
		if (row->hook->write)
			row->hook->write(w, obj, member);
		break;
	default:
		break;
	}
}

static bool hidden(const struct conf_writer *w, const struct conf_elem *elem, const struct conf_row *row, const void *obj)
{
	return (row->flags & CONF_READ_ONLY) ||
	       ((row->flags & CONF_LIVE) && (w->flags & CONF_FORMAT_INACTIVE)) ||
	       ((row->flags & CONF_SECRET) && !(w->flags & CONF_FORMAT_SECURE)) || !row_applies(elem, row, obj);
}

static void write_rows(struct conf_writer *w, const struct conf_elem *elem, const struct conf_row *rows, const void *obj, enum pass pass)
{
	for (const struct conf_row *row = rows; row->place != CONF_PLACE_END; row++) {
		const void *member = CONST_MEMBER(obj, row);

		if (hidden(w, elem, row, obj))
			continue;
		if (row->place == CONF_PLACE_INCLUDE)
			write_rows(w, row->elem, row->elem->rows, member, pass);
		else if (pass == CONTENT)
			write_child_row(w, elem, row, obj);
		else if (row->place == CONF_PLACE_ATTR)
			write_attribute(w, row, member);
		else if (row->place == CONF_PLACE_SCALED_ATTR || (row->place == CONF_PLACE_SCALED && !row->name))
			write_scaled(w, row, member, ATTRIBUTES);
		else if (row->place == CONF_PLACE_HOOK && row->hook->write_attrs)
			row->hook->write_attrs(w, obj, member);
	}
}

/* The element's own text. */
static void write_text_rows(struct conf_writer *w, const struct conf_elem *elem, const struct conf_row *rows, const void *obj)
{
	for (const struct conf_row *row = rows; row->place != CONF_PLACE_END; row++) {
		const void *member = CONST_MEMBER(obj, row);
		const struct conf_num *num = member;

		if (hidden(w, elem, row, obj))
			continue;
		if (row->place == CONF_PLACE_INCLUDE)
			write_text_rows(w, row->elem, row->elem->rows, member);
		else if (row->place == CONF_PLACE_TEXT && value_is_set(row, member))
			write_value(w, row, member, false);
		else if (row->place == CONF_PLACE_SCALED && !row->name && num->set)
			buf_printf(&w->out, "%llu", (unsigned long long)num->value);
	}
}

static void write_element(struct conf_writer *w, const char *name, const struct conf_elem *elem, const struct conf_row *rows,
			  const void *obj, bool keep)
{
	unsigned namespaces = w->namespaces;
	size_t start = w->out.len, bare, attrs, content;

	note_namespace(w, name);
	buf_indent(&w->out, w->depth);
	buf_printf(&w->out, "<%s", name);
	bare = w->out.len;
	write_rows(w, elem, rows, obj, ATTRIBUTES);
	attrs = w->out.len;
	if (!w->depth)
		w->root_attrs = attrs;
	buf_str(&w->out, ">");
	content = w->out.len;
	write_text_rows(w, elem, rows, obj);
	if (w->out.len == content) {
		buf_str(&w->out, "\n");
		content++;
		w->depth++;
		write_rows(w, elem, rows, obj, CONTENT);
		w->depth--;
		if (w->out.len > content)
			buf_indent(&w->out, w->depth);
	}
	if (w->out.failed)
		return;
	if (w->out.len > content) {
		buf_printf(&w->out, "</%s>\n", name);
	} else if (attrs > bare || keep) {
		w->out.len = attrs;
		buf_str(&w->out, "/>\n");
	} else {
		w->out.len = start;
		w->out.data[start] = '\0';
		w->namespaces = namespaces;
	}
}

void conf_write(struct conf_writer *w, const char *name, const struct conf_elem *elem, const void *obj, bool keep)
{
	if (!elem->hidden || !elem->hidden(w, obj))
		write_element(w, name, elem, elem->rows, obj, keep);
}

char *conf_format(const struct conf_elem *elem, const char *name, const void *obj, unsigned flags, struct error *err)
{
	struct conf_writer w = { .flags = flags, .root = obj };
	char *text;

	conf_write(&w, name, elem, obj, true);
	add_namespaces(&w);
	text = buf_finish(&w.out);
	if (!text)
		error_set(err, ERR_NO_MEMORY, "out of memory while writing <%s>", name);
	return text;
}
