/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cli.h"

#include <string.h>

/* The length of the well-formed UTF-8 sequence at s (RFC 3629), its code point in *c; 0 when there is none. */
static size_t utf8(const unsigned char *s, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc0 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf8 ? 4 : 0;

	if (n < 2) {
		*c = s[0];
		return n;
	}
	*c = s[0] & (0x7f >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	return *c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff) ? 0 : n;
}

static bool harmless(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return false;
	return !(c >= 0x202a && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069) && c != 0x200e && c != 0x200f &&
	       c != 0x2028 && c != 0x2029;
}

static bool wide(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
	       (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
	       (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

/* One printable piece of the text: the bytes to copy (*n), or 0 when the *used bytes are to be shown as \xNN. */
static size_t piece(const char *text, size_t *used, size_t *width)
{
	uint32_t c;
	size_t n = utf8((const unsigned char *)text, &c);

	*used = n ? n : 1;
	if (n && harmless(c)) {
		*width = (c >= 0x300 && c <= 0x36f) || c == 0x200b || c == 0x200d ? 0 : wide(c) ? 2 : 1;
		return n;
	}
	*width = 4 * *used;
	return 0;
}

/* The length of the printable ASCII that text begins with: nearly always all of it. */
static size_t plain(const char *text)
{
	size_t n = 0;

	while (text[n] >= 0x20 && text[n] < 0x7f)
		n++;
	return n;
}

void cli_put_safe(FILE *out, const char *text)
{
	size_t used, width;

	for (; *text; text += used) {
		used = plain(text);
		size_t n = used ? used : piece(text, &used, &width);
		if (n) {
			fwrite_unlocked(text, 1, n, out);
			continue;
		}
		for (size_t i = 0; i < used; i++)
			fprintf(out, "\\x%02x", (unsigned char)text[i]);
	}
}

char *cli_safe(char *buffer, size_t size, const char *text)
{
	size_t at = 0, used, width;

	for (; *text; text += used) {
		size_t n = piece(text, &used, &width);
		if (at + (n ? n : 4 * used) >= size)
			break;
		if (n)
			memcpy(buffer + at, text, n);
		for (size_t i = 0; !n && i < used; i++)
			snprintf(buffer + at + 4 * i, 5, "\\x%02x", (unsigned char)text[i]);
		at += n ? n : 4 * used;
	}
	buffer[at] = '\0';
	return buffer;
}

size_t cli_width(const char *text)
{
	size_t total = plain(text), used, width;

	for (text += total; *text; text += used) {
		piece(text, &used, &width);
		total += width;
	}
	return total;
}

void cli_value(const struct cli *cli, const char *value)
{
	if (cli->terminal)
		cli_put_safe(stdout, value);
	else
		fputs(value, stdout);
	putchar('\n');
}
