/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/uuid.h"

#include <string.h>
#include <sys/random.h>

static const char digits[] = "0123456789abcdef";

int uuid_generate(unsigned char uuid[UUID_BYTES], struct error *err)
{
	if (RETRY_EINTR(getrandom(uuid, UUID_BYTES, 0)) != UUID_BYTES)
		return error_errno(err, "cannot make a UUID");
	uuid[6] = (uuid[6] & 0x0f) | 0x40;
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
	return 0;
}

char *uuid_format(const unsigned char uuid[UUID_BYTES], char text[UUID_TEXT])
{
	char *p = text;

	for (int i = 0; i < UUID_BYTES; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = digits[uuid[i] >> 4];
		*p++ = digits[uuid[i] & 15];
	}
	*p = '\0';
	return text;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int uuid_parse(const char *text, unsigned char uuid[UUID_BYTES])
{
	unsigned char out[UUID_BYTES];

	while (blank(*text))
		text++;
	for (int i = 0; i < UUID_BYTES; i++) {
		if (i > 0 && *text == '-')
			text++;
		int high = hex(text[0]), low = high < 0 ? -1 : hex(text[1]);
		if (low < 0)
			return -1;
		out[i] = high << 4 | low;
		text += 2;
	}
	while (blank(*text))
		text++;
	if (*text)
		return -1;
	memcpy(uuid, out, UUID_BYTES);
	return 0;
}

bool uuid_is_text(const char *text)
{
	for (int i = 0; i < UUID_TEXT - 1; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		if (dash ? text[i] != '-' : hex(text[i]) < 0)
			return false;
	}
	return text[UUID_TEXT - 1] == '\0';
}
