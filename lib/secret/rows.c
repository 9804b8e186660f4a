/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The procedures about secrets. */
#include "secret/secret.h"

#include "hypervisor/local.h"
#include "secret/store_impl.h"
#include "util/file.h"
#include "util/process.h"

#include <string.h>

#define VALIDATE 1u

/* libvirt's virConnectListAllSecretsFlags */
enum { LIST_EPHEMERAL = 1, LIST_NO_EPHEMERAL = 2, LIST_PRIVATE = 4, LIST_NO_PRIVATE = 8, LIST_ALL = 15 };

static const unsigned char *uuid_of(const wire_secret *secret)
{
	return (const unsigned char *)secret->uuid;
}

/* --- references --------------------------------------------------------------------------------------------------- */

static int give(const struct secret *def, wire_secret *out, struct error *err)
{
	memcpy(out->uuid, def->uuid, sizeof(out->uuid));
	out->usage_type = (int)def->usage;
	out->usage_id = strdup(def->usage_id ? def->usage_id : "");
	return out->usage_id ? 0 : error_errno(err, "no memory for the answer");
}

/* One that is damaged is found too, so that it can be defined anew and undefined. */
int sec_secret_lookup_by_uuid(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct secret damaged = { .uuid_made = false };
	struct error why = { 0 };

	(void)call;
	memcpy(damaged.uuid, ((const wire_secret_lookup_by_uuid_args *)args)->uuid, sizeof(damaged.uuid));
	AUTO_SECRET struct secret *def = secret_load(damaged.uuid, &why);
	if (!def && why.code == ERR_NO_SECRET) {
		*err = why;
		return -1;
	}
	return give(def ? def : &damaged, &((wire_secret_lookup_by_uuid_ret *)ret)->secret, err);
}

int sec_secret_lookup_by_usage(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_secret_lookup_by_usage_args *a = args;
	AUTO_SECRET struct secret *def = secret_load_usage(a->usage_type, a->usage_id, err);

	(void)call;
	return def ? give(def, &((wire_secret_lookup_by_usage_ret *)ret)->secret, err) : -1;
}

/* --- lists -------------------------------------------------------------------------------------------------------- */

struct listing {
	unsigned flags;
	wire_secret *items;
	u_int n;
};

static bool is_listed(const struct secret *def, unsigned flags)
{
	unsigned is = (def->ephemeral == CONF_YES ? LIST_EPHEMERAL : LIST_NO_EPHEMERAL) | (def->private_ == CONF_YES ? LIST_PRIVATE : LIST_NO_PRIVATE);
	unsigned lasts = flags & (LIST_EPHEMERAL | LIST_NO_EPHEMERAL), told = flags & (LIST_PRIVATE | LIST_NO_PRIVATE);

	return (!lasts || lasts & is) && (!told || told & is);
}

static int list_one(void *ctx, const struct secret *def, struct error *err)
{
	struct listing *l = ctx;
	wire_secret *more;

	if (!is_listed(def, l->flags))
		return 0;
	more = reallocarray(l->items, l->n + 1, sizeof(*more));
	if (!more)
		return error_errno(err, "no memory for the answer");
	l->items = more;
	more[l->n] = (wire_secret){ .usage_type = 0 };
	return give(def, &more[l->n++], err);
}

static void clear(struct listing *l)
{
	for (u_int i = 0; i < l->n; i++)
		free(l->items[i].usage_id);
	free(l->items);
}

int sec_connect_list_all_secrets(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_list_all_secrets_args *a = args;
	wire_connect_list_all_secrets_ret *r = ret;
	struct listing l = { .flags = a->flags };

	if (hv_flags(call, a->flags, LIST_ALL, err) < 0)
		return -1;
	if (secret_each(list_one, &l, err) < 0) {
		clear(&l);
		return -1;
	}
	r->ret = l.n;
	if (a->need_results) {
		r->secrets.secrets_len = l.n;
		r->secrets.secrets_val = l.items;
	} else {
		clear(&l);
	}
	return 0;
}

