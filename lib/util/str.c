/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/str.h"

#include <limits.h>
#include <string.h>

char *str_printf(const char *fmt, ...)
{
	char *out = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&out, fmt, ap);
	va_end(ap);
	return n < 0 ? NULL : out;
}

int str_to_u64(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (!*s)
		return -1;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, *s - '0', &v))
			return -1;
	}
	if (v > max)
		return -1;
	*out = v;
	return 0;
}

static bool plain(unsigned char c, bool first)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return true;
	if (c == '.')
		return !first;
	return c != '\0' && strchr("-_+:@,=", c) != NULL;
}

char *str_encode_name(const char *name, struct error *err)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t len = strlen(name), n = 0;
	char *out;

	if (len == 0) {
		error_set(err, ERR_INVALID_ARG, "an empty name");
		return NULL;
	}
	out = malloc(3 * len + 1);
	if (!out) {
		error_errno(err, "name '%s'", name);
		return NULL;
	}
	for (size_t i = 0; i < len; i++) {
		unsigned char c = name[i];
		if (plain(c, i == 0)) {
			out[n++] = c;
		} else {
			out[n++] = '%';
			out[n++] = hex[c >> 4];
			out[n++] = hex[c & 15];
		}
	}
	out[n] = '\0';
	if (n > NAME_MAX - 32) {
		error_set(err, ERR_INVALID_ARG, "the name '%.40s...' is too long", name);
		free(out);
		return NULL;
	}
	return out;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

char *str_decode_name(const char *file)
{
	size_t len = strlen(file), n = 0;
	AUTO_FREE char *out = malloc(len + 1);

	if (!out || len == 0)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if (plain(file[i], i == 0)) {
			out[n++] = file[i];
			continue;
		}
		if (file[i] != '%' || i + 2 >= len)
			return NULL;
		int high = hex_digit(file[i + 1]), low = hex_digit(file[i + 2]);
		if (high < 0 || low < 0 || (high == 0 && low == 0) || plain(high << 4 | low, n == 0))
			return NULL;
		out[n++] = high << 4 | low;
		i += 2;
	}
	out[n] = '\0';
	return STEAL_PTR(out);
}
