/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/buf.h"

#include <stdarg.h>

static bool buf_room(struct buf *b, size_t more)
{
	if (b->failed)
		return false;
	if (more >= b->size - b->len || !b->data) {
		size_t size = b->size ? b->size : 1024;
		char *p;

		while (size - b->len <= more) {
			if (size > SIZE_MAX / 4) {
				b->failed = true;
				return false;
			}
			size *= 2;
		}
		p = realloc(b->data, size);
		if (!p) {
			b->failed = true;
			return false;
		}
		b->data = p;
		b->size = size;
	}
	return true;
}

void buf_add(struct buf *b, const char *data, size_t len)
{
	if (!buf_room(b, len))
		return;
	memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	char small[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->failed = true;
		return;
	}
	if ((size_t)n < sizeof(small)) {
		buf_add(b, small, n);
		return;
	}
	if (!buf_room(b, n))
		return;
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, n + 1, fmt, ap);
	va_end(ap);
	b->len += n;
}

void buf_escaped(struct buf *b, const char *s, bool attribute)
{
	while (*s) {
		size_t plain = strcspn(s, attribute ? "&<>'\"\r\n\t" : "&<>'\"\r");

		buf_add(b, s, plain);
		s += plain;
		switch (*s) {
		case '\0':
			return;
		case '&':
			buf_str(b, "&amp;");
			break;
		case '<':
			buf_str(b, "&lt;");
			break;
		case '>':
			buf_str(b, "&gt;");
			break;
		case '\'':
			buf_str(b, "&apos;");
			break;
		case '"':
			buf_str(b, "&quot;");
			break;
		default:
			buf_printf(b, "&#%d;", *s);
		}
		s++;
	}
}

void buf_indent(struct buf *b, unsigned depth)
{
	while (depth--)
		buf_add(b, "  ", 2);
}

char *buf_finish(struct buf *b)
{
	if (!b->failed && !b->data)
		buf_add(b, "", 0);
	if (b->failed) {
		buf_free(b);
		return NULL;
	}
	b->len = b->size = 0;
	return STEAL_PTR(b->data);
}

void buf_free(struct buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}