static int count_one(void *ctx, const struct secret *def, struct error *err)
{
	(void)def;
	(void)err;
	++*(int *)ctx;
	return 0;
}

int sec_connect_num_of_secrets(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)call;
	(void)args;
	return secret_each(count_one, &((wire_connect_num_of_secrets_ret *)ret)->num, err);
}

struct naming {
	int max;
	wire_connect_list_secrets_ret *ret;
};

static int name_one(void *ctx, const struct secret *def, struct error *err)
{
	struct naming *n = ctx;
	char text[UUID_TEXT], *name;

	if ((int)n->ret->uuids.uuids_len >= n->max)
		return 0;
	name = strdup(uuid_format(def->uuid, text));
	if (!name)
		return error_errno(err, "no memory for the answer");
	n->ret->uuids.uuids_val[n->ret->uuids.uuids_len++] = name;
	return 0;
}

int sec_connect_list_secrets(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct naming n = { ((const wire_connect_list_secrets_args *)args)->maxuuids, ret };

	(void)call;
	if (n.max < 0 || n.max > WIRE_SECRET_LIST_MAX)
		return error_set(err, ERR_INVALID_ARG, "%d secrets cannot be listed", n.max);
	n.ret->uuids.uuids_val = calloc((size_t)n.max + 1, sizeof(*n.ret->uuids.uuids_val));
	if (!n.ret->uuids.uuids_val)
		return error_errno(err, "no memory for the answer");
	return secret_each(name_one, &n, err);
}

/* --- definitions -------------------------------------------------------------------------------------------------- */

static bool same_usage(const struct secret *a, const struct secret *b)
{
	return a->usage == b->usage && !strcmp(a->usage_id ? a->usage_id : "", b->usage_id ? b->usage_id : "");
}

/* Gives a definition without a UUID that of the secret for the same use. */
static int settle_usage(struct secret *def, struct error *err)
{
	AUTO_SECRET struct secret *known = NULL;
	struct error why = { 0 };
	char text[UUID_TEXT];

	if (!def->usage)
		return 0;
	known = secret_load_usage((int)def->usage, def->usage_id, &why);
	if (!known && why.code != ERR_NO_SECRET) {
		*err = why;
		return -1;
	}
	if (known && def->uuid_made)
		memcpy(def->uuid, known->uuid, sizeof(def->uuid));
	if (known && memcmp(def->uuid, known->uuid, sizeof(def->uuid)) != 0)
		return error_set(err, ERR_OPERATION_FAILED, "there is a secret for %s '%s' already, with UUID %s (leave the UUID out, or undefine that one first)",
				 conf_enum_name(&secret_usage_names, (int)def->usage), def->usage_id, uuid_format(known->uuid, text));
	return 0;
}

/* What a redefinition must not change. 1: it changes nothing. */
static int check_known(const struct secret *def, const struct secret *known, struct error *err)
{
	AUTO_FREE char *new = conf_document_format(&secret_document, def, 0, err), *old = new ? conf_document_format(&secret_document, known, 0, err) : NULL;
	char text[UUID_TEXT];

	if (!old)
		return -1;
	if (!same_usage(def, known))
		return error_set(err, ERR_OPERATION_FAILED, "secret %s is defined already, for %s '%s'", uuid_format(def->uuid, text),
				 known->usage ? conf_enum_name(&secret_usage_names, (int)known->usage) : "no use", known->usage_id ? known->usage_id : "");
	if (known->private_ == CONF_YES && def->private_ != CONF_YES)
		return error_set(err, ERR_OPERATION_FAILED, "secret %s is private and stays so (undefine it first)", uuid_format(def->uuid, text));
	return !strcmp(new, old);
}

static int store(struct secret *def, struct error *err)
{
	AUTO_SECRET struct secret *known = NULL;
	int same;

	if (settle_usage(def, err) < 0)
		return -1;
	/* what is not there, and what is damaged, is written anew */
	known = secret_load(def->uuid, NULL);
	same = known ? check_known(def, known, err) : 0;
	return same ? same : secret_store(def, err);
}

