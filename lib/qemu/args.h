/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arguments of QEMU: a growing argv, values with their commas doubled, JSON objects with properties that may be absent.
 * Running out of memory sticks; qemu_args_finish() tells it.
 */
#ifndef BERTH_QEMU_ARGS_H
#define BERTH_QEMU_ARGS_H

#include "conf/conf.h"
#include "util/error.h"

#include <jansson.h>

struct qemu_args {
	char **v;          /* ends in NULL once there is something */
	size_t n, size;
	bool failed;
};

/* Adds a word (copied), or an option and its value. */
void qemu_arg(struct qemu_args *a, const char *word);
void qemu_arg2(struct qemu_args *a, const char *option, const char *value);
void qemu_argf(struct qemu_args *a, const char *option, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The buffer's text becomes the value; the buffer is empty afterwards. */
void qemu_arg_buf(struct qemu_args *a, const char *option, struct buf *value);
/* Takes the object. */
void qemu_arg_json(struct qemu_args *a, const char *option, json_t *object);

/* The array, the caller's (qemu_args_free()); NULL with *err set when memory ran out. */
char **qemu_args_finish(struct qemu_args *a, struct error *err) NODISCARD;
void qemu_args_free(char **v);
void qemu_args_clear(struct qemu_args *a);
#define AUTO_QEMU_ARGS AUTO(qemu_args_clear)

/* ---- "key=value,key=value" ---- */

/* Adds ",key=value" with the value's commas doubled; nothing when the value is NULL. */
void qemu_opt(struct buf *b, const char *key, const char *value);
void qemu_optf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A value alone, commas doubled. */
void qemu_opt_value(struct buf *b, const char *value);

/* ---- JSON properties; each takes nothing from the caller and adds nothing when the value is not given ---- */

void qemu_put(json_t *o, const char *key, const char *value);
void qemu_putf(json_t *o, const char *key, const char *fmt, ...) PRINTF_LIKE(3, 4);
void qemu_put_bool(json_t *o, const char *key, bool value);
void qemu_put_true(json_t *o, const char *key, bool value);       /* only where it is true */
void qemu_put_int(json_t *o, const char *key, uint64_t value);
void qemu_put_uint(json_t *o, const char *key, uint64_t value);   /* only where it is not 0 */
void qemu_put_num(json_t *o, const char *key, struct conf_num value);
void qemu_put_onoff(json_t *o, const char *key, enum conf_onoff value);         /* a bool */
void qemu_put_onoff_auto(json_t *o, const char *key, enum conf_onoff value);    /* "on", "off": of a property that has "auto", too */

/* Properties that are members of a struct: a row each, ends in { NULL }. */
enum qemu_prop_type { QEMU_PROP_ONOFF, QEMU_PROP_U32, QEMU_PROP_U64, QEMU_PROP_STRING, QEMU_PROP_NUM };
struct qemu_prop {
	const char *key;
	enum qemu_prop_type type;
	size_t offset;
};
#define QEMU_PROP(S, m, key, type) { key, QEMU_PROP_##type, offsetof(S, m) }
#define QEMU_PROP_END { NULL, 0, 0 }
void qemu_put_props(json_t *o, const struct qemu_prop *rows, const void *obj);

#endif
