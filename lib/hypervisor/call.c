/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every procedure begins and ends with. */
#include "hypervisor/local.h"

#include <string.h>

int hv_may(const struct rpc_call *call, struct error *err)
{
	const struct hv *hv = call->ctx;

	if ((hv->read_only || call->read_only) && call->proc && call->proc->right > RPC_READ)
		return error_set(err, ERR_OPERATION_DENIED, "%s is not allowed on a read-only connection", call->proc->name);
	return 0;
}

int hv_guest_of(const struct hv *hv, const wire_domain *dom, struct guest *guest, struct error *err)
{
	static const unsigned char none[UUID_BYTES];
	unsigned char uuid[UUID_BYTES];

	memcpy(uuid, dom->uuid, sizeof(uuid));
	if (!memcmp(uuid, none, sizeof(none)))
		return guest_by_name(hv, dom->name ? dom->name : "", guest, err);
	/* the name is a hint that is nearly always right; the UUID decides */
	if (dom->name && *dom->name && guest_by_name(hv, dom->name, guest, NULL) == 0) {
		if (!memcmp(guest->uuid, uuid, sizeof(uuid)))
			return 0;
		guest_clear(guest);
	}
	return guest_by_uuid(hv, uuid, guest, err);
}

int hv_guest_called(const struct rpc_call *call, const void *args, struct guest *guest, struct error *err)
{
	/* the first member of every domain procedure's arguments */
	return hv_may(call, err) < 0 ? -1 : hv_guest_of(call->ctx, args, guest, err);
}

int hv_wire_domain(wire_domain *out, const char *name, const unsigned char uuid[UUID_BYTES], int id, struct error *err)
{
	out->name = strdup(name);
	if (!out->name)
		return error_errno(err, "no memory for the answer");
	memcpy(out->uuid, uuid, UUID_BYTES);
	out->id = id;
	return 0;
}

int hv_flags(const struct rpc_call *call, unsigned flags, unsigned known, struct error *err)
{
	if (flags & ~known)
		return error_set(err, ERR_INVALID_ARG, "%s: flags 0x%x are not supported", call->proc ? call->proc->name : "call", flags & ~known);
	return 0;
}

int hv_not_running(const char *name, struct error *err)
{
	return error_set(err, ERR_OPERATION_INVALID, "'%s' is not running", name);
}
