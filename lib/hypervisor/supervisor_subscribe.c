/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who wants which events: of any server, with or without a guest. Nothing here looks at the call's context. */
#include "hypervisor/supervisor_core.h"

#include "rpc/server.h"
#include "rpc/subscribe.h"

/* libvirt's virDomainEventID: what the oldest form of registration means. */
enum { EVENT_ID_LIFECYCLE = 0 };

static int event_register(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_domain_event_register_ret *r = ret;
	int id;

	(void)args;
	if (rpc_subscribe(call->peer, RPC_EVENTS_DOMAIN, EVENT_ID_LIFECYCLE, NULL, false, &id, err) < 0)
		return -1;
	r->cb_registered = rpc_subscriptions(call->peer, RPC_EVENTS_DOMAIN, EVENT_ID_LIFECYCLE);
	return 0;
}

static int event_deregister(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_connect_domain_event_deregister_ret *r = ret;

	(void)args;
	if (rpc_unsubscribe_event(call->peer, RPC_EVENTS_DOMAIN, EVENT_ID_LIFECYCLE, err) < 0)
		return -1;
	r->cb_registered = rpc_subscriptions(call->peer, RPC_EVENTS_DOMAIN, EVENT_ID_LIFECYCLE);
	return 0;
}

static int event_register_any(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_domain_event_register_any_args *a = args;
	int id;

	(void)ret;
	return rpc_subscribe(call->peer, RPC_EVENTS_DOMAIN, a->event_id, NULL, false, &id, err);
}

static int event_deregister_any(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_domain_event_deregister_any_args *a = args;

	(void)ret;
	return rpc_unsubscribe_event(call->peer, RPC_EVENTS_DOMAIN, a->event_id, err);
}

static int callback_register_any(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_domain_event_callback_register_any_args *a = args;
	wire_connect_domain_event_callback_register_any_ret *r = ret;
	const unsigned char *uuid = a->dom ? (const unsigned char *)a->dom->uuid : NULL;

	return rpc_subscribe(call->peer, RPC_EVENTS_DOMAIN, a->event_id, uuid, true, &r->callback_id, err);
}

static int callback_deregister_any(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_domain_event_callback_deregister_any_args *a = args;

	(void)ret;
	return rpc_unsubscribe(call->peer, RPC_EVENTS_DOMAIN, a->callback_id, err);
}

const struct rpc_row sv_event_rows[] = {
	RPC_ROW(connect_domain_event_register, event_register),
	RPC_ROW(connect_domain_event_deregister, event_deregister),
	RPC_ROW(connect_domain_event_register_any, event_register_any),
	RPC_ROW(connect_domain_event_deregister_any, event_deregister_any),
	RPC_ROW(connect_domain_event_callback_register_any, callback_register_any),
	RPC_ROW(connect_domain_event_callback_deregister_any, callback_deregister_any),
	RPC_ROW_END,
};
