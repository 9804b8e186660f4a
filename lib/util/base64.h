/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base64, RFC 4648 section 4. */
#ifndef BERTH_UTIL_BASE64_H
#define BERTH_UTIL_BASE64_H

#include "util/common.h"

/* Bytes as text; the caller's, NULL: no memory. */
char *base64_encode(const void *data, size_t len) NODISCARD;

/* Text (white space at its ends and between its characters is no matter) as bytes, with a zero after the last; the caller's. NULL: not Base64, or
 * no memory. */
char *base64_decode(const char *text, size_t *len) NODISCARD;

#endif
