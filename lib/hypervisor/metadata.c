/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Title, description, other programs' elements, and the name: small changes of a definition. */
#include "hypervisor/local_xml.h"

#include "conf/xml.h"

#include <string.h>
#include <strings.h>

/* Numbers by libvirt's virDomainMetadataType and virDomainModificationImpact. */
enum { METADATA_DESCRIPTION = 0, METADATA_TITLE = 1, METADATA_ELEMENT = 2 };
enum { AFFECT_LIVE = 1, AFFECT_CONFIG = 2 };

/* The element as it was given: `prefix` (which means `uri`) goes in front of the outermost name, or away from it. */
static char *write_root(const struct xml_node *root, const char *prefix, const char *uri, struct error *err)
{
	AUTO_BUF struct buf out = { 0 };
	char *text;

	buf_printf(&out, prefix ? "<%s:" : "<%s", prefix ? prefix : "");
	buf_str(&out, root->name);
	if (prefix) {
		buf_printf(&out, " xmlns:%s=\"", prefix);
		buf_escaped(&out, uri, true);
		buf_str(&out, "\"");
	}
	for (const struct xml_attr *a = root->attrs; a; a = a->next) {
		if (a->ns_decl && (!strcmp(a->value, uri) || (prefix && !strcmp(a->name, prefix))))
			continue;
		if (a->ns_decl)
			buf_printf(&out, *a->name ? " xmlns:%s=\"" : " xmlns%s=\"", a->name);
		else
			buf_printf(&out, a->prefix ? " %s:%s=\"" : " %s%s=\"", a->prefix ? a->prefix : "", a->name);
		buf_escaped(&out, a->value, true);
		buf_str(&out, "\"");
	}
	buf_str(&out, root->children ? ">" : "/>");
	for (const struct xml_node *c = root->children; c; c = c->next)
		xml_write(c, &out);
	if (root->children)
		buf_printf(&out, "</%s%s%s>", prefix ? prefix : "", prefix ? ":" : "", root->name);
	text = buf_finish(&out);
	if (!text)
		error_set(err, ERR_NO_MEMORY, "no memory for the metadata");
	return text;
}

static struct conf_raw *find_element(const struct domain *def, const char *uri, size_t *at)
{
	for (size_t i = 0; i < def->metadata.n; i++) {
		if (def->metadata.items[i]->ns && !strcmp(def->metadata.items[i]->ns, uri)) {
			*at = i;
			return def->metadata.items[i];
		}
	}
	return NULL;
}

static void drop_element(struct domain *def, const char *uri)
{
	size_t at;
	struct conf_raw *raw = find_element(def, uri, &at);

	if (!raw)
		return;
	memmove(&def->metadata.items[at], &def->metadata.items[at + 1], (def->metadata.n - at - 1) * sizeof(*def->metadata.items));
	def->metadata.n--;
	free(raw->ns);
	free(raw->name);
	free(raw->xml);
	free(raw);
}

static bool is_prefix(const char *key)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.-";

	return *key && strchr(first, *key) && key[strspn(key, rest)] == '\0' && strncasecmp(key, "xml", 3);
}

static int set_element(struct domain *def, const char *xml, const char *key, const char *uri, struct error *err)
{
	AUTO_XML struct xml_doc *doc = NULL;
	AUTO_FREE char *text = NULL;
	struct conf_raw *raw;

	if (!uri || !*uri)
		return error_set(err, ERR_INVALID_ARG, "metadata needs the URI of its namespace");
	if (!xml) {
		drop_element(def, uri);
		return 0;
	}
	if (!key || !is_prefix(key))
		return error_set(err, ERR_INVALID_ARG, "'%.100s' is no namespace prefix", key ? key : "");
	doc = xml_parse(xml, strlen(xml), err);
	if (!doc || !(text = write_root(xml_root(doc), key, uri, err)))
		return -1;
	drop_element(def, uri);
	raw = CONF_LIST_ADD(&def->metadata);
	if (raw) {
		raw->ns = strdup(uri);
		raw->name = strdup(xml_root(doc)->name);
		raw->xml = STEAL_PTR(text);
	}
	return raw && raw->ns && raw->name ? 0 : error_set(err, ERR_NO_MEMORY, "no memory for the metadata");
}

