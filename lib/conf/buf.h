/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A growing string. Running out of memory sticks: everything after it does nothing, and buf_finish() returns NULL. */
#ifndef BERTH_CONF_BUF_H
#define BERTH_CONF_BUF_H

#include "util/common.h"

#include <string.h>

struct buf {
	char *data;
	size_t len, size;
	bool failed;
};

void buf_add(struct buf *b, const char *data, size_t len);
void buf_str(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* With & < > ' " replaced by XML's entities, and a line end, tab and carriage return as character references where
 * `attribute` says that they would not survive. */
void buf_escaped(struct buf *b, const char *s, bool attribute);
void buf_indent(struct buf *b, unsigned depth);
/* The text, the caller's from now on; NULL when memory ran out. The buffer is empty afterwards. */
char *buf_finish(struct buf *b) NODISCARD;
void buf_free(struct buf *b);
#define AUTO_BUF AUTO(buf_free)

#endif
