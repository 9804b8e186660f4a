/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Definitions from XML: what is kept from the one before, what is refused, what has changed. */
#include "hypervisor/local_xml.h"

#include <string.h>

/* libvirt's flags of domain_create_xml that are not hv_start()'s. */
#define CREATE_VALIDATE (1u << 4)

const struct hv_driver *hv_driver_of(const struct hv *hv, const struct hv_kind *kind, struct error *err)
{
	for (size_t i = 0; hv->drivers && hv->drivers[i]; i++)
		if (!strcmp(hv->drivers[i]->kind, kind->name))
			return hv->drivers[i];
	error_set(err, ERR_INTERNAL, "this program does not know driver %s", kind->name);
	return NULL;
}

struct domain *hv_parse(const struct hv *hv, const char *xml, unsigned parse_flags, const struct hv_kind **kind, struct error *err)
{
	AUTO_DOMAIN struct domain *def = domain_parse_warn(xml, strlen(xml), parse_flags, hv->warn, hv->warn_ctx, err);
	const struct hv_driver *driver;
	const char *type;

	if (!def)
		return NULL;
	type = conf_enum_name(&domain_virt_names, def->virt);
	*kind = hv_kind_of_type(type ? type : "");
	if (!*kind || (hv->kind ? hv->kind != *kind : (*kind)->apart)) {
		if (*kind && (*kind)->apart)
			error_set(err, ERR_NO_CONNECT, "'%s' is of type '%s', which is not of this machine (say -c %s:///default)", def->name, type,
				  (*kind)->name);
		else if (hv->kind)
			error_set(err, ERR_CONFIG_UNSUPPORTED, "'%s' is of type '%s', which driver %s does not run", def->name, type ? type : "",
				  hv->kind->name);
		else
			error_set(err, ERR_NO_CONNECT, "'%s' is of type '%s', for which there is no driver on this machine", def->name,
				  type ? type : "");
		return NULL;
	}
	driver = hv_driver_of(hv, *kind, err);
	if (!driver) {
		error_wrap(err, "'%s'", def->name);
		return NULL;
	}
	if ((driver->defaults && driver->defaults(def, err) < 0) || (driver->validate && driver->validate(def, err) < 0)) {
		error_wrap(err, "'%s'", def->name);
		return NULL;
	}
	return STEAL_PTR(def);
}

struct domain *hv_load(const struct hv_kind *kind, const char *name, struct error *err)
{
	AUTO_FREE char *xml = NULL;
	AUTO_DOMAIN struct domain *def = NULL;
	size_t len;

	if (state_read_config(kind->name, name, &xml, &len, err) < 0)
		return NULL;
	def = domain_parse(xml, len, 0, err);
	if (!def) {
		error_wrap(err, "the definition of '%s' is damaged", name);
		return NULL;
	}
	/* killed in the middle of a rename, the directory has the new name and the definition the old one */
	if (strcmp(def->name, name)) {
		char *own = strdup(name);
		if (!own) {
			error_errno(err, "'%s'", name);
			return NULL;
		}
		free(def->name);
		def->name = own;
	}
	return STEAL_PTR(def);
}

/* The UUID that the guest of this name has already: 1, 0 there is none. */
static int known_uuid(const struct hv_kind *kind, const char *name, const struct domain *old, unsigned char uuid[UUID_BYTES])
{
	if (old) {
		memcpy(uuid, old->uuid, UUID_BYTES);
		return 1;
	}
	return state_uuid_of(kind->name, name, uuid, NULL) == 0 || state_run_uuid(kind->name, name, uuid, NULL) == 0;
}

static int settle_uuid(const struct hv_kind *kind, struct domain *def, const struct domain *old, struct error *err)
{
	const struct hv only = { .kind = kind };
	unsigned char uuid[UUID_BYTES];
	struct error none = { 0 };
	char text[UUID_TEXT];
	struct guest other;
	int r;

	if (known_uuid(kind, def->name, old, uuid)) {
		if (def->uuid_made)
			memcpy(def->uuid, uuid, sizeof(uuid));
		else if (memcmp(def->uuid, uuid, sizeof(uuid)))
			return error_set(err, ERR_OPERATION_FAILED, "'%s' is defined already with UUID %s (leave the UUID out, or undefine it first)",
					 def->name, uuid_format(uuid, text));
		return 0;
	}
	if (guest_by_uuid(&only, def->uuid, &other, &none) < 0) {
		if (none.code == ERR_NO_DOMAIN)
			return 0;
		if (err)
			*err = none;
		return -1;
	}
	r = strcmp(other.name, def->name) ? error_set(err, ERR_OPERATION_FAILED, "'%s' cannot have UUID %s: it is that of '%s'", def->name,
						       uuid_format(def->uuid, text), other.name)
					  : 0;
	guest_clear(&other);
	return r;
}

