/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A supervisor as a libvirt server: what a client asks to get connected, and a list of one guest. */
#include "hypervisor/supervisor_core.h"

#include "hypervisor/hypervisor.h"
#include "rpc/server.h"

#include <string.h>

/* Features by libvirt's numbers (virDrvFeature). */
enum { FEATURE_KEEPALIVE = 10, FEATURE_FD_PASSING = 8, FEATURE_TYPED_PARAM_STRING = 9, FEATURE_EVENT_CALLBACK = 14, FEATURE_CLOSE_CALLBACK = 15 };

static int connect_open(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_open_args *a = args;

	(void)err;
	(void)ret;
	if (a->flags & 1)
		rpc_peer_set_read_only(call->peer);
	return 0;
}

static int supports_feature(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_supports_feature_args *a = args;
	wire_connect_supports_feature_ret *r = ret;

	(void)call;
	(void)err;
	switch (a->feature) {
	case FEATURE_KEEPALIVE:
	case FEATURE_FD_PASSING:
	case FEATURE_TYPED_PARAM_STRING:
	case FEATURE_EVENT_CALLBACK:
	case FEATURE_CLOSE_CALLBACK:
		r->supported = 1;
	}
	return 0;
}

static int give_string(char **out, const char *text, struct error *err)
{
	*out = strdup(text);
	return *out ? 0 : error_errno(err, "no memory for the answer");
}

static int get_type(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	wire_connect_get_type_ret *r = ret;

	(void)args;
	return give_string(&r->type, hv_kind_find(sv->driver->kind)->title, err);
}

/* The functions of local drivers that look at no guest serve here too, with a connection of their own. */
static int with_hv(struct rpc_call *call, rpc_fn *fn, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	struct hv hv = { .kind = hv_kind_find(sv->driver->kind), .timeout_ms = HV_TIMEOUT_DEFAULT };
	struct rpc_call inner = *call;

	inner.ctx = &hv;
	return fn(&inner, args, ret, err);
}