static int set_text(char **member, const char *text, struct error *err)
{
	char *copy = text && *text ? strdup(text) : NULL;

	if (text && *text && !copy)
		return error_errno(err, "metadata");
	free(*member);
	*member = copy;
	return 0;
}

static int change(struct domain *def, const wire_domain_set_metadata_args *a, struct error *err)
{
	const char *text = a->metadata ? *a->metadata : NULL;

	switch (a->type) {
	case METADATA_DESCRIPTION:
		return set_text(&def->description, text, err);
	case METADATA_TITLE:
		if (text && strchr(text, '\n'))
			return error_set(err, ERR_INVALID_ARG, "a title is one line");
		return set_text(&def->title, text, err);
	case METADATA_ELEMENT:
		return set_element(def, text, a->key ? *a->key : NULL, a->uri ? *a->uri : NULL, err);
	default:
		return error_set(err, ERR_INVALID_ARG, "metadata of type %d is not known", a->type);
	}
}

static int change_stored(const struct hv *hv, const struct guest *guest, const wire_domain_set_metadata_args *a, struct error *err)
{
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_DOMAIN struct domain *def = NULL;
	AUTO_FREE char *xml = NULL;

	if (state_lock(&lock, guest->kind->name, guest->name, hv->timeout_ms, err) < 0 || !(def = hv_load(guest->kind, guest->name, err)) ||
	    change(def, a, err) < 0 || !(xml = domain_format(def, HV_STORED, err)))
		return -1;
	return state_define(guest->kind->name, guest->name, def->uuid, xml, strlen(xml), err);
}

/* Which of the two a call means: the running guest, its definition, or both. */
static int affects(const struct guest *guest, unsigned flags, bool *live, bool *config, struct error *err)
{
	bool active = guest_is_active(guest);

	*live = flags & AFFECT_LIVE || (!(flags & AFFECT_CONFIG) && active);
	*config = flags & AFFECT_CONFIG || (!(flags & AFFECT_LIVE) && !active);
	if (*live && !active)
		return hv_not_running(guest->name, err);
	if (*config && !guest->persistent)
		return error_set(err, ERR_OPERATION_INVALID, "'%s' is transient: it has no definition that could be changed", guest->name);
	return 0;
}

int hv_domain_set_metadata(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_set_metadata_args *a = args;
	const struct hv *hv = call->ctx;
	wire_domain_set_metadata_args only_live = *a;
	AUTO_GUEST struct guest guest = { 0 };
	bool live, config;

	only_live.flags = AFFECT_LIVE;
	if (hv_flags(call, a->flags, AFFECT_LIVE | AFFECT_CONFIG, err) < 0 || hv_guest_called(call, args, &guest, err) < 0 ||
	    affects(&guest, a->flags, &live, &config, err) < 0)
		return -1;
	if (live && hv_forward_to(call, &guest, &only_live, ret, hv->timeout_ms, err) < 0)
		return -1;
	return config ? change_stored(hv, &guest, a, err) : 0;
}

static int give(const char *text, const struct guest *guest, char **out, struct error *err)
{
	if (!text)
		return error_set(err, ERR_NO_DOMAIN_METADATA, "'%s' has no such metadata", guest->name);
	*out = strdup(text);
	return *out ? 0 : error_errno(err, "no memory for the answer");
}

