/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a tree of XML to structs, led by the tables. */
#include "conf/conf_value.h"

static int read_rows(struct conf_reader *r, const struct conf_elem *elem, const struct conf_row *rows,
		     struct xml_node *node, void *obj);

/* --- errors ---------------------------------------------------------------------------------------------------- */

static int fail_with(struct conf_reader *r, enum error_code code, const char *fmt, va_list ap)
{
	char text[600];

	vsnprintf(text, sizeof(text), fmt, ap);
	/* values come from anybody: they must not move a terminal's cursor */
	for (char *s = text; *s; s++)
		if ((unsigned char)*s < 32 || *s == 127)
			*s = '?';
	return error_set(r->err, code, "line %u: <%s>: %s", r->node->line, r->node->name, text);
}

int conf_fail(struct conf_reader *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_with(r, ERR_XML, fmt, ap);
	va_end(ap);
	return -1;
}

int conf_unsupported(struct conf_reader *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_with(r, ERR_CONFIG_UNSUPPORTED, fmt, ap);
	va_end(ap);
	return -1;
}

int conf_no_memory(struct conf_reader *r)
{
	return error_set(r->err, ERR_NO_MEMORY, "out of memory while reading a definition");
}

/* An element or attribute that nothing reads. */
static int complain(struct conf_reader *r, const struct xml_node *node, const char *fmt, const char *name)
{
	char what[200], text[300];

	snprintf(what, sizeof(what), fmt, name);
	snprintf(text, sizeof(text), "line %u: <%.60s>: %s", node->line, node->parent && fmt[0] == 'e' ? node->parent->name : node->name,
		 what);
	if (r->flags & CONF_PARSE_VALIDATE)
		return error_set(r->err, ERR_XML_INVALID_SCHEMA, "%s", text);
	if (r->warn)
		r->warn(r->warn_ctx, text);
	return 0;
}

static int complain_unused(struct conf_reader *r, struct xml_node *node)
{
	for (struct xml_attr *a = node->attrs; a; a = a->next)
		if (!a->used && !a->ns_decl && complain(r, node, "attribute '%.60s' is unknown or has no meaning here", a->name) < 0)
			return -1;
	for (struct xml_node *c = node->children; c; c = c->next)
		if (c->kind == XML_ELEMENT && !c->used &&
		    complain(r, c, "element <%.60s> is unknown, has no meaning here, or is given twice", c->name) < 0)
			return -1;
	return 0;
}

/* --- finding --------------------------------------------------------------------------------------------------- */

/* The next element of that name which no row has read, from `c` on. */
static struct xml_node *find_child(struct xml_node *c, const char *name)
{
	bool any = !strcmp(name, "*");
	const char *colon = strchr(name, ':');
	const char *ns = colon ? conf_namespace(name, colon - name) : NULL;

	if (colon)
		name = colon + 1;
	for (; c; c = c->next)
		if (c->kind == XML_ELEMENT && !c->used && (any || !strcmp(c->name, name)) && (ns ? c->ns && !strcmp(c->ns, ns) : !c->ns))
			return c;
	return NULL;
}

static struct xml_attr *find_attr(struct xml_node *node, const char *name)
{
	for (struct xml_attr *a = node->attrs; a; a = a->next)
		if (!a->prefix && !a->ns_decl && !strcmp(a->name, name))
			return a;
	return NULL;
}

/* --- one row --------------------------------------------------------------------------------------------------- */

static bool wanted(const struct conf_reader *r, const struct conf_row *row)
{
	return !(row->flags & CONF_LIVE) || (r->flags & CONF_PARSE_LIVE);
}

static int read_value(struct conf_reader *r, const struct conf_row *row, const struct xml_node *node, const char *text, void *member)
{
	const struct xml_node *outer = r->node;
	char why[400];
	int rc;

	if (!wanted(r, row))
		return 0;
	rc = value_read(row, text, member, why, sizeof(why));
	if (rc == -2)
		return conf_no_memory(r);
	if (rc < 0) {
		r->node = node;
		if (row->place == CONF_PLACE_ATTR)
			conf_fail(r, "attribute '%s': %s", row->name, why);
		else
			conf_fail(r, "%s", why);
		r->node = outer;
		return -1;
	}
	return 0;
}

