/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"
#include "cli/record.h"

#include <string.h>
#include <strings.h>

struct cli_conn *cli_object_open(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);

	if (!conn || cli_is_remote(conn) || uses->proc)
		return conn;
	error_set(err, ERR_NO_CONNECT, "the local drivers have no %ss: say -c URI (test:///default, or that of a libvirt daemon: qemu+unix:///system)",
		  type->noun);
	return NULL;
}

int cli_object_call(struct cli_conn *conn, const struct rpc_proc *proc, const void *ref, size_t ref_size, unsigned number, void *ret,
		    struct error *err)
{
	AUTO_FREE char *args = calloc(1, proc->args_size > ref_size ? proc->args_size : ref_size);

	if (!args)
		return error_errno(err, "%s", proc->name);
	memcpy(args, ref, ref_size);
	if (proc->args_size >= ref_size + sizeof(number))
		memcpy(args + ref_size, &number, sizeof(number));
	return cli_call(conn, proc, args, ret, err);
}

int cli_object_ask(struct cli_conn *conn, const struct cli_object_type *type, const struct rpc_proc *proc, const void *ref, int *value,
		   struct error *err)
{
	return cli_object_call(conn, proc, ref, type->size, 0, value, err);
}

/* The arguments of secret_lookup_by_usage; -1: the word is none. */
static int put_usage(const char *word, void *args)
{
	const size_t len = strcspn(word, " ");
	wire_secret_lookup_by_usage_args usage = { .usage_id = (char *)word + len + 1 };

	if (!word[len])
		return -1;
	for (const char *const *name = cli_secret_usages; *name; name++)
		if (strlen(*name) == len && !strncmp(*name, word, len))
			usage.usage_type = (int)(name - cli_secret_usages);
	memcpy(args, &usage, sizeof(usage));
	return usage.usage_type ? 0 : -1;
}

/* 0 found, -1 not, or not asked: then *err is as it was */
static int look_up(struct cli_conn *conn, const struct cli_object_type *type, const struct cli_object_lookup *how, const void *parent,
		   const char *word, void *ref, struct error *err)
{
	size_t at = how->in_parent ? type->parent_size : 0;
	AUTO_FREE char *args = calloc(1, how->proc->args_size);
	unsigned char uuid[UUID_BYTES];

	if (!args)
		return error_errno(err, "%s", how->proc->name);
	if (how->in_parent && !parent)
		return -1;
	if (at)
		memcpy(args, parent, at);
	if (how->key == CLI_KEY_UUID) {
		if (uuid_parse(word, uuid) < 0)
			return -1;
		memcpy(args + at, uuid, sizeof(uuid));
	} else if (how->key == CLI_KEY_USAGE) {
		if (put_usage(word, args) < 0)
			return -1;
	} else {
		memcpy(args + at, &word, sizeof(word));
	}
	return cli_call(conn, how->proc, args, ref, err);
}

int cli_object_find(struct cli_conn *conn, const struct cli_object_type *type, const void *parent, const char *word, void *ref,
		    struct error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(type->lookups) && type->lookups[i].proc; i++) {
		struct error why = { 0 };

		if (look_up(conn, type, &type->lookups[i], parent, word, ref, &why) == 0)
			return 0;
		/* a word of another form than this look-up wants (a bad path, say) only means that it is not the one */
		if (why.code && why.code != type->missing && why.code != ERR_INVALID_ARG && why.code != ERR_NO_SUPPORT) {
			*err = why;
			return -1;
		}
	}
	return error_set(err, type->missing, "there is no %s '%s'", type->noun, word);
}

int cli_object_argument(struct cli *cli, struct cli_conn *conn, const struct cli_object_type *type, void *ref, struct error *err)
{
	struct error why = { 0 };
	const void *parent = type->parent ? type->parent(cli, conn, &why) : NULL;

	if (!parent && why.code) {
		*err = why;
		return -1;
	}
	if (!cli->n_args)
		return cli_usage(err, "the %s is missing", type->noun);
	return cli_object_find(conn, type, parent, cli->args[0], ref, err);
}

