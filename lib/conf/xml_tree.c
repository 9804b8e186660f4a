/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking at a tree and writing one; needs no libxml2. */
#include "conf/xml.h"

struct xml_node *xml_child(const struct xml_node *node, const char *name)
{
	for (struct xml_node *c = node->children; c; c = c->next)
		if (c->kind == XML_ELEMENT && !c->ns && !strcmp(c->name, name))
			return c;
	return NULL;
}

const char *xml_attr(const struct xml_node *node, const char *name)
{
	for (const struct xml_attr *a = node->attrs; a; a = a->next)
		if (!a->prefix && !a->ns_decl && !strcmp(a->name, name))
			return a->value;
	return NULL;
}

char *xml_text(const struct xml_node *node)
{
	AUTO_BUF struct buf b = { 0 };
	size_t start, end;

	for (const struct xml_node *c = node->children; c; c = c->next)
		if (c->kind == XML_CHARS)
			buf_str(&b, c->text);
	if (b.failed)
		return NULL;
	if (!b.len)
		return strdup("");
	start = strspn(b.data, " \t\r\n");
	end = b.len;
	while (end > start && strchr(" \t\r\n", b.data[end - 1]))
		end--;
	return strndup(b.data + start, end - start);
}

/* Whether an element from `node` up to `top` declares the prefix ("" for the default namespace). */
static bool declared(const struct xml_node *node, const struct xml_node *top, const char *prefix)
{
	for (;; node = node->parent) {
		for (const struct xml_attr *a = node->attrs; a; a = a->next)
			if (a->ns_decl && !strcmp(a->name, prefix))
				return true;
		if (node == top)
			return false;
	}
}

static const char *outer_uri(const struct xml_node *node, const char *prefix)
{
	for (; node; node = node->parent)
		for (const struct xml_attr *a = node->attrs; a; a = a->next)
			if (a->ns_decl && !strcmp(a->name, prefix))
				return a->value;
	return NULL;
}

static void write_decl(const char *prefix, const char *uri, struct buf *out)
{
	buf_printf(out, *prefix ? " xmlns:%s=\"" : " xmlns%s=\"", prefix);
	buf_escaped(out, uri, true);
	buf_str(out, "\"");
}

static void write_attrs(const struct xml_node *node, const struct xml_node *top, struct buf *out)
{
	const char *prefix = node->prefix ? node->prefix : "";

	for (const struct xml_attr *a = node->attrs; a; a = a->next)
		if (a->ns_decl)
			write_decl(a->name, a->value, out);
	if (node->ns && strcmp(prefix, "xml") && !declared(node, top, prefix))
		write_decl(prefix, node->ns, out);
	for (const struct xml_attr *a = node->attrs; a; a = a->next) {
		bool first = true;

		if (!a->prefix || !strcmp(a->prefix, "xml") || declared(node, top, a->prefix) ||
		    (node->prefix && !strcmp(node->prefix, a->prefix)))
			continue;
		for (const struct xml_attr *b = node->attrs; b != a; b = b->next)
			first &= !b->prefix || strcmp(b->prefix, a->prefix) != 0;
		if (first && outer_uri(node, a->prefix))
			write_decl(a->prefix, outer_uri(node, a->prefix), out);
	}
	for (const struct xml_attr *a = node->attrs; a; a = a->next) {
		if (a->ns_decl)
			continue;
		buf_printf(out, a->prefix ? " %s:" : " %s", a->prefix ? a->prefix : "");
		buf_printf(out, "%s=\"", a->name);
		buf_escaped(out, a->value, true);
		buf_str(out, "\"");
	}
}

static void write_node(const struct xml_node *node, const struct xml_node *top, struct buf *out)
{
	if (node->kind == XML_CHARS) {
		buf_escaped(out, node->text, false);
		return;
	}
	if (node->kind == XML_COMMENT) {
		buf_printf(out, "<!--%s-->", node->text);
		return;
	}
	buf_printf(out, node->prefix ? "<%s:" : "<%s", node->prefix ? node->prefix : "");
	buf_str(out, node->name);
	write_attrs(node, top, out);
	if (!node->children) {
		buf_str(out, "/>");
		return;
	}
	buf_str(out, ">");
	for (const struct xml_node *c = node->children; c; c = c->next)
		write_node(c, top, out);
	buf_printf(out, node->prefix ? "</%s:" : "</%s", node->prefix ? node->prefix : "");
	buf_printf(out, "%s>", node->name);
}

void xml_write(const struct xml_node *node, struct buf *out)
{
	write_node(node, node, out);
}
