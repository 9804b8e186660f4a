/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/document.h"

#include <string.h>

void *conf_document_parse(const struct conf_document *document, const char *xml, size_t len, unsigned flags,
			  void (*warn)(void *ctx, const char *text), void *ctx, struct error *err)
{
	struct conf_reader r = { .flags = flags, .warn = warn, .warn_ctx = ctx, .err = err };
	AUTO_XML struct xml_doc *doc = xml_parse(xml, len, err);

	if (!doc)
		return NULL;
	if (strcmp(xml_root(doc)->name, document->root) != 0 || xml_root(doc)->ns) {
		error_set(err, ERR_XML, "the document is a <%s>, not a <%s>", xml_root(doc)->name, document->root);
		return NULL;
	}
	return conf_parse(&r, document->elem, xml_root(doc));
}

char *conf_document_format(const struct conf_document *document, const void *obj, unsigned flags, struct error *err)
{
	return conf_format(document->elem, document->root, obj, flags | document->format, err);
}

char *conf_document_canonical(const struct conf_document *document, const char *xml, size_t len, unsigned flags,
			      void (*warn)(void *ctx, const char *text), void *ctx, struct error *err)
{
	void *obj = conf_document_parse(document, xml, len, flags, warn, ctx, err);
	char *text = obj ? conf_document_format(document, obj, CONF_FORMAT_INACTIVE | CONF_FORMAT_SECURE, err) : NULL;

	conf_free(document->elem, obj);
	return text;
}
