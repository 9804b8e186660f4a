/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every supervisor answers about its guest, whatever the hypervisor. */
#include "hypervisor/supervisor_core.h"

#include "conf/domain.h"
#include "rpc/server.h"
#include "util/file.h"
#include "util/task.h"

#include <string.h>

/* libvirt's flags of domain_get_xml_desc. */
enum { XML_SECURE = 1, XML_INACTIVE = 2 };

#define DESTROY_MS 15000

int supervisor_wire_domain(const struct supervisor *sv, wire_domain *out, struct error *err)
{
	out->name = strdup(sv->name);
	if (!out->name)
		return error_errno(err, "no memory for the answer");
	memcpy(out->uuid, sv->uuid, sizeof(sv->uuid));
	out->id = sv->id;
	return 0;
}

/* As in libvirt's servers the UUID counts, and where a caller has none (all zero) the name. */
int supervisor_check_domain(const struct supervisor *sv, const wire_domain *dom, struct error *err)
{
	static const unsigned char none[16];
	bool ours = memcmp(dom->uuid, none, sizeof(none)) ? !memcmp(dom->uuid, sv->uuid, sizeof(sv->uuid))
							  : dom->name && !strcmp(dom->name, sv->name);

	if (!ours)
		return error_set(err, ERR_NO_DOMAIN, "no guest '%s' here: this is the supervisor of '%s'", dom->name ? dom->name : "", sv->name);
	if (sv->ending)
		return error_set(err, ERR_OPERATION_INVALID, "%s: the guest is not running", sv->name);
	return 0;
}

static char *stored_definition(const struct supervisor *sv, unsigned flags, struct error *err)
{
	AUTO_FREE char *xml = NULL;
	AUTO_DOMAIN struct domain *def = NULL;
	size_t len;

	if (state_read_config(sv->driver->kind, sv->name, &xml, &len, err) < 0)
		return NULL;
	def = domain_parse(xml, len, 0, err);
	return def ? domain_format(def, flags, err) : NULL;
}

static int get_xml_desc(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_get_xml_desc_args *a = args;
	wire_domain_get_xml_desc_ret *r = ret;
	unsigned flags = 0;

	if (supervisor_check_domain(sv, &a->dom, err) < 0)
		return -1;
	if (a->flags & XML_SECURE) {
		if (call->read_only)
			return error_set(err, ERR_OPERATION_DENIED, "%s: a read-only connection gets no secrets", sv->name);
		flags |= DOMAIN_FORMAT_SECURE;
	}
	if (a->flags & XML_INACTIVE)
		flags |= DOMAIN_FORMAT_INACTIVE;
	/* the next start's definition is what is on disk, edited perhaps since this start */
	if ((a->flags & XML_INACTIVE) && supervisor_is_persistent(sv))
		r->xml = stored_definition(sv, flags, err);
	else
		r->xml = domain_format(sv->def, flags, err);
	return r->xml ? 0 : -1;
}

static int get_state(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_get_state_args *a = args;
	wire_domain_get_state_ret *r = ret;

	if (supervisor_check_domain(sv, &a->dom, err) < 0)
		return -1;
	r->state = sv->state == GUEST_UNKNOWN ? GUEST_NOSTATE : sv->state;
	r->reason = sv->reason;
	return 0;
}

static int get_os_type(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_get_os_type_args *a = args;
	wire_domain_get_os_type_ret *r = ret;

	if (supervisor_check_domain(sv, &a->dom, err) < 0)
		return -1;
	r->type = strdup(conf_enum_name(&domain_os_type_names, sv->def->os.type));
	return r->type ? 0 : error_errno(err, "no memory for the answer");
}

static int is_active(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_is_active_args *a = args;
	wire_domain_is_active_ret *r = ret;

	r->active = 1;
	return supervisor_check_domain(call->ctx, &a->dom, err);
}

static int is_persistent(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_is_persistent_args *a = args;
	wire_domain_is_persistent_ret *r = ret;

	r->persistent = supervisor_is_persistent(call->ctx);
	return supervisor_check_domain(call->ctx, &a->dom, err);
}

/* Whether the next start's definition differs from the running one. */
static int is_updated(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_is_updated_args *a = args;
	wire_domain_is_updated_ret *r = ret;
	AUTO_FREE char *now = NULL, *next = NULL;

	if (supervisor_check_domain(sv, &a->dom, err) < 0)
		return -1;
	if (!supervisor_is_persistent(sv))
		return 0;
	now = domain_format(sv->def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE, err);
	next = now ? stored_definition(sv, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE, err) : NULL;
	if (!next)
		return -1;
	r->updated = strcmp(now, next) != 0;
	return 0;
}

static int get_autostart(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_get_autostart_args *a = args;
	wire_domain_get_autostart_ret *r = ret;

	if (supervisor_check_domain(sv, &a->dom, err) < 0)
		return -1;
	r->autostart = supervisor_is_persistent(sv) && state_get_autostart(sv->driver->kind, sv->name, NULL) == 1;
	return 0;
}

static int set_autostart(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_set_autostart_args *a = args;

	(void)ret;
	if (supervisor_check_domain(sv, &a->dom, err) < 0)
		return -1;
	if (!supervisor_is_persistent(sv))
		return error_set(err, ERR_OPERATION_INVALID, "%s: a transient guest cannot start at boot (define it first)", sv->name);
	return state_set_autostart(sv->driver->kind, sv->name, a->autostart != 0, err);
}

static int never(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_has_managed_save_image_args *a = args;

	(void)ret;   /* zeroed: no */
	return supervisor_check_domain(call->ctx, &a->dom, err);
}

static int destroy_guest(struct supervisor *sv, const wire_domain *dom, struct error *err)
{
	if (supervisor_check_domain(sv, dom, err) < 0)
		return -1;
	sv->destroyed = true;
	if (sv->driver->destroy(sv, err) < 0)
		return -1;
	return supervisor_wait_end(sv, DESTROY_MS, err);
}

static int destroy(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	return destroy_guest(call->ctx, &((const wire_domain_destroy_args *)args)->dom, err);
}

static int destroy_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	return destroy_guest(call->ctx, &((const wire_domain_destroy_flags_args *)args)->dom, err);
}

static int get_max_memory(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_get_max_memory_args *a = args;
	wire_domain_get_max_memory_ret *r = ret;

	r->memory = sv->def->memory.value;
	return supervisor_check_domain(sv, &a->dom, err);
}

static int get_max_vcpus(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_get_max_vcpus_args *a = args;
	wire_domain_get_max_vcpus_ret *r = ret;

	r->num = sv->def->vcpus.n;
	return supervisor_check_domain(sv, &a->dom, err);
}

const struct rpc_row sv_domain_rows[] = {
	RPC_ROW(domain_get_xml_desc, get_xml_desc),
	RPC_ROW(domain_get_state, get_state),
	RPC_ROW(domain_get_os_type, get_os_type),
	RPC_ROW(domain_get_max_memory, get_max_memory),
	RPC_ROW(domain_get_max_vcpus, get_max_vcpus),
	RPC_ROW(domain_is_active, is_active),
	RPC_ROW(domain_is_persistent, is_persistent),
	RPC_ROW(domain_is_updated, is_updated),
	RPC_ROW(domain_get_autostart, get_autostart),
	RPC_ROW(domain_set_autostart, set_autostart),
	RPC_ROW(domain_has_managed_save_image, never),
	RPC_ROW(domain_has_current_snapshot, never),
	RPC_ROW(domain_destroy, destroy),
	RPC_ROW(domain_destroy_flags, destroy_flags),
	RPC_ROW_END,
};
