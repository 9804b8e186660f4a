/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of rows; for the engine's own files. */
#ifndef BERTH_CONF_VALUE_H
#define BERTH_CONF_VALUE_H

#include "conf/conf.h"

#define MEMBER(obj, row) ((void *)((char *)(obj) + (row)->offset))
#define CONST_MEMBER(obj, row) ((const void *)((const char *)(obj) + (row)->offset))

/* Reads text into the member. 0; -1 with what is wrong in `why`; -2: no memory. */
int value_read(const struct conf_row *row, const char *text, void *member, char *why, size_t size) NODISCARD;
bool value_is_set(const struct conf_row *row, const void *member);
/* The text as it stands in XML before escaping. */
void value_write(const struct conf_row *row, const void *member, struct buf *out);
void value_free(const struct conf_row *row, void *member);
int value_copy(const struct conf_row *row, void *to, const void *from) NODISCARD;
bool value_equal(const struct conf_row *row, const void *a, const void *b);
/* Any unsigned member of 1, 2, 4 or 8 bytes. */
uint64_t value_uint(const struct conf_row *row, const void *member);
/* The value of the enum that .when of the element's rows speaks of. */
bool row_applies(const struct conf_elem *elem, const struct conf_row *row, const void *obj);

#endif