/* A reference by itself has no XDR routine at hand: the result of its first look-up is one. */
void cli_object_clear(const struct cli_object_type *type, void *ref)
{
	xdr_free(type->lookups[0].proc->ret, ref);
	memset(ref, 0, type->size);
}

const char *cli_object_name(const struct cli_object_type *type, const void *ref, char text[UUID_TEXT])
{
	const char *base = ref;
	const char *name = NULL;

	if (type->name != CLI_NO_MEMBER)
		memcpy(&name, base + type->name, sizeof(name));
	else
		name = uuid_format((const unsigned char *)base + type->uuid, text);
	return name ? name : "";
}

char *cli_object_xml(struct cli_conn *conn, const struct cli_object_type *type, const void *ref, unsigned flags, struct error *err)
{
	char *xml = NULL;

	return cli_object_call(conn, type->get_xml, ref, type->size, flags, &xml, err) < 0 ? NULL : xml;
}

/* --- lists ----------------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b, void *type)
{
	char one[UUID_TEXT], other[UUID_TEXT];
	const char *x = cli_object_name(type, a, one), *y = cli_object_name(type, b, other);
	int order = strcasecmp(x, y);

	return order ? order : strcmp(x, y);
}

int cli_object_list(struct cli_conn *conn, const struct cli_object_type *type, const void *parent, unsigned flags, struct cli_objects *list,
		    struct error *err)
{
	/* every such result begins with its counted array */
	struct { u_int len; char *items; } counted;
	const int need_results = 1;
	AUTO_FREE char *args = calloc(1, type->list->args_size);

	*list = (struct cli_objects){ .type = type, .ret = calloc(1, type->list->ret_size) };
	if (!args || !list->ret)
		return error_errno(err, "%s", type->list->name);
	if (type->parent_size)
		memcpy(args, parent, type->parent_size);
	memcpy(args + type->parent_size, &need_results, sizeof(need_results));
	memcpy(args + type->parent_size + sizeof(need_results), &flags, sizeof(flags));
	if (cli_call(conn, type->list, args, list->ret, err) < 0) {
		free(STEAL_PTR(list->ret));
		return -1;
	}
	memcpy(&counted, list->ret, sizeof(counted));
	list->n = counted.len;
	list->items = counted.items;
	if (list->n)
		qsort_r(list->items, list->n, type->size, by_name, (void *)type);
	return 0;
}

void *cli_object_at(const struct cli_objects *list, size_t i)
{
	return list->items + i * list->type->size;
}

void cli_objects_clear(struct cli_objects *list)
{
	if (list->ret)
		xdr_free(list->type->list->ret, list->ret);
	free(list->ret);
	*list = (struct cli_objects){ 0 };
}

int cli_objects_print(struct cli *cli, const struct cli_objects *list, bool uuid, struct error *err)
{
	json_t *array = cli->json ? json_array() : NULL;

	for (size_t i = 0; i < list->n; i++) {
		char text[UUID_TEXT];
		const char *ref = cli_object_at(list, i);
		const char *value = uuid ? uuid_format((const unsigned char *)ref + list->type->uuid, text) : cli_object_name(list->type, ref, text);

		if (array)
			json_array_append_new(array, cli_json_string(value));
		else
			cli_value(cli, value);
	}
	return array ? cli_json_print(array, err) : 0;
}

/* --- each of the arguments -------------------------------------------------------------------------------------- */

struct each {
	struct cli_conn *conn;
	const struct cli_object_type *type;
	const void *parent;
	cli_object_fn *fn;
	void *arg;
};