/* An interface without a MAC address keeps the one that it got when it was defined first. */
static void keep_macs(struct domain *def, const struct domain *old)
{
	for (size_t i = 0; old && i < def->devices.interfaces.n && i < old->devices.interfaces.n; i++)
		if (def->devices.interfaces.items[i]->mac.made)
			def->devices.interfaces.items[i]->mac = old->devices.interfaces.items[i]->mac;
}

static int store(const struct hv_kind *kind, const struct domain *def, const char *xml, struct error *err)
{
	if (state_define(kind->name, def->name, def->uuid, xml, strlen(xml), err) == 0)
		return 0;
	if (err && err->code == ERR_DOM_EXIST)
		err->code = ERR_OPERATION_FAILED;
	return -1;
}

void hv_defined_clear(struct hv_defined *d)
{
	free(d->name);
	free(d->old_xml);
	free(d->new_xml);
	*d = (struct hv_defined){ 0 };
}

int hv_define(const struct hv *hv, const char *xml, unsigned flags, struct hv_defined *out, struct error *err)
{
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_DOMAIN struct domain *def = NULL, *old = NULL;
	const struct hv_kind *kind;
	int exists;

	*out = (struct hv_defined){ 0 };
	def = hv_parse(hv, xml, flags & HV_DEFINE_VALIDATE ? DOMAIN_PARSE_VALIDATE : 0, &kind, err);
	if (!def || state_lock(&lock, kind->name, def->name, hv->timeout_ms, err) < 0)
		return -1;
	exists = state_definition(kind->name, def->name, err);
	if (exists < 0)
		return -1;
	/* a damaged one is replaced: defining is how it is put right */
	if (exists == STATE_DEFINED)
		old = hv_load(kind, def->name, NULL);
	if (settle_uuid(kind, def, old, err) < 0)
		return -1;
	keep_macs(def, old);
	out->kind = kind;
	out->name = strdup(def->name);
	memcpy(out->uuid, def->uuid, sizeof(out->uuid));
	out->new_xml = domain_format(def, HV_STORED, err);
	if (!out->new_xml || !out->name || (old && !(out->old_xml = domain_format(old, HV_STORED, err))))
		return out->name ? -1 : error_errno(err, "'%s'", def->name);
	if (out->old_xml && !strcmp(out->old_xml, out->new_xml)) {
		out->change = HV_UNCHANGED;
		return 0;
	}
	out->change = exists == STATE_UNDEFINED ? HV_CREATED : HV_CHANGED;
	return flags & HV_DEFINE_DRY_RUN ? 0 : store(kind, def, out->new_xml, err);
}

static int define(struct rpc_call *call, const char *xml, unsigned flags, wire_domain *dom, struct error *err)
{
	struct hv_defined d = { 0 };
	struct state_status status;
	int r;

	if (hv_may(call, err) < 0 || hv_flags(call, flags, HV_DEFINE_VALIDATE | HV_DEFINE_DRY_RUN, err) < 0)
		return -1;
	r = hv_define(call->ctx, xml, flags, &d, err);
	if (r == 0) {
		if (state_probe(d.kind->name, d.name, &status, NULL) < 0)
			status.id = -1;
		r = hv_wire_domain(dom, d.name, d.uuid, status.id, err);
	}
	hv_defined_clear(&d);
	return r;
}

int hv_domain_define_xml(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_define_xml_args *a = args;
	wire_domain_define_xml_ret *r = ret;

	return define(call, a->xml, 0, &r->dom, err);
}

int hv_domain_define_xml_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_define_xml_flags_args *a = args;
	wire_domain_define_xml_flags_ret *r = ret;

	return define(call, a->xml, a->flags, &r->dom, err);
}

int hv_domain_create_xml(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_create_xml_args *a = args;
	const struct hv *hv = call->ctx;
	wire_domain_create_xml_ret *r = ret;
	AUTO_DOMAIN struct domain *def = NULL;
	AUTO_FREE char *xml = NULL;
	const struct hv_kind *kind;
	struct state_status status;

	if (hv_may(call, err) < 0 ||
	    hv_flags(call, a->flags, HV_START_FLAGS | CREATE_VALIDATE, err) < 0)
		return -1;
	def = hv_parse(hv, a->xml_desc, a->flags & CREATE_VALIDATE ? DOMAIN_PARSE_VALIDATE : 0, &kind, err);
	if (!def || !(xml = domain_format(def, HV_STORED, err)) ||
	    hv_start(hv, kind, def->name, a->flags & ~CREATE_VALIDATE, xml, def->uuid, err) < 0)
		return -1;
	if (state_probe(kind->name, def->name, &status, NULL) < 0)
		status.id = -1;
	return hv_wire_domain(&r->dom, def->name, def->uuid, status.id, err);
}
