/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/base64.h"

#include <ctype.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_encode(const void *data, size_t len)
{
	const unsigned char *in = data;
	char *text = malloc(len / 3 * 4 + 5), *out = text;

	for (size_t i = 0; text && i < len; i += 3) {
		size_t left = len - i;
		uint32_t bits = (uint32_t)in[i] << 16 | (left > 1 ? in[i + 1] << 8 : 0) | (left > 2 ? in[i + 2] : 0);

		*out++ = digits[bits >> 18];
		*out++ = digits[bits >> 12 & 63];
		*out++ = left > 1 ? digits[bits >> 6 & 63] : '=';
		*out++ = left > 2 ? digits[bits & 63] : '=';
	}
	if (text)
		*out = '\0';
	return text;
}

char *base64_decode(const char *text, size_t *len)
{
	AUTO_FREE char *bytes = malloc(strlen(text) / 4 * 3 + 4);
	unsigned n = 0, pads = 0;
	uint32_t bits = 0;

	*len = 0;
	for (; bytes && *text; text++) {
		const char *digit = strchr(digits, *text);

		if (isspace((unsigned char)*text))
			continue;
		if (*text == '=' ? ++pads > 2 : !digit || pads)
			return NULL;
		bits = bits << 6 | (digit ? (uint32_t)(digit - digits) : 0);
		if (++n % 4)
			continue;
		for (int shift = 16; shift >= 0; shift -= 8)
			bytes[(*len)++] = (char)(bits >> shift);
	}
	if (!bytes || n % 4)
		return NULL;
	*len -= pads;
	bytes[*len] = '\0';
	return STEAL_PTR(bytes);
}
