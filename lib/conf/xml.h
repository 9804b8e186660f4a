/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading XML that nobody vouches for. One document becomes one read-only tree in one arena; the parser behind it
 * (libxml2's SAX2 interface) is seen by xml.c alone.
 *
 * Refused: entity declarations and any other DTD content, external DTDs, XInclude, documents over XML_MAX_SIZE, over
 * XML_MAX_NODES nodes, deeper than XML_MAX_DEPTH, over XML_MAX_ATTRIBUTES attributes on an element. Nothing is ever
 * opened: no file, no network. Any encoding that libxml2 knows is read; what comes out is UTF-8.
 */
#ifndef BERTH_CONF_XML_H
#define BERTH_CONF_XML_H

#include "conf/buf.h"
#include "util/error.h"

#define XML_MAX_SIZE (16u << 20)
#define XML_MAX_NODES 200000u
#define XML_MAX_ATTRIBUTES 256u
#define XML_MAX_DEPTH 256u

enum xml_kind { XML_ELEMENT, XML_CHARS, XML_COMMENT };

struct xml_attr {
	struct xml_attr *next;
	const char *prefix;   /* "xml" of xml:lang; NULL: none */
	const char *name;
	const char *value;
	bool ns_decl;         /* xmlns:name='value', or xmlns='value' with an empty name */
	bool used;            /* conf: some row has read it */
};

struct xml_node {
	struct xml_node *next, *children, *parent;
	struct xml_attr *attrs;
	const char *prefix;   /* as written, or NULL */
	const char *ns;       /* namespace URI, or NULL */
	const char *name;     /* without prefix; of an element */
	const char *text;     /* of characters and comments */
	unsigned line;
	enum xml_kind kind;
	bool used;
};

struct xml_doc;

/* Reads a document. The error (ERR_XML) names the line. The result is the caller's: xml_free(). */
struct xml_doc *xml_parse(const char *xml, size_t len, struct error *err) NODISCARD;
struct xml_node *xml_root(struct xml_doc *doc);
void xml_free(struct xml_doc *doc);

/* The first child element of that name (no namespace), or NULL. */
struct xml_node *xml_child(const struct xml_node *node, const char *name);
/* The value of the attribute of that name (no namespace), or NULL. */
const char *xml_attr(const struct xml_node *node, const char *name);
/* All characters directly in the element, white space at both ends left out, in memory of the caller's; "" when
 * there are none; NULL: no memory. */
char *xml_text(const struct xml_node *node) NODISCARD;

/* Writes the subtree as it was, with the namespace declarations that it needs to stand alone. */
void xml_write(const struct xml_node *node, struct buf *out);

static inline void xml_free_(struct xml_doc **doc)
{
	xml_free(*doc);
}
#define AUTO_XML AUTO(xml_free_)

#endif
