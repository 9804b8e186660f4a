/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Strings: allocation, strict numbers, names as file names. */
#ifndef BERTH_UTIL_STR_H
#define BERTH_UTIL_STR_H

#include "util/error.h"

/* printf(3) into memory of the caller's; NULL (errno ENOMEM) when there is none. */
char *str_printf(const char *fmt, ...) PRINTF_LIKE(1, 2) NODISCARD;

/* A whole string as a decimal number without sign, blank or rest, at most `max`. 0, or -1. */
int str_to_u64(const char *s, uint64_t max, uint64_t *out) NODISCARD;

/* An object's name as a file name: letters, digits and "-_+:@,=" as they are, a dot too unless it leads, every other byte
 * as %XX. Reversible, never "." or "..", no slash. A name that would be longer than NAME_MAX - 32 is an error.
 * The result is the caller's. */
char *str_encode_name(const char *name, struct error *err) NODISCARD;

/* The reverse. NULL for what str_encode_name() cannot have made. */
char *str_decode_name(const char *file) NODISCARD;

#endif