static int read_text(struct conf_reader *r, const struct conf_row *row, const struct xml_node *node, void *member)
{
	AUTO_FREE char *text = NULL;
	AUTO_BUF struct buf raw = { 0 };

	if (row->flags & CONF_RAW_TEXT) {
		for (const struct xml_node *c = node->children; c; c = c->next)
			if (c->kind == XML_CHARS)
				buf_str(&raw, c->text);
		text = buf_finish(&raw);
	} else {
		text = xml_text(node);
	}
	if (!text)
		return conf_no_memory(r);
	/* an element without text says nothing, whatever the type */
	if (!*text && row->value != CONF_STRING)
		return 0;
	return read_value(r, row, node, text, member);
}

static int read_size(struct conf_reader *r, const struct conf_row *row, struct xml_node *node, const char *text, struct xml_attr *unit,
		     void *obj)
{
	uint64_t fallback = row->flags & CONF_UNIT_BYTES ? 1 : row->flags & CONF_UNIT_MIB ? 1 << 20 : 1024, bytes;
	struct conf_num *num = MEMBER(obj, row);

	if (unit)
		unit->used = true;
	if (conf_scale(text, unit ? unit->value : NULL, fallback, &bytes) < 0) {
		r->node = node;
		return conf_fail(r, "'%.40s%s%.40s' is not a size (a number, with a unit such as MiB), or is too large", text,
				 unit ? " " : "", unit ? unit->value : "");
	}
	num->value = bytes / row->max + (bytes % row->max != 0);
	num->set = true;
	return 0;
}

static int read_scaled(struct conf_reader *r, const struct conf_row *row, struct xml_node *node, void *obj)
{
	struct xml_attr *unit = find_attr(node, "unit");
	AUTO_FREE char *text = xml_text(node);

	if (!text)
		return conf_no_memory(r);
	if (!*text && !(row->flags & CONF_REQUIRED)) {
		if (unit)
			unit->used = true;
		return 0;
	}
	return read_size(r, row, node, text, unit, obj);
}

static int read_scaled_attr(struct conf_reader *r, const struct conf_row *row, struct xml_node *node, void *obj)
{
	struct xml_attr *a = find_attr(node, row->name);

	if (!a)
		return row->flags & CONF_REQUIRED ? conf_fail(r, "attribute '%s' is missing", row->name) : 0;
	a->used = true;
	return read_size(r, row, node, a->value, find_attr(node, row->unit), obj);
}

static int read_strings(struct conf_reader *r, const struct conf_row *row, struct xml_node *node, struct conf_list *list)
{
	size_t max = row->max ? row->max : CONF_LIST_MAX;

	for (struct xml_node *c = find_child(node->children, row->name); c; c = find_child(c->next, row->name)) {
		AUTO_FREE char *text = xml_text(c);
		void **items;

		if (!text)
			return conf_no_memory(r);
		c->used = true;
		if (list->n >= max)
			return conf_fail(r, "there are more than %zu <%s>", max, row->name);
		items = reallocarray(list->items, list->n + 1, sizeof(*items));
		if (!items)
			return conf_no_memory(r);
		list->items = items;
		list->items[list->n++] = STEAL_PTR(text);
		if (complain_unused(r, c) < 0)
			return -1;
	}
	return 0;
}

void *conf_list_add(struct conf_list *list, size_t size)
{
	void *item = calloc(1, size);
	void **items = item ? reallocarray(list->items, list->n + 1, sizeof(*items)) : NULL;

	if (!items) {
		free(item);
		return NULL;
	}
	list->items = items;
	list->items[list->n++] = item;
	return item;
}