static int one(struct cli *cli, size_t i, const char *word, void *arg, struct error *err)
{
	struct each *each = arg;
	AUTO_FREE void *ref = calloc(1, each->type->size);

	(void)i;
	if (!ref)
		return error_errno(err, "%s", each->type->noun);
	if (cli_object_find(each->conn, each->type, each->parent, word, ref, err) < 0)
		return -1;
	int rc = each->fn(cli, each->conn, ref, each->arg, err);
	cli_object_clear(each->type, ref);
	return rc;
}

int cli_objects_do(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, bool report, cli_object_fn *fn, void *arg,
		   struct error *err)
{
	struct each each = { .conn = cli_object_open(cli, type, uses, err), .type = type, .fn = fn, .arg = arg };

	struct error why = { 0 };

	if (!each.conn)
		return -1;
	each.parent = type->parent ? type->parent(cli, each.conn, &why) : NULL;
	if (!each.parent && why.code) {
		*err = why;
		return -1;
	}
	if (!cli->n_args)
		return cli_usage(err, "the %s is missing", type->noun);
	return cli_each(cli, cli->args, cli->n_args, report, one, &each);
}

struct doing {
	const struct cli_object_type *type;
	const struct cli_object_verb *verb;
};

static int do_verb(struct cli *cli, struct cli_conn *conn, const void *ref, void *arg, struct error *err)
{
	const struct doing *d = arg;
	char text[UUID_TEXT];

	if (cli_object_call(conn, d->verb->proc, ref, d->type->size, d->verb->number, NULL, err) < 0)
		return -1;
	cli_say(cli, "%s '%s' %s", d->type->title, cli_object_name(d->type, ref, text), d->verb->done);
	return 0;
}

int cli_object_each(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, const struct cli_object_verb *verb,
		    struct error *err)
{
	struct doing doing = { type, verb };

	return cli_objects_do(cli, type, uses, true, do_verb, &doing, err);
}

struct showing {
	const struct cli_object_type *type;
	const char *key;
	cli_object_value *value;
	json_t *list;
};

static int show_one(struct cli *cli, struct cli_conn *conn, const void *ref, void *arg, struct error *err)
{
	struct showing *s = arg;
	char text[UUID_TEXT];
	AUTO_FREE char *value = s->value ? s->value(conn, ref, err) : strdup(uuid_format((const unsigned char *)ref + s->type->uuid, text));

	if (!value)
		return err->code ? -1 : error_errno(err, "%s", s->key);
	if (s->list)
		return json_array_append_new(s->list, json_pack("{s:o, s:o}", "name", cli_json_string(cli_object_name(s->type, ref, text)), s->key,
								cli_json_string(value)));
	cli_value(cli, value);
	return 0;
}

int cli_object_show(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, const char *key, cli_object_value *value,
		    struct error *err)
{
	struct showing s = { .type = type, .key = key, .value = value, .list = cli->json ? json_array() : NULL };
	int status = cli_objects_do(cli, type, uses, false, show_one, &s, err);

	return s.list && status >= 0 && cli_json_print(s.list, err) < 0 ? -1 : status;
}

struct informing {
	cli_object_facts *facts;
	json_t *list;
};

static int inform(struct cli *cli, struct cli_conn *conn, const void *ref, void *arg, struct error *err)
{
	struct informing *i = arg;
	struct cli_record record;

	if (!cli->json && cli->successes)
		putchar('\n');
	cli_record_begin(&record, cli, 0);
	if (i->facts(cli, conn, ref, &record, err) < 0)
		return -1;
	return cli_record_end(&record, i->list, err);
}

int cli_object_info(struct cli *cli, const struct cli_object_type *type, const struct rpc_row *uses, cli_object_facts *facts,
		    struct error *err)
{
	struct informing i = { .facts = facts, .list = cli->json ? json_array() : NULL };
	int status = cli_objects_do(cli, type, uses, false, inform, &i, err);

	return i.list && status >= 0 && cli_json_print(i.list, err) < 0 ? -1 : status;
}
