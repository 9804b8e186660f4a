/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Title, description and other programs' elements of a guest that runs. */
#include "hypervisor/annotate.h"
#include "hypervisor/supervisor_core.h"

#include "rpc/server.h"
#include "rpc/subscribe.h"
#include "state/state.h"

#include <string.h>

/* Numbers of libvirt's virDomainModificationImpact and virDomainEventID. */
enum { AFFECT_LIVE = 1, AFFECT_CONFIG = 2 };
enum { EVENT_ID_METADATA_CHANGE = 23 };

/* Somebody who changes the definition holds its lock for some milliseconds. */
#define LOCK_MS 1000

static void send_change(struct rpc_peer *peer, int callback_id, void *arg)
{
	wire_domain_event_callback_metadata_change_msg msg = *(wire_domain_event_callback_metadata_change_msg *)arg;

	msg.callback_id = callback_id;
	if (callback_id != RPC_NO_CALLBACK)
		rpc_peer_event(peer, &rpc_domain_event_callback_metadata_change, &msg);
}

static void tell(struct supervisor *sv, const wire_domain_set_metadata_args *a)
{
	wire_domain_event_callback_metadata_change_msg msg = { .type = a->type, .nsuri = a->uri };
	struct error err;

	if (supervisor_wire_domain(sv, &msg.dom, &err) < 0) {
		supervisor_log(sv, "an event is lost: %s", err.text);
		return;
	}
	rpc_publish(sv->server, RPC_EVENTS_DOMAIN, EVENT_ID_METADATA_CHANGE, sv->uuid, send_change, &msg);
	xdr_free((xdrproc_t)xdr_wire_domain, (char *)&msg.dom);
}

static struct domain *load_stored(struct supervisor *sv, struct error *err)
{
	AUTO_FREE char *xml = NULL;
	size_t len;

	if (!supervisor_is_persistent(sv)) {
		error_set(err, ERR_OPERATION_INVALID, "%s: a transient guest has no definition on disk", sv->name);
		return NULL;
	}
	return state_read_config(sv->driver->kind, sv->name, &xml, &len, err) < 0 ? NULL : domain_parse(xml, len, 0, err);
}

static int set_stored(struct supervisor *sv, const wire_domain_set_metadata_args *a, struct error *err)
{
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_DOMAIN struct domain *def = NULL;
	AUTO_FREE char *xml = NULL;

	if (state_lock(&lock, sv->driver->kind, sv->name, LOCK_MS, err) < 0 || !(def = load_stored(sv, err)) ||
	    annotate_domain_set(def, a, err) < 0 || !(xml = domain_format(def, DOMAIN_FORMAT_SECURE | DOMAIN_FORMAT_INACTIVE, err)))
		return -1;
	return state_define(sv->driver->kind, sv->name, def->uuid, xml, strlen(xml), err);
}

/* Only what annotations are made of changes place: pointers to anything else in the definition stay good. */
static void swap_annotations(struct domain *a, struct domain *b)
{
	__typeof__(a->metadata) metadata = a->metadata;
	char *title = a->title, *description = a->description;

	a->metadata = b->metadata;
	a->title = b->title;
	a->description = b->description;
	b->metadata = metadata;
	b->title = title;
	b->description = description;
}

/* Whole or not at all, whatever memory and disk say. */
static int set_live(struct supervisor *sv, const wire_domain_set_metadata_args *a, struct error *err)
{
	AUTO_DOMAIN struct domain *copy = domain_copy(sv->def, err);

	if (!copy || annotate_domain_set(copy, a, err) < 0)
		return -1;
	swap_annotations(sv->def, copy);
	if (sv_write_live(sv, err) == 0)
		return 0;
	swap_annotations(sv->def, copy);
	return -1;
}

static int set_metadata(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_set_metadata_args *a = args;

	(void)ret;
	if (supervisor_check_domain(sv, &a->dom, err) < 0)
		return -1;
	if (a->flags & ~(AFFECT_LIVE | AFFECT_CONFIG))
		return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "%s: flags 0x%x are not known", sv->name, a->flags);
	if ((a->flags & AFFECT_CONFIG) && set_stored(sv, a, err) < 0)
		return -1;
	if (a->flags != AFFECT_CONFIG && set_live(sv, a, err) < 0)
		return -1;
	tell(sv, a);
	return 0;
}

static int get_metadata(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const wire_domain_get_metadata_args *a = args;
	wire_domain_get_metadata_ret *r = ret;
	AUTO_DOMAIN struct domain *stored = NULL;

	if (supervisor_check_domain(sv, &a->dom, err) < 0)
		return -1;
	if (a->flags == AFFECT_CONFIG && !(stored = load_stored(sv, err)))
		return -1;
	r->metadata = annotate_domain_get(stored ? stored : sv->def, a->type, a->uri ? *a->uri : NULL, err);
	return r->metadata ? 0 : -1;
}

const struct rpc_row sv_metadata_rows[] = {
	RPC_ROW(domain_set_metadata, set_metadata),
	RPC_ROW(domain_get_metadata, get_metadata),
	RPC_ROW_END,
};
