/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* UUIDs: 16 bytes in memory and on the wire, 36 characters in text. */
#ifndef BERTH_UTIL_UUID_H
#define BERTH_UTIL_UUID_H

#include "util/error.h"

#define UUID_BYTES 16
#define UUID_TEXT 37   /* with the NUL */

/* A random UUID (RFC 4122 version 4). 0, or -1 when the kernel has no random bytes for us. */
int uuid_generate(unsigned char uuid[UUID_BYTES], struct error *err) NODISCARD;

/* The canonical lower-case text. Returns text. */
char *uuid_format(const unsigned char uuid[UUID_BYTES], char text[UUID_TEXT]);

/* Reads what libvirt reads: 32 hexadecimal digits in either case, a hyphen allowed between any two bytes, blanks around. 0, or -1. */
int uuid_parse(const char *text, unsigned char uuid[UUID_BYTES]) NODISCARD;

/* Whether the text is the canonical form, 8-4-4-4-12 digits: what is looked up as a UUID rather than as a name. */
bool uuid_is_text(const char *text);

#endif
