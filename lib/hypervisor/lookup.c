/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Look-ups, lists, states and flags: what files know. */
#include "hypervisor/local.h"

#include <limits.h>
#include <string.h>

static int active_id(const struct guest *guest)
{
	return guest_is_active(guest) ? guest->id : -1;
}

static int give_guest(struct guest *guest, wire_domain *out, struct error *err)
{
	return hv_wire_domain(out, guest->name, guest->uuid, active_id(guest), err);
}

int hv_domain_lookup_by_name(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_lookup_by_name_args *a = args;
	wire_domain_lookup_by_name_ret *r = ret;
	AUTO_GUEST struct guest guest = { 0 };

	return guest_by_name(call->ctx, a->name, &guest, err) < 0 ? -1 : give_guest(&guest, &r->dom, err);
}

int hv_domain_lookup_by_uuid(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_lookup_by_uuid_args *a = args;
	wire_domain_lookup_by_uuid_ret *r = ret;
	AUTO_GUEST struct guest guest = { 0 };

	return guest_by_uuid(call->ctx, (const unsigned char *)a->uuid, &guest, err) < 0 ? -1 : give_guest(&guest, &r->dom, err);
}

int hv_domain_lookup_by_id(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_lookup_by_id_args *a = args;
	wire_domain_lookup_by_id_ret *r = ret;
	AUTO_GUEST struct guest guest = { 0 };

	return guest_by_id(call->ctx, a->id, &guest, err) < 0 ? -1 : give_guest(&guest, &r->dom, err);
}

int hv_connect_list_all_domains(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_list_all_domains_args *a = args;
	wire_connect_list_all_domains_ret *r = ret;
	struct guest_list list;
	int rc = 0;

	if (hv_flags(call, a->flags, (1u << 16) - 1, err) < 0 ||
	    guest_list(call->ctx, a->flags, a->need_results ? GUEST_WANT_UUID : 0, &list, err) < 0)
		return -1;
	r->ret = (unsigned)list.n;
	if (a->need_results && list.n > 0) {
		r->domains.domains_val = calloc(list.n, sizeof(*r->domains.domains_val));
		rc = r->domains.domains_val ? 0 : error_errno(err, "no memory for the answer");
		for (size_t i = 0; i < list.n && rc == 0; i++) {
			rc = give_guest(&list.guest[i], &r->domains.domains_val[i], err);
			r->domains.domains_len += rc == 0;
		}
	}
	guest_list_free(&list);
	return rc;
}

static int count(const struct rpc_call *call, unsigned filter, int *out, struct error *err)
{
	struct guest_list list;

	if (guest_list(call->ctx, filter, 0, &list, err) < 0)
		return -1;
	*out = list.n > INT_MAX ? INT_MAX : (int)list.n;
	guest_list_free(&list);
	return 0;
}

int hv_connect_num_of_domains(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_num_of_domains_ret *r = ret;

	(void)args;
	return count(call, GUEST_LIST_ACTIVE, &r->num, err);
}

int hv_connect_num_of_defined_domains(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_num_of_defined_domains_ret *r = ret;

	(void)args;
	return count(call, GUEST_LIST_INACTIVE, &r->num, err);
}

int hv_connect_list_domains(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_list_domains_args *a = args;
	wire_connect_list_domains_ret *r = ret;
	struct guest_list list;
	int rc = 0;

	if (guest_list(call->ctx, GUEST_LIST_ACTIVE, 0, &list, err) < 0)
		return -1;
	if (list.n > 0 && a->maxids > 0) {
		r->ids.ids_val = calloc(list.n, sizeof(*r->ids.ids_val));
		rc = r->ids.ids_val ? 0 : error_errno(err, "no memory for the answer");
	}
	for (size_t i = 0; rc == 0 && i < list.n && r->ids.ids_len < (unsigned)(a->maxids > 0 ? a->maxids : 0); i++)
		if (list.guest[i].id >= 0)
			r->ids.ids_val[r->ids.ids_len++] = list.guest[i].id;
	guest_list_free(&list);
	return rc;
}