int hv_domain_get_metadata(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_metadata_args *a = args;
	wire_domain_get_metadata_ret *r = ret;
	AUTO_GUEST struct guest guest = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;
	AUTO_XML struct xml_doc *doc = NULL;
	const char *uri = a->uri ? *a->uri : "";
	struct conf_raw *raw;
	bool live, config;
	size_t at;

	if (hv_flags(call, a->flags, AFFECT_LIVE | AFFECT_CONFIG, err) < 0 || hv_guest_called(call, args, &guest, err) < 0 ||
	    affects(&guest, a->flags, &live, &config, err) < 0)
		return -1;
	if (live)
		return hv_forward_to(call, &guest, args, ret, ((const struct hv *)call->ctx)->timeout_ms, err);
	if (!(def = hv_load(guest.kind, guest.name, err)))
		return -1;
	if (a->type == METADATA_DESCRIPTION || a->type == METADATA_TITLE)
		return give(a->type == METADATA_TITLE ? def->title : def->description, &guest, &r->metadata, err);
	if (a->type != METADATA_ELEMENT)
		return error_set(err, ERR_INVALID_ARG, "metadata of type %d is not known", a->type);
	raw = find_element(def, uri, &at);
	if (!raw)
		return give(NULL, &guest, &r->metadata, err);
	doc = xml_parse(raw->xml, strlen(raw->xml), err);
	r->metadata = doc ? write_root(xml_root(doc), NULL, uri, err) : NULL;
	return r->metadata ? 0 : -1;
}

static int lock_both(struct state_lock *a, struct state_lock *b, const struct hv *hv, const struct guest *guest, const char *new_name,
		     struct error *err)
{
	bool first = strcmp(guest->name, new_name) < 0;

	/* always in the same order, so that two renames never wait for each other */
	if (state_lock(a, guest->kind->name, first ? guest->name : new_name, hv->timeout_ms, err) < 0)
		return -1;
	return state_lock(b, guest->kind->name, first ? new_name : guest->name, hv->timeout_ms, err);
}

static int may_rename(const struct guest *guest, const char *new_name, struct error *err)
{
	const char *wrong = conf_check_name(new_name);

	if (wrong)
		return error_set(err, ERR_INVALID_ARG, "the name '%.100s' %s", new_name, wrong);
	if (!strcmp(guest->name, new_name))
		return error_set(err, ERR_OPERATION_INVALID, "'%s' has that name already", guest->name);
	if (!guest->persistent || guest_is_active(guest))
		return error_set(err, ERR_OPERATION_INVALID, "'%s' is running: it can be renamed when it is off", guest->name);
	return 0;
}

int hv_domain_rename(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_rename_args *a = args;
	const struct hv *hv = call->ctx;
	const char *new_name = a->new_name ? *a->new_name : "";
	AUTO_GUEST struct guest guest = { 0 };
	AUTO_STATE_LOCK struct state_lock one = STATE_LOCK_INIT, two = STATE_LOCK_INIT;
	AUTO_DOMAIN struct domain *def = NULL;
	AUTO_FREE char *xml = NULL;

	(void)ret;
	if (hv_flags(call, a->flags, 0, err) < 0 || hv_guest_called(call, args, &guest, err) < 0 || may_rename(&guest, new_name, err) < 0 ||
	    lock_both(&one, &two, hv, &guest, new_name, err) < 0)
		return -1;
	/* what was true before the locks may not be now */
	if (hv_recover_locked(hv, guest.kind, guest.name, err) != 0 || hv_recover_locked(hv, guest.kind, new_name, err) != 0)
		return error_set(err, ERR_OPERATION_INVALID, "'%s' or '%s' is running: rename it when it is off", guest.name, new_name);
	if (!(def = hv_load(guest.kind, guest.name, err)))
		return -1;
	free(def->name);
	def->name = strdup(new_name);
	if (!def->name || !(xml = domain_format(def, HV_STORED, err)))
		return def->name ? -1 : error_errno(err, "'%s'", guest.name);
	if (state_rename(guest.kind->name, guest.name, new_name, xml, strlen(xml), err) == 0)
		return 0;
	if (err && err->code == ERR_DOM_EXIST)
		err->code = ERR_OPERATION_INVALID;
	return -1;
}
