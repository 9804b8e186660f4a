/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The JSON form of any struct that has a table: attributes and children by their names, an element's own text as "text", lists as
 * arrays, yes/no and on/off as booleans, sizes as numbers in the unit of the canonical XML. A header and .c file of its own, so that
 * only programs that write JSON are linked with jansson.
 */
#ifndef BERTH_CONF_JSON_H
#define BERTH_CONF_JSON_H

#include "conf/conf.h"

#include <jansson.h>

/* The result is the caller's (json_decref). Flags as for conf_format(). NULL with *err set: no memory. */
json_t *conf_json(const struct conf_elem *elem, const void *obj, unsigned flags, struct error *err) NODISCARD;

#endif
