/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of all networks for one client: their files tell, whoever changes them. */
#include "hypervisor/serve_priv.h"

#include "rpc/subscribe.h"

#include <string.h>

/* libvirt's virNetworkEventID. */
enum { EVENT_LIFECYCLE = 0, EVENT_METADATA_CHANGE = 1 };

static void send_one(struct rpc_peer *peer, int callback_id, void *arg)
{
	wire_network_event_lifecycle_msg *msg = arg;

	msg->callback_id = callback_id;
	rpc_peer_event(peer, &rpc_network_event_lifecycle, msg);
}

static void send_metadata(struct rpc_peer *peer, int callback_id, void *arg)
{
	wire_network_event_callback_metadata_change_msg *msg = arg;

	msg->callback_id = callback_id;
	rpc_peer_event(peer, &rpc_network_event_callback_metadata_change, msg);
}

static void tell_metadata(const struct serving *s, const wire_domain_event_callback_metadata_change_msg *from)
{
	wire_network_event_callback_metadata_change_msg msg = { .net = { .name = from->dom.name }, .type = from->type, .nsuri = from->nsuri };

	memcpy(msg.net.uuid, from->dom.uuid, sizeof(msg.net.uuid));
	rpc_publish(s->server, RPC_EVENTS_NETWORK, EVENT_METADATA_CHANGE, (const unsigned char *)msg.net.uuid, send_metadata, &msg);
}

static int tell(const struct hv_event *event, void *arg, struct error *err)
{
	const struct serving *s = arg;
	const wire_domain_event_callback_lifecycle_msg *from = event->msg;
	wire_network_event_lifecycle_msg msg = { .net = { .name = event->dom->name } };

	(void)err;
	if (event->type->id == HV_EVENT_METADATA_CHANGE) {
		tell_metadata(s, event->msg);
		return 0;
	}
	msg.event = hv_network_lifecycle(from->msg.event);
	memcpy(msg.net.uuid, event->dom->uuid, sizeof(msg.net.uuid));
	if (msg.event >= 0)
		rpc_publish(s->server, RPC_EVENTS_NETWORK, EVENT_LIFECYCLE, (const unsigned char *)msg.net.uuid, send_one, &msg);
	return 0;
}

/* The watch begins before the registration is confirmed: from then on nothing is missed. */
static int event_register(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_network_event_register_any_args *a = args;
	wire_connect_network_event_register_any_ret *r = ret;
	struct serving *s = call->ctx;
	struct hv hv = s->hv;

	if (a->event_id != EVENT_LIFECYCLE && a->event_id != EVENT_METADATA_CHANGE)
		return error_set(err, ERR_INVALID_ARG, "there is no event %d of networks", a->event_id);
	hv.kind = &hv_network_kind;
	if (serve_watch_want(&s->networks, s, &hv, tell, UINT64_C(1) << (a->event_id == EVENT_LIFECYCLE ? HV_EVENT_LIFECYCLE : HV_EVENT_METADATA_CHANGE), err) < 0 ||
	    rpc_subscribe(call->peer, RPC_EVENTS_NETWORK, a->event_id, a->net ? (const unsigned char *)a->net->uuid : NULL, true, &r->callback_id, err) < 0)
		return -1;
	serve_watch_begin(&s->networks);
	return 0;
}

static int event_deregister(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_network_event_deregister_any_args *a = args;

	(void)ret;
	return rpc_unsubscribe(call->peer, RPC_EVENTS_NETWORK, a->callback_id, err);
}

const struct rpc_row serve_network_rows[] = {
	RPC_ROW(connect_network_event_register_any, event_register),
	RPC_ROW(connect_network_event_deregister_any, event_deregister),
	RPC_ROW_END,
};
