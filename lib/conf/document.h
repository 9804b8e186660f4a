/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole document of one of libvirt's formats: its root's name and table. What storage.h, secret.h ... offer, read and written alike. */
#ifndef BERTH_CONF_DOCUMENT_H
#define BERTH_CONF_DOCUMENT_H

#include "conf/conf.h"

struct conf_document {
	const char *root;              /* "pool" */
	const struct conf_elem *elem;
	unsigned format;               /* CONF_FORMAT_*: always added when the canonical form is written */
};

/* Reads a document; `flags` are CONF_PARSE_*; warn (may be NULL) is told of what no table knows. The result goes with conf_free(document->elem).
 * NULL with *err set (ERR_XML, ERR_CONFIG_UNSUPPORTED ...). */
void *conf_document_parse(const struct conf_document *document, const char *xml, size_t len, unsigned flags,
			  void (*warn)(void *ctx, const char *text), void *ctx, struct error *err) NODISCARD;

/* The canonical text of what was read; the caller's. */
char *conf_document_format(const struct conf_document *document, const void *obj, unsigned flags, struct error *err) NODISCARD;

/* Both: the canonical form of a text, with secrets. */
char *conf_document_canonical(const struct conf_document *document, const char *xml, size_t len, unsigned flags,
			      void (*warn)(void *ctx, const char *text), void *ctx, struct error *err) NODISCARD;

#endif