int hv_connect_list_defined_domains(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_list_defined_domains_args *a = args;
	wire_connect_list_defined_domains_ret *r = ret;
	struct guest_list list;
	int rc = 0;

	if (guest_list(call->ctx, GUEST_LIST_INACTIVE, 0, &list, err) < 0)
		return -1;
	if (list.n > 0 && a->maxnames > 0) {
		r->names.names_val = calloc(list.n, sizeof(*r->names.names_val));
		rc = r->names.names_val ? 0 : error_errno(err, "no memory for the answer");
	}
	for (size_t i = 0; rc == 0 && i < list.n && r->names.names_len < (unsigned)(a->maxnames > 0 ? a->maxnames : 0); i++)
		r->names.names_val[r->names.names_len++] = STEAL_PTR(list.guest[i].name);
	guest_list_free(&list);
	return rc;
}

int hv_domain_get_state(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_get_state_ret *r = ret;
	AUTO_GUEST struct guest guest = { 0 };

	if (hv_guest_called(call, args, &guest, err) < 0)
		return -1;
	r->state = guest.state == GUEST_UNKNOWN ? GUEST_NOSTATE : (int)guest.state;
	r->reason = guest.state == GUEST_UNKNOWN ? 0 : guest.reason;
	return 0;
}

int hv_domain_is_active(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_is_active_ret *r = ret;
	AUTO_GUEST struct guest guest = { 0 };

	if (hv_guest_called(call, args, &guest, err) < 0)
		return -1;
	r->active = guest_is_active(&guest);
	return 0;
}

int hv_domain_is_persistent(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_is_persistent_ret *r = ret;
	AUTO_GUEST struct guest guest = { 0 };

	if (hv_guest_called(call, args, &guest, err) < 0)
		return -1;
	r->persistent = guest.persistent;
	return 0;
}

int hv_domain_is_updated(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	AUTO_GUEST struct guest guest = { 0 };

	if (hv_guest_called(call, args, &guest, err) < 0)
		return -1;
	return guest_is_active(&guest) ? hv_forward_to(call, &guest, args, ret, ((const struct hv *)call->ctx)->timeout_ms, err) : 0;
}

int hv_domain_get_autostart(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_get_autostart_ret *r = ret;
	AUTO_GUEST struct guest guest = { 0 };

	if (hv_guest_called(call, args, &guest, err) < 0)
		return -1;
	if (guest.persistent && (r->autostart = state_get_autostart(guest.kind->name, guest.name, err)) < 0)
		return -1;
	return 0;
}

int hv_domain_set_autostart(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_set_autostart_args *a = args;
	const struct hv *hv = call->ctx;
	AUTO_GUEST struct guest guest = { 0 };
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;

	(void)ret;
	if (hv_guest_called(call, args, &guest, err) < 0)
		return -1;
	if (!guest.persistent)
		return error_set(err, ERR_OPERATION_INVALID, "'%s' is transient: it has no definition that could start at boot", guest.name);
	if (state_lock(&lock, guest.kind->name, guest.name, hv->timeout_ms, err) < 0)
		return -1;
	return state_set_autostart(guest.kind->name, guest.name, a->autostart != 0, err);
}

static int below_object(const struct rpc_call *call, const void *args, const char *what, int *out, struct error *err)
{
	AUTO_GUEST struct guest guest = { 0 };

	if (hv_guest_called(call, args, &guest, err) < 0)
		return -1;
	AUTO_CLOSE int fd = guest.persistent ? state_open_object(guest.kind->name, guest.name, err) : -1;
	*out = fd >= 0 && faccessat(fd, what, F_OK, 0) == 0;
	return guest.persistent && fd < 0 ? -1 : 0;
}

int hv_domain_has_managed_save_image(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_has_managed_save_image_ret *r = ret;

	return below_object(call, args, "save", &r->result, err);
}

int hv_domain_has_current_snapshot(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_has_current_snapshot_ret *r = ret;

	return below_object(call, args, "snapshots/current", &r->result, err);
}

int hv_domain_get_os_type(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_domain_get_os_type_ret *r = ret;
	AUTO_GUEST struct guest guest = { 0 };

	if (hv_guest_called(call, args, &guest, err) < 0)
		return -1;
	r->type = strdup(guest.kind->os_type);
	return r->type ? 0 : error_errno(err, "no memory for the answer");
}
