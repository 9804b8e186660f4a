/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one file that knows libxml2. */
#include "conf/xml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#define CHUNK 16000u

struct chunk {
	struct chunk *next;
	size_t used, size;
	char data[];
};

struct xml_doc {
	struct chunk *chunks;
	struct xml_node *root;
};

struct reader {
	xmlParserCtxtPtr ctxt;
	struct xml_doc *doc;
	struct xml_node *open;        /* the innermost element that is not closed yet */
	struct xml_node **tail[XML_MAX_DEPTH + 2];
	unsigned depth;
	unsigned nodes;
	struct buf chars;             /* characters since the last tag */
	struct error *err;
	bool failed;
};

static void *arena_alloc(struct xml_doc *doc, size_t size)
{
	struct chunk *c = doc->chunks;
	void *p;

	size = (size + 7) & ~(size_t)7;
	if (!c || c->size - c->used < size) {
		size_t room = size > CHUNK ? size : CHUNK;

		c = malloc(sizeof(*c) + room);
		if (!c)
			return NULL;
		c->next = doc->chunks;
		c->used = 0;
		c->size = room;
		doc->chunks = c;
	}
	p = c->data + c->used;
	c->used += size;
	return p;
}

static const char *arena_str(struct xml_doc *doc, const void *s, size_t len)
{
	char *p = arena_alloc(doc, len + 1);

	if (!p)
		return NULL;
	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

static void reader_stop(struct reader *r, enum error_code code, const char *what)
{
	if (r->failed)
		return;
	r->failed = true;
	if (code == ERR_NO_MEMORY)
		error_set(r->err, code, "out of memory while reading XML");
	else
		error_set(r->err, code, "line %d: %s", xmlSAX2GetLineNumber(r->ctxt), what);
	xmlStopParser(r->ctxt);
}

static struct xml_node *reader_node(struct reader *r, enum xml_kind kind)
{
	struct xml_node *n;

	if (r->nodes++ >= XML_MAX_NODES) {
		reader_stop(r, ERR_XML, "the document has too many elements");
		return NULL;
	}
	n = arena_alloc(r->doc, sizeof(*n));
	if (!n) {
		reader_stop(r, ERR_NO_MEMORY, NULL);
		return NULL;
	}
	memset(n, 0, sizeof(*n));
	n->kind = kind;
	n->parent = r->open;
	n->line = xmlSAX2GetLineNumber(r->ctxt);
	if (r->open) {
		*r->tail[r->depth] = n;
		r->tail[r->depth] = &n->next;
	}
	return n;
}

/* Characters come in pieces; they become one node when a tag or comment ends them. */
static void reader_flush(struct reader *r)
{
	struct xml_node *n;

	if (!r->chars.len || !r->open)
		return;
	n = reader_node(r, XML_CHARS);
	if (n) {
		n->text = arena_str(r->doc, r->chars.data, r->chars.len);
		if (!n->text)
			reader_stop(r, ERR_NO_MEMORY, NULL);
	}
	r->chars.len = 0;
}

static bool add_attr(struct reader *r, struct xml_attr ***tail, const xmlChar *prefix, const xmlChar *name,
		     const xmlChar *value, size_t len, bool ns_decl)
{
	struct xml_attr *a = arena_alloc(r->doc, sizeof(*a));

	if (a) {
		memset(a, 0, sizeof(*a));
		a->prefix = prefix ? arena_str(r->doc, prefix, xmlStrlen(prefix)) : NULL;
		a->name = arena_str(r->doc, name, xmlStrlen(name));
		a->value = arena_str(r->doc, value, len);
		a->ns_decl = ns_decl;
	}
	if (!a || !a->name || !a->value || (prefix && !a->prefix)) {
		reader_stop(r, ERR_NO_MEMORY, NULL);
		return false;
	}
	**tail = a;
	*tail = &a->next;
	return true;
}

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_ns, const xmlChar **ns,
		     int n_attrs, int n_defaulted UNUSED, const xmlChar **attrs)
{
	struct reader *r = ctx;
	struct xml_attr **tail;
	struct xml_node *n;

	if (r->failed)
		return;
	if (r->depth >= XML_MAX_DEPTH) {
		reader_stop(r, ERR_XML, "elements are nested too deep");
		return;
	}
	if ((unsigned)n_attrs + n_ns > XML_MAX_ATTRIBUTES) {
		reader_stop(r, ERR_XML, "an element has too many attributes");
		return;
	}
	reader_flush(r);
	n = reader_node(r, XML_ELEMENT);
	if (!n)
		return;
	n->name = arena_str(r->doc, name, xmlStrlen(name));
	n->prefix = prefix ? arena_str(r->doc, prefix, xmlStrlen(prefix)) : NULL;
	n->ns = uri ? arena_str(r->doc, uri, xmlStrlen(uri)) : NULL;
	if (!n->name || (prefix && !n->prefix) || (uri && !n->ns)) {
		reader_stop(r, ERR_NO_MEMORY, NULL);
		return;
	}
	tail = &n->attrs;
	for (int i = 0; i < n_ns; i++) {
		const xmlChar *p = ns[2 * i] ? ns[2 * i] : (const xmlChar *)"";
		const xmlChar *v = ns[2 * i + 1] ? ns[2 * i + 1] : (const xmlChar *)"";

		if (!add_attr(r, &tail, NULL, p, v, xmlStrlen(v), true))
			return;
	}
	/* five each: name, prefix, URI, start and end of the value */
	for (int i = 0; i < n_attrs; i++, attrs += 5)
		if (!add_attr(r, &tail, attrs[1], attrs[0], attrs[3], attrs[4] - attrs[3], false))
			return;
	if (!r->open)
		r->doc->root = n;
	r->open = n;
	r->tail[++r->depth] = &n->children;
}

