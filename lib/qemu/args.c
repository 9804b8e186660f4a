/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu/args.h"

#include <stdarg.h>
#include <string.h>

static void add(struct qemu_args *a, char *word)
{
	if (!word || a->failed) {
		a->failed = true;
		free(word);
		return;
	}
	if (a->n + 2 > a->size) {
		size_t size = a->size ? a->size * 2 : 64;
		char **v = realloc(a->v, size * sizeof(*v));

		if (!v) {
			a->failed = true;
			free(word);
			return;
		}
		a->v = v;
		a->size = size;
	}
	a->v[a->n++] = word;
	a->v[a->n] = NULL;
}

void qemu_arg(struct qemu_args *a, const char *word)
{
	add(a, strdup(word));
}

void qemu_arg2(struct qemu_args *a, const char *option, const char *value)
{
	qemu_arg(a, option);
	qemu_arg(a, value);
}

void qemu_argf(struct qemu_args *a, const char *option, const char *fmt, ...)
{
	char *value = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&value, fmt, ap) < 0)
		value = NULL;
	va_end(ap);
	qemu_arg(a, option);
	add(a, value);
}

void qemu_arg_buf(struct qemu_args *a, const char *option, struct buf *value)
{
	qemu_arg(a, option);
	add(a, buf_finish(value));
}

void qemu_arg_json(struct qemu_args *a, const char *option, json_t *object)
{
	qemu_arg(a, option);
	add(a, object ? json_dumps(object, JSON_COMPACT | JSON_ENCODE_ANY) : NULL);
	json_decref(object);
}

char **qemu_args_finish(struct qemu_args *a, struct error *err)
{
	if (a->failed || !a->v) {
		qemu_args_clear(a);
		error_set(err, ERR_NO_MEMORY, "no memory for the command line");
		return NULL;
	}
	a->n = a->size = 0;
	return STEAL_PTR(a->v);
}

void qemu_args_free(char **v)
{
	for (size_t i = 0; v && v[i]; i++)
		free(v[i]);
	free(v);
}

void qemu_args_clear(struct qemu_args *a)
{
	qemu_args_free(a->v);
	*a = (struct qemu_args){ 0 };
}

void qemu_opt_value(struct buf *b, const char *value)
{
	for (; *value; value++) {
		if (*value == ',')
			buf_add(b, ",", 1);
		buf_add(b, value, 1);
	}
}

void qemu_opt(struct buf *b, const char *key, const char *value)
{
	if (!value)
		return;
	buf_printf(b, "%s%s=", b->len ? "," : "", key);
	qemu_opt_value(b, value);
}

void qemu_optf(struct buf *b, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (!text) {
		b->failed = true;
		return;
	}
	if (b->len)
		buf_str(b, ",");
	buf_str(b, text);
	free(text);
}

void qemu_put(json_t *o, const char *key, const char *value)
{
	if (value)
		json_object_set_new(o, key, json_string(value));
}

void qemu_putf(json_t *o, const char *key, const char *fmt, ...)
{
	char *value = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&value, fmt, ap) < 0)
		value = NULL;
	va_end(ap);
	qemu_put(o, key, value);
	free(value);
}

void qemu_put_bool(json_t *o, const char *key, bool value)
{
	json_object_set_new(o, key, json_boolean(value));
}

void qemu_put_true(json_t *o, const char *key, bool value)
{
	if (value)
		qemu_put_bool(o, key, true);
}

void qemu_put_int(json_t *o, const char *key, uint64_t value)
{
	json_object_set_new(o, key, json_integer((json_int_t)value));
}

void qemu_put_uint(json_t *o, const char *key, uint64_t value)
{
	if (value)
		qemu_put_int(o, key, value);
}

void qemu_put_num(json_t *o, const char *key, struct conf_num value)
{
	if (value.set)
		qemu_put_int(o, key, value.value);
}

void qemu_put_onoff(json_t *o, const char *key, enum conf_onoff value)
{
	if (value)
		qemu_put_bool(o, key, value == CONF_ON);
}

void qemu_put_onoff_auto(json_t *o, const char *key, enum conf_onoff value)
{
	qemu_put(o, key, conf_enum_name(&conf_onoff_names, value));
}

void qemu_put_props(json_t *o, const struct qemu_prop *rows, const void *obj)
{
	for (; rows->key; rows++) {
		const void *member = (const char *)obj + rows->offset;

		switch (rows->type) {
		case QEMU_PROP_ONOFF:
			qemu_put_onoff(o, rows->key, *(const enum conf_onoff *)member);
			break;
		case QEMU_PROP_U32:
			qemu_put_uint(o, rows->key, *(const uint32_t *)member);
			break;
		case QEMU_PROP_U64:
			qemu_put_uint(o, rows->key, *(const uint64_t *)member);
			break;
		case QEMU_PROP_STRING:
			qemu_put(o, rows->key, *(char *const *)member);
			break;
		case QEMU_PROP_NUM:
			qemu_put_num(o, rows->key, *(const struct conf_num *)member);
			break;
		}
	}
}
