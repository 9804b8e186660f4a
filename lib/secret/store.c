/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Secrets on disk. One that becomes ephemeral, or ceases to be so, is in both places for a moment: it counts where its value is, among the run-time state where both
 * have one or none, and goes from the other place last.
 */
#include "secret/store_impl.h"

#include "util/process.h"

#include <fcntl.h>
#include <string.h>

#define VALUE_MAX 65536   /* the protocol's */
#define ALL ".all"        /* the object whose lock is that of all */

static const char lasting[] = SECRET_LASTING, ephemeral[] = SECRET_EPHEMERAL, value_file[] = STATE_SECRET_VALUE;

/* --- where it is -------------------------------------------------------------------------------------------------- */

static const char *other(const char *kind)
{
	return kind == ephemeral ? lasting : ephemeral;
}

static bool has_value(const char *kind, const char *name)
{
	AUTO_CLOSE int dir = state_open_object(kind, name, NULL);

	return dir >= 0 && faccessat(dir, value_file, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The kind in which it counts; NULL with *err set. */
static const char *find(const char *name, struct error *err)
{
	int runs = state_is_defined(ephemeral, name, err), lasts = runs < 0 ? -1 : state_is_defined(lasting, name, err);

	if (lasts < 0)
		return NULL;
	if (runs && lasts)
		return has_value(lasting, name) && !has_value(ephemeral, name) ? lasting : ephemeral;
	if (runs || lasts)
		return runs ? ephemeral : lasting;
	error_set(err, ERR_NO_SECRET, "there is no secret '%s'", name);
	return NULL;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static struct secret *load(const char *kind, const char *name, struct error *err)
{
	AUTO_FREE char *xml = NULL;
	struct secret *def;
	size_t len;

	if (state_read_config(kind, name, &xml, &len, err) < 0)
		return NULL;
	def = conf_document_parse(&secret_document, xml, len, 0, NULL, NULL, err);
	if (!def)
		error_wrap(err, "secret '%s' is damaged", name);
	return def;
}

struct secret *secret_load(const unsigned char uuid[UUID_BYTES], struct error *err)
{
	char name[UUID_TEXT];
	const char *kind = find(uuid_format(uuid, name), err);

	return kind ? load(kind, name, err) : NULL;
}

static int each_of(const char *kind, secret_each_fn *fn, void *ctx, struct error *err)
{
	struct state_list list;
	int rc = 0;

	if (state_list(&list, kind, STATE_LIST_DEFINED, err) < 0)
		return -1;
	for (size_t i = 0; i < list.n && rc == 0; i++) {
		struct secret damaged = { .uuid_made = false };
		AUTO_SECRET struct secret *def = NULL;

		if (uuid_parse(list.entry[i].name, damaged.uuid) < 0 || find(list.entry[i].name, NULL) != kind)
			continue;
		def = load(kind, list.entry[i].name, NULL);
		rc = fn(ctx, def ? def : &damaged, err);
	}
	state_list_free(&list);
	return rc;
}

int secret_each(secret_each_fn *fn, void *ctx, struct error *err)
{
	int rc = each_of(lasting, fn, ctx, err);

	return rc ? rc : each_of(ephemeral, fn, ctx, err);
}

struct wanted {
	int type;
	const char *id;
	unsigned char uuid[UUID_BYTES];
};

static int is_wanted(void *ctx, const struct secret *def, struct error *err)
{
	struct wanted *w = ctx;

	(void)err;
	if ((int)def->usage != w->type || !def->usage_id || strcmp(def->usage_id, w->id) != 0)
		return 0;
	memcpy(w->uuid, def->uuid, sizeof(w->uuid));
	return 1;
}

struct secret *secret_load_usage(int type, const char *id, struct error *err)
{
	const char *word = type > 0 && type <= SECRET_USAGE_VTPM ? conf_enum_name(&secret_usage_names, type) : NULL;
	struct wanted w = { .type = type, .id = id };
	int found = word ? secret_each(is_wanted, &w, err) : 0;

	if (found > 0)
		return secret_load(w.uuid, err);
	if (found == 0)
		error_set(err, ERR_NO_SECRET, "there is no secret for %s '%s'", word ? word : "usage", id);
	return NULL;
}

/* --- changing ----------------------------------------------------------------------------------------------------- */

int secret_lock(struct state_lock *lock, int timeout_ms, struct error *err)
{
	return state_lock(lock, lasting, ALL, timeout_ms, err) < 0 ? -1 : state_clean(lasting, err) < 0 ? -1 : state_clean(ephemeral, err);
}

static int copy_value(const char *from, const char *to, const char *name, struct error *err)
{
	char *value = NULL;
	struct error why = { 0 };
	size_t len;
	int rc;

	if (state_read_file(from, name, value_file, VALUE_MAX, &value, &len, &why) < 0) {
		if (why.sys == ENOENT)
			return 0;
		*err = why;
		return -1;
	}
	rc = state_write_file(to, name, value_file, value, len, err);
	secret_value_free(value, len);
	return rc;
}

static int remove_from(const char *kind, const char *name, struct error *err)
{
	int there = state_is_defined(kind, name, err);

	return there > 0 ? state_undefine(kind, name, err) : there;
}

int secret_store(const struct secret *def, struct error *err)
{
	const char *kind = def->ephemeral == CONF_YES ? ephemeral : lasting, *was;
	AUTO_FREE char *xml = conf_document_format(&secret_document, def, 0, err);
	struct error why = { 0 };
	char name[UUID_TEXT];

	if (!xml)
		return -1;
	was = find(uuid_format(def->uuid, name), &why);
	if (!was && why.code != ERR_NO_SECRET) {
		*err = why;
		return -1;
	}
	if (state_define(kind, name, def->uuid, xml, strlen(xml), err) < 0)
		return -1;
	if (was && was != kind && copy_value(was, kind, name, err) < 0) {
		(void)!state_undefine(kind, name, &why);
		return -1;
	}
	return remove_from(other(kind), name, err);
}

int secret_remove(const unsigned char uuid[UUID_BYTES], struct error *err)
{
	char name[UUID_TEXT];
	const char *kind = find(uuid_format(uuid, name), err);

	return !kind || remove_from(other(kind), name, err) < 0 ? -1 : state_undefine(kind, name, err);
}

int secret_set_value(const unsigned char uuid[UUID_BYTES], const void *value, size_t len, struct error *err)
{
	char name[UUID_TEXT];
	const char *kind = find(uuid_format(uuid, name), err);

	process_hide_memory();
	return kind ? state_write_file(kind, name, value_file, value, len, err) : -1;
}

int secret_get_value(const unsigned char uuid[UUID_BYTES], char **value, size_t *len, struct error *err)
{
	char name[UUID_TEXT];
	const char *kind = find(uuid_format(uuid, name), err);
	struct error why = { 0 };

	process_hide_memory();
	if (!kind)
		return -1;
	if (state_read_file(kind, name, value_file, VALUE_MAX, value, len, &why) == 0)
		return 0;
	if (why.sys == ENOENT)
		return error_set(err, ERR_NO_SECRET, "secret '%s' does not have a value (give it one with: secret-set-value %s --file FILE)", name, name);
	*err = why;
	return error_wrap(err, "secret '%s'", name);
}

void secret_value_free(char *value, size_t len)
{
	if (value)
		explicit_bzero(value, len);
	free(value);
}