static void on_end(void *ctx, const xmlChar *name UNUSED, const xmlChar *prefix UNUSED, const xmlChar *uri UNUSED)
{
	struct reader *r = ctx;

	if (r->failed || !r->open)
		return;
	reader_flush(r);
	r->open = r->open->parent;
	r->depth--;
}

static void on_chars(void *ctx, const xmlChar *s, int len)
{
	struct reader *r = ctx;

	if (r->failed || !r->open)
		return;
	buf_add(&r->chars, (const char *)s, len);
	if (r->chars.failed)
		reader_stop(r, ERR_NO_MEMORY, NULL);
}

static void on_comment(void *ctx, const xmlChar *s)
{
	struct reader *r = ctx;
	struct xml_node *n;

	if (r->failed || !r->open)
		return;
	reader_flush(r);
	n = reader_node(r, XML_COMMENT);
	if (n && !(n->text = arena_str(r->doc, s, xmlStrlen(s))))
		reader_stop(r, ERR_NO_MEMORY, NULL);
}

static void on_subset(void *ctx, const xmlChar *name UNUSED, const xmlChar *external, const xmlChar *system)
{
	if (external || system)
		reader_stop(ctx, ERR_XML, "an external DTD is refused");
}

static void on_entity(void *ctx, const xmlChar *name UNUSED, int type UNUSED, const xmlChar *public_id UNUSED,
		      const xmlChar *system UNUSED, xmlChar *content UNUSED)
{
	reader_stop(ctx, ERR_XML, "an entity declaration is refused");
}

static void on_attribute_decl(void *ctx, const xmlChar *elem UNUSED, const xmlChar *name UNUSED, int type UNUSED,
			      int def UNUSED, const xmlChar *value UNUSED, xmlEnumerationPtr tree)
{
	xmlFreeEnumeration(tree);
	reader_stop(ctx, ERR_XML, "a DTD is refused");
}

static void on_element_decl(void *ctx, const xmlChar *name UNUSED, int type UNUSED, xmlElementContentPtr content UNUSED)
{
	reader_stop(ctx, ERR_XML, "a DTD is refused");
}

static void on_parameter_reference(void *ctx, const xmlChar *name UNUSED)
{
	reader_stop(ctx, ERR_XML, "an entity reference is refused");
}

/* What libxml2 has to say is read from the context afterwards. */
static void on_error(void *ctx UNUSED, xmlErrorPtr error UNUSED)
{
}