static int read_list(struct conf_reader *r, const struct conf_row *row, struct xml_node *node, struct conf_list *list)
{
	size_t max = row->max ? row->max : CONF_LIST_MAX;

	for (struct xml_node *c = find_child(node->children, row->name); c; c = find_child(c->next, row->name)) {
		void *item;

		c->used = true;
		if (!wanted(r, row))
			continue;
		if (list->n >= max)
			return conf_fail(r, "there are more than %zu <%s>", max, row->name);
		item = conf_list_add(list, row->elem->size);
		if (!item)
			return conf_no_memory(r);
		if (conf_read(r, row->elem, c, item) < 0)
			return -1;
	}
	return 0;
}

/* Whether the namespace of a child comes up in the list for the first time. */
static bool first_of_ns(const struct conf_list *list, const struct xml_node *c)
{
	for (size_t i = 0; c->ns && i < list->n; i++) {
		const struct conf_raw *raw = list->items[i];

		if (raw->ns && !strcmp(raw->ns, c->ns))
			return false;
	}
	return c->ns;
}

static int read_raws(struct conf_reader *r, const struct conf_row *row, struct xml_node *node, struct conf_list *list)
{
	for (struct xml_node *c = node->children; c; c = c->next) {
		AUTO_BUF struct buf b = { 0 };
		struct conf_raw *raw;

		if (c->kind != XML_ELEMENT || c->used)
			continue;
		c->used = true;
		if ((row->flags & CONF_ONE_PER_NS) && !first_of_ns(list, c)) {
			if (complain(r, c, "element <%.60s> is left out: each needs a namespace of its own", c->name) < 0)
				return -1;
			continue;
		}
		if (list->n >= 1024)
			return conf_fail(r, "there are more than 1024 elements");
		raw = conf_list_add(list, sizeof(*raw));
		if (!raw)
			return conf_no_memory(r);
		xml_write(c, &b);
		raw->xml = buf_finish(&b);
		raw->name = strdup(c->name);
		raw->ns = c->ns ? strdup(c->ns) : NULL;
		if (!raw->xml || !raw->name || (c->ns && !raw->ns))
			return conf_no_memory(r);
	}
	return 0;
}

static int read_group(struct conf_reader *r, const struct conf_elem *elem, const struct conf_row *row, struct xml_node *node, void *obj)
{
	const struct xml_node *outer = r->node;

	r->node = node;
	if (read_rows(r, elem, row->rows, node, obj) < 0 || complain_unused(r, node) < 0)
		return -1;
	r->node = outer;
	return 0;
}

static int read_node(struct conf_reader *r, const struct conf_row *row, struct xml_node *node, void *obj)
{
	void **member = MEMBER(obj, row);

	if (!*member)
		*member = calloc(1, row->elem->size);
	if (!*member)
		return conf_no_memory(r);
	return conf_read(r, row->elem, node, *member);
}

static int read_embedded(struct conf_reader *r, const struct conf_row *row, struct xml_node *c, void *member)
{
	for (; c; c = row->flags & CONF_MERGE ? find_child(c->next, row->name) : NULL) {
		c->used = true;
		if (conf_read(r, row->elem, c, member) < 0)
			return -1;
	}
	return 0;
}

static int read_attr_row(struct conf_reader *r, const struct conf_row *row, struct xml_node *node, void *obj)
{
	struct xml_attr *a = find_attr(node, row->name);

	if (!a) {
		if (row->flags & CONF_REQUIRED)
			return conf_fail(r, "attribute '%s' is missing", row->name);
		return 0;
	}
	a->used = true;
	return read_value(r, row, node, a->value, MEMBER(obj, row));
}