#define HOST_ANSWER(name) \
	static int name(struct rpc_call *call, const void *args, void *ret, struct error *err) \
	{ \
		return with_hv(call, hv_##name, args, ret, err); \
	}
HOST_ANSWER(connect_get_version)
HOST_ANSWER(connect_get_lib_version)
HOST_ANSWER(connect_get_hostname)
HOST_ANSWER(connect_get_uri)
HOST_ANSWER(connect_get_capabilities)
HOST_ANSWER(connect_get_max_vcpus)
HOST_ANSWER(node_get_info)

static int is_secure(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_is_secure_ret *r = ret;

	(void)call;
	(void)args;
	(void)err;
	r->secure = 1;   /* a local socket with checked credentials */
	return 0;
}

static int num_of_domains(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	wire_connect_num_of_domains_ret *r = ret;

	(void)args;
	(void)err;
	r->num = !sv->ending;
	return 0;
}

static int list_domains(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_connect_list_domains_args *a = args;
	wire_connect_list_domains_ret *r = ret;

	if (sv->ending || a->maxids < 1)
		return 0;
	r->ids.ids_val = malloc(sizeof(*r->ids.ids_val));
	if (!r->ids.ids_val)
		return error_errno(err, "no memory for the answer");
	r->ids.ids_len = 1;
	r->ids.ids_val[0] = sv->id;
	return 0;
}

/* Whether the guest passes a filter of virConnectListAllDomainsFlags: in each group any bit, no bit means all. */
static bool passes_filter(const struct supervisor *sv, unsigned flags)
{
	bool persistent = supervisor_is_persistent(sv);
	bool autostart = state_get_autostart(sv->driver->kind, sv->name, NULL) == 1;
	unsigned state = sv->state == GUEST_RUNNING ? GUEST_LIST_RUNNING : sv->state == GUEST_PAUSED ? GUEST_LIST_PAUSED : GUEST_LIST_OTHER;
	const struct {
		unsigned group, ours;
	} groups[] = {
		{ GUEST_LIST_ACTIVE | GUEST_LIST_INACTIVE, GUEST_LIST_ACTIVE },
		{ GUEST_LIST_PERSISTENT | GUEST_LIST_TRANSIENT, persistent ? GUEST_LIST_PERSISTENT : GUEST_LIST_TRANSIENT },
		{ GUEST_LIST_RUNNING | GUEST_LIST_PAUSED | GUEST_LIST_SHUTOFF | GUEST_LIST_OTHER, state },
		{ GUEST_LIST_MANAGEDSAVE | GUEST_LIST_NO_MANAGEDSAVE, GUEST_LIST_NO_MANAGEDSAVE },
		{ GUEST_LIST_AUTOSTART | GUEST_LIST_NO_AUTOSTART, autostart ? GUEST_LIST_AUTOSTART : GUEST_LIST_NO_AUTOSTART },
		{ GUEST_LIST_HAS_SNAPSHOT | GUEST_LIST_NO_SNAPSHOT, GUEST_LIST_NO_SNAPSHOT },
		{ GUEST_LIST_HAS_CHECKPOINT | GUEST_LIST_NO_CHECKPOINT, GUEST_LIST_NO_CHECKPOINT },
	};

	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		if ((flags & groups[i].group) && !(flags & groups[i].ours))
			return false;
	return true;
}

static int list_all_domains(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_connect_list_all_domains_args *a = args;
	wire_connect_list_all_domains_ret *r = ret;

	if (sv->ending || !passes_filter(sv, a->flags))
		return 0;
	r->ret = 1;
	if (!a->need_results)
		return 0;
	r->domains.domains_val = calloc(1, sizeof(*r->domains.domains_val));
	if (!r->domains.domains_val)
		return error_errno(err, "no memory for the answer");
	r->domains.domains_len = 1;
	return supervisor_wire_domain(sv, r->domains.domains_val, err);
}

static int no_such_guest(struct supervisor *sv, const char *what, struct error *err)
{
	return error_set(err, ERR_NO_DOMAIN, "no guest %s here: this is the supervisor of '%s'", what, sv->name);
}

static int lookup_by_name(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_lookup_by_name_args *a = args;
	wire_domain_lookup_by_name_ret *r = ret;

	if (sv->ending || strcmp(a->name, sv->name))
		return no_such_guest(sv, "of this name", err);
	return supervisor_wire_domain(sv, &r->dom, err);
}

static int lookup_by_uuid(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_lookup_by_uuid_args *a = args;
	wire_domain_lookup_by_uuid_ret *r = ret;

	if (sv->ending || memcmp(a->uuid, sv->uuid, sizeof(sv->uuid)))
		return no_such_guest(sv, "with this UUID", err);
	return supervisor_wire_domain(sv, &r->dom, err);
}

static int lookup_by_id(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_lookup_by_id_args *a = args;
	wire_domain_lookup_by_id_ret *r = ret;

	if (sv->ending || a->id != sv->id)
		return no_such_guest(sv, "with this id", err);
	return supervisor_wire_domain(sv, &r->dom, err);
}

static int reexec(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)args;
	(void)ret;
	return sv_reexec(call->ctx, err);
}

/* Getting connected, to whatever is supervised. */
const struct rpc_row sv_connect_rows[] = {
	RPC_ROW(auth_list, rpc_done),             /* an empty list: none is needed */
	RPC_ROW(connect_open, connect_open),
	RPC_ROW(connect_close, rpc_done),
	RPC_ROW(connect_supports_feature, supports_feature),
	RPC_ROW(connect_register_close_callback, rpc_done),
	RPC_ROW(connect_unregister_close_callback, rpc_done),
	RPC_ROW(connect_is_secure, is_secure),
	RPC_ROW_END,
};

/* What a driver tells of its host, and of its one guest. */
const struct rpc_row sv_host_rows[] = {
	RPC_ROW(connect_get_type, get_type),
	RPC_ROW(connect_get_version, connect_get_version),
	RPC_ROW(connect_get_lib_version, connect_get_lib_version),
	RPC_ROW(connect_get_hostname, connect_get_hostname),
	RPC_ROW(connect_get_uri, connect_get_uri),
	RPC_ROW(connect_get_capabilities, connect_get_capabilities),
	RPC_ROW(connect_get_max_vcpus, connect_get_max_vcpus),
	RPC_ROW(node_get_info, node_get_info),
	RPC_ROW(connect_num_of_domains, num_of_domains),
	RPC_ROW(connect_list_domains, list_domains),
	RPC_ROW(connect_list_all_domains, list_all_domains),
	RPC_ROW(connect_num_of_defined_domains, rpc_done),
	RPC_ROW(connect_list_defined_domains, rpc_done),
	RPC_ROW(domain_lookup_by_name, lookup_by_name),
	RPC_ROW(domain_lookup_by_uuid, lookup_by_uuid),
	RPC_ROW(domain_lookup_by_id, lookup_by_id),
	RPC_ROW_END,
};

const struct rpc_row sv_monitor_rows[] = {
	RPC_ROW(monitor_reexec, reexec),
	RPC_ROW_END,
};