/*
 * libxml2 compares the attributes of an element each with each before it calls us: a million of them would take hours.
 * So they are counted first, as what looks like one (= and a quote) since the last '<', which no value can hold. Zero
 * bytes are skipped, which makes this right for UTF-16 too.
 */
static bool too_many_attributes(const char *xml, size_t len)
{
	unsigned n = 0;
	bool equals = false;

	for (size_t i = 0; i < len; i++) {
		switch (xml[i]) {
		case '<':
			n = 0;
			equals = false;
			break;
		case '=':
			equals = true;
			break;
		case '"':
		case '\'':
			if (equals && ++n > 4 * XML_MAX_ATTRIBUTES)
				return true;
			equals = false;
			break;
		case '\0':
		case ' ':
		case '\t':
		case '\r':
		case '\n':
			break;
		default:
			equals = false;
		}
	}
	return false;
}

static void reader_result(struct reader *r)
{
	const xmlError *e = xmlCtxtGetLastError(r->ctxt);
	char text[256] = "not well-formed";

	if (r->failed || (r->ctxt->wellFormed && r->doc->root))
		return;
	r->failed = true;
	if (e && e->code == XML_ERR_NO_MEMORY) {
		error_set(r->err, ERR_NO_MEMORY, "out of memory while reading XML");
		return;
	}
	if (e && e->message) {
		snprintf(text, sizeof(text), "%s", e->message);
		text[strcspn(text, "\n")] = '\0';
	}
	error_set(r->err, ERR_XML_DETAIL, "line %d: not well-formed XML: %s", e ? e->line : 1, text);
}

struct xml_doc *xml_parse(const char *xml, size_t len, struct error *err)
{
	static const xmlSAXHandler handler = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_chars,
		.ignorableWhitespace = on_chars,
		.cdataBlock = on_chars,
		.comment = on_comment,
		.internalSubset = on_subset,
		.externalSubset = on_subset,
		.entityDecl = on_entity,
		.attributeDecl = on_attribute_decl,
		.elementDecl = on_element_decl,
		.reference = on_parameter_reference,
		.serror = on_error,
	};
	struct reader r = { .err = err };

	if (len > XML_MAX_SIZE) {
		error_set(err, ERR_XML, "the document has %zu bytes, %u are the limit", len, XML_MAX_SIZE);
		return NULL;
	}
	if (too_many_attributes(xml, len)) {
		error_set(err, ERR_XML, "an element has too many attributes");
		return NULL;
	}
	if (!len) {
		error_set(err, ERR_XML, "the document is empty");
		return NULL;
	}
	r.doc = calloc(1, sizeof(*r.doc));
	r.ctxt = r.doc ? xmlCreateMemoryParserCtxt(xml, len) : NULL;
	if (!r.ctxt) {
		error_set(err, ERR_NO_MEMORY, "out of memory while reading XML");
		free(r.doc);
		return NULL;
	}
	*r.ctxt->sax = handler;
	r.ctxt->userData = &r;
	/* NOENT: without it "&amp;" in attributes comes as "&#38;"; there are no other entities */
	xmlCtxtUseOptions(r.ctxt, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_BIG_LINES);
	/* what concerns the encoding goes past the context's handler */
	xmlSetStructuredErrorFunc(NULL, on_error);
	xmlParseDocument(r.ctxt);
	xmlSetStructuredErrorFunc(NULL, NULL);
	reader_result(&r);
	if (r.ctxt->myDoc)
		xmlFreeDoc(r.ctxt->myDoc);
	xmlFreeParserCtxt(r.ctxt);
	buf_free(&r.chars);
	if (r.failed) {
		xml_free(r.doc);
		return NULL;
	}
	return r.doc;
}

struct xml_node *xml_root(struct xml_doc *doc)
{
	return doc->root;
}

void xml_free(struct xml_doc *doc)
{
	if (!doc)
		return;
	while (doc->chunks) {
		struct chunk *c = doc->chunks;

		doc->chunks = c->next;
		free(c);
	}
	free(doc);
}
