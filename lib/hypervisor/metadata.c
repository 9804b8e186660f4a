/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Title, description, other programs' elements, and the name: small changes of a definition. */
#include "hypervisor/annotate.h"
#include "hypervisor/local_xml.h"

#include <fcntl.h>
#include <string.h>

/* Numbers by libvirt's virDomainModificationImpact. */
enum { AFFECT_LIVE = 1, AFFECT_CONFIG = 2 };

static int change_stored(const struct hv *hv, const struct guest *guest, const wire_domain_set_metadata_args *a, struct error *err)
{
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_DOMAIN struct domain *def = NULL;
	AUTO_FREE char *xml = NULL;

	if (state_lock(&lock, guest->kind->name, guest->name, hv->timeout_ms, err) < 0 || !(def = hv_load(guest->kind, guest->name, err)) ||
	    annotate_domain_set(def, a, err) < 0 || !(xml = domain_format(def, HV_STORED, err)))
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

int hv_domain_get_metadata(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_metadata_args *a = args;
	wire_domain_get_metadata_ret *r = ret;
	AUTO_GUEST struct guest guest = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;
	bool live, config;

	if (hv_flags(call, a->flags, AFFECT_LIVE | AFFECT_CONFIG, err) < 0 || hv_guest_called(call, args, &guest, err) < 0 ||
	    affects(&guest, a->flags, &live, &config, err) < 0)
		return -1;
	if (live)
		return hv_forward_to(call, &guest, args, ret, ((const struct hv *)call->ctx)->timeout_ms, err);
	if (!(def = hv_load(guest.kind, guest.name, err)))
		return -1;
	r->metadata = annotate_domain_get(def, a->type, a->uri ? *a->uri : NULL, err);
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

/* Its saved state has the old name. */
static int refuse_saved(const struct guest *guest, struct error *err)
{
	AUTO_CLOSE int fd = state_open_object(guest->kind->name, guest->name, err);

	if (fd < 0)
		return -1;
	if (faccessat(fd, HV_MANAGED_SAVE, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return error_set(err, ERR_OPERATION_INVALID, "'%s' has a saved state (start it, or throw that away with: vm-managedsave-remove %s)", guest->name,
			 guest->name);
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
	if (refuse_saved(&guest, err) < 0)
		return -1;
	if (!(def = hv_load(guest.kind, guest.name, err)))
		return -1;
	free(def->name);
	def->name = strdup(new_name);
	if (!def->name || !(xml = domain_format(def, HV_STORED, err)))
		return def->name ? -1 : error_errno(err, "'%s'", guest.name);
	if (state_rename(guest.kind->name, guest.name, new_name, xml, strlen(xml), err) == 0)
		return 0;
	if (err && err->code == ERR_DOM_EXIST)
		err->code = ERR_OPERATION_FAILED;
	return -1;
}
