/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network's events, to everybody who asked for them. */
#include "network/network_impl.h"

#include "rpc/server.h"
#include "rpc/subscribe.h"

#include <string.h>

/* libvirt's virNetworkEventID and virNetworkEventLifecycleType. */
enum { EVENT_LIFECYCLE = 0 };
enum { EVENT_STARTED = 2, EVENT_STOPPED = 3 };

struct lifecycle {
	wire_network net;
	int event;
};

static void send_lifecycle(struct rpc_peer *peer, int callback_id, void *arg)
{
	const struct lifecycle *l = arg;
	wire_network_event_lifecycle_msg msg = { .callback_id = callback_id, .net = l->net, .event = l->event };

	rpc_peer_event(peer, &rpc_network_event_lifecycle, &msg);
}

void net_tell_event(struct supervisor *sv, int event)
{
	struct lifecycle l = { .net = { .name = sv->name }, .event = event };

	memcpy(l.net.uuid, sv->uuid, sizeof(sv->uuid));
	rpc_publish(sv->server, RPC_EVENTS_NETWORK, EVENT_LIFECYCLE, sv->uuid, send_lifecycle, &l);
}

void net_tell(struct supervisor *sv, bool runs)
{
	net_tell_event(sv, runs ? EVENT_STARTED : EVENT_STOPPED);
}

static int event_register(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_network_event_register_any_args *a = args;
	wire_connect_network_event_register_any_ret *r = ret;
	const unsigned char *uuid = a->net ? (const unsigned char *)a->net->uuid : NULL;

	return rpc_subscribe(call->peer, RPC_EVENTS_NETWORK, a->event_id, uuid, true, &r->callback_id, err);
}

static int event_deregister(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_network_event_deregister_any_args *a = args;

	(void)ret;
	return rpc_unsubscribe(call->peer, RPC_EVENTS_NETWORK, a->callback_id, err);
}

const struct rpc_row net_event_rows[] = {
	RPC_ROW(connect_network_event_register_any, event_register),
	RPC_ROW(connect_network_event_deregister_any, event_deregister),
	RPC_ROW_END,
};