int sec_secret_define_xml(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_secret_define_xml_args *a = args;
	const struct hv *hv = call->ctx;
	AUTO_SECRET struct secret *def = NULL;
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;

	if (hv_may(call, err) < 0 || hv_flags(call, a->flags, VALIDATE, err) < 0)
		return -1;
	def = conf_document_parse(&secret_document, a->xml, strlen(a->xml), a->flags & VALIDATE ? CONF_PARSE_VALIDATE : 0, hv->warn, hv->warn_ctx, err);
	if (!def || secret_lock(&lock, hv->timeout_ms, err) < 0 || store(def, err) < 0)
		return -1;
	return give(def, &((wire_secret_define_xml_ret *)ret)->secret, err);
}

int sec_secret_undefine(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_secret_undefine_args *a = args;
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;

	(void)ret;
	return hv_may(call, err) < 0 || secret_lock(&lock, ((const struct hv *)call->ctx)->timeout_ms, err) < 0 ? -1 :
		secret_remove(uuid_of(&a->secret), err);
}

int sec_secret_get_xml_desc(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_secret_get_xml_desc_args *a = args;
	wire_secret_get_xml_desc_ret *r = ret;
	AUTO_SECRET struct secret *def = NULL;

	if (hv_flags(call, a->flags, 0, err) < 0 || !(def = secret_load(uuid_of(&a->secret), err)))
		return -1;
	r->xml = conf_document_format(&secret_document, def, 0, err);
	return r->xml ? 0 : -1;
}

/* --- values ------------------------------------------------------------------------------------------------------- */

int sec_secret_set_value(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_secret_set_value_args *a = args;
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;

	(void)ret;
	if (hv_may(call, err) < 0 || hv_flags(call, a->flags, 0, err) < 0 || secret_lock(&lock, ((const struct hv *)call->ctx)->timeout_ms, err) < 0)
		return -1;
	return secret_set_value(uuid_of(&a->secret), a->value.value_val, a->value.value_len, err);
}

/* The value of a private one leaves this machine's supervisors never. */
int sec_secret_get_value(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_secret_get_value_args *a = args;
	wire_secret_get_value_ret *r = ret;
	AUTO_SECRET struct secret *def = NULL;
	char text[UUID_TEXT];
	size_t len;

	if (hv_may(call, err) < 0 || hv_flags(call, a->flags, 0, err) < 0 || !(def = secret_load(uuid_of(&a->secret), err)))
		return -1;
	if (def->private_ == CONF_YES)
		return error_set(err, ERR_INVALID_SECRET, "secret %s is private: its value is for guests alone", uuid_format(def->uuid, text));
	if (secret_get_value(def->uuid, &r->value.value_val, &len, err) < 0)
		return -1;
	r->value.value_len = (u_int)len;
	return 0;
}

int secret_value_main(int argc, char **argv, struct error *err)
{
	unsigned char uuid[UUID_BYTES];
	AUTO_SECRET struct secret *def = NULL;
	char *value;
	size_t len;
	int rc;

	process_hide_memory();
	if (argc == 2 && uuid_parse(argv[1], uuid) == 0)
		def = secret_load(uuid, err);
	else if (argc == 3)
		def = secret_load_usage(conf_enum_value(&secret_usage_names, argv[1]), argv[2], err);
	else
		return error_set(err, ERR_INVALID_ARG, "usage: secret-value UUID | TYPE ID");
	if (!def || secret_get_value(def->uuid, &value, &len, err) < 0)
		return -1;
	rc = file_write_all(STDOUT_FILENO, value, len) < 0 ? error_errno(err, "the value of a secret") : 0;
	secret_value_free(value, len);
	return rc;
}

const struct rpc_row secret_rows[] = {
	SECRET(connect_num_of_secrets),
	SECRET(connect_list_secrets),
	SECRET(connect_list_all_secrets),
	SECRET(secret_lookup_by_uuid),
	SECRET(secret_lookup_by_usage),
	SECRET(secret_define_xml),
	SECRET(secret_get_xml_desc),
	SECRET(secret_set_value),
	SECRET(secret_get_value),
	SECRET(secret_undefine),
	RPC_ROW_END,
};