static int read_child_row(struct conf_reader *r, const struct conf_elem *elem, const struct conf_row *row, struct xml_node *node,
			  void *obj)
{
	struct xml_node *c = find_child(node->children, row->name);
	int rc;

	if (!c) {
		if (row->flags & CONF_REQUIRED)
			return conf_fail(r, "element <%s> is missing", row->name);
		return 0;
	}
	c->used = true;
	if ((row->flags & CONF_ONCE) && find_child(c->next, row->name))
		return conf_unsupported(r, "there can be one <%s>", row->name);
	if (!wanted(r, row))
		return 0;
	switch ((enum conf_place)row->place) {
	case CONF_PLACE_CHILD:
		rc = read_text(r, row, c, MEMBER(obj, row));
		return rc < 0 ? rc : complain_unused(r, c);
	case CONF_PLACE_FLAG:
		*(bool *)MEMBER(obj, row) = true;
		return complain_unused(r, c);
	case CONF_PLACE_SCALED:
		rc = read_scaled(r, row, c, obj);
		return rc < 0 ? rc : complain_unused(r, c);
	case CONF_PLACE_GROUP:
		return read_group(r, elem, row, c, obj);
	case CONF_PLACE_NODE:
		return read_node(r, row, c, obj);
	default:
		return read_embedded(r, row, c, MEMBER(obj, row));
	}
}

static int read_row(struct conf_reader *r, const struct conf_elem *elem, const struct conf_row *row, struct xml_node *node, void *obj)
{
	int rc;

	switch ((enum conf_place)row->place) {
	case CONF_PLACE_ATTR:
		return read_attr_row(r, row, node, obj);
	case CONF_PLACE_TEXT:
		return read_text(r, row, node, MEMBER(obj, row));
	case CONF_PLACE_TAG:
		return read_value(r, row, node, node->name, MEMBER(obj, row));
	case CONF_PLACE_SCALED:
		return row->name ? read_child_row(r, elem, row, node, obj) : read_scaled(r, row, node, obj);
	case CONF_PLACE_SCALED_ATTR:
		return read_scaled_attr(r, row, node, obj);
	case CONF_PLACE_STRINGS:
		return read_strings(r, row, node, MEMBER(obj, row));
	case CONF_PLACE_LIST:
		return read_list(r, row, node, MEMBER(obj, row));
	case CONF_PLACE_RAWS:
		return read_raws(r, row, node, MEMBER(obj, row));
	case CONF_PLACE_INCLUDE:
		rc = read_rows(r, row->elem, row->elem->rows, node, MEMBER(obj, row));
		return rc < 0 || !row->elem->fill ? rc : row->elem->fill(r, MEMBER(obj, row));
	case CONF_PLACE_HOOK:
		return row->hook->read ? row->hook->read(r, node, obj, MEMBER(obj, row)) : 0;
	case CONF_PLACE_END:
		return 0;
	default:
		return read_child_row(r, elem, row, node, obj);
	}
}

static int read_rows(struct conf_reader *r, const struct conf_elem *elem, const struct conf_row *rows, struct xml_node *node, void *obj)
{
	for (const struct conf_row *row = rows; row->place != CONF_PLACE_END; row++) {
		if ((row->flags & CONF_WRITE_ONLY) || !row_applies(elem, row, obj))
			continue;
		r->node = node;
		if (read_row(r, elem, row, node, obj) < 0)
			return -1;
	}
	r->node = node;
	return 0;
}

/* --- elements -------------------------------------------------------------------------------------------------- */

int conf_read(struct conf_reader *r, const struct conf_elem *elem, struct xml_node *node, void *obj)
{
	const struct xml_node *outer = r->node;

	r->node = node;
	if (read_rows(r, elem, elem->rows, node, obj) < 0 || complain_unused(r, node) < 0)
		return -1;
	if (elem->fill && elem->fill(r, obj) < 0)
		return -1;
	r->node = outer;
	return 0;
}

void *conf_parse(struct conf_reader *r, const struct conf_elem *elem, struct xml_node *node)
{
	void *obj = calloc(1, elem->size);

	r->node = node;
	r->root = obj;
	if (!obj) {
		conf_no_memory(r);
		return NULL;
	}
	if (conf_read(r, elem, node, obj) < 0) {
		conf_free(elem, obj);
		return NULL;
	}
	return obj;
}
