/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of one guest, in the forms that libvirt's clients ask for, and those of the monitor program. */
#include "hypervisor/supervisor_core.h"

#include "rpc/server.h"
#include "rpc/subscribe.h"

/* Numbers of libvirt's virDomainEventID. */
enum { EVENT_ID_LIFECYCLE = 0, EVENT_ID_REBOOT = 1 };

struct lifecycle {
	wire_domain dom;
	int event, detail;
};

static void send_lifecycle(struct rpc_peer *peer, int callback_id, void *arg)
{
	const struct lifecycle *l = arg;
	wire_domain_event_lifecycle_msg plain = { .dom = l->dom, .event = l->event, .detail = l->detail };
	wire_domain_event_callback_lifecycle_msg numbered = { .callback_id = callback_id, .msg = plain };

	if (callback_id == RPC_NO_CALLBACK)
		rpc_peer_event(peer, &rpc_domain_event_lifecycle, &plain);
	else
		rpc_peer_event(peer, &rpc_domain_event_callback_lifecycle, &numbered);
}

static void send_reboot(struct rpc_peer *peer, int callback_id, void *arg)
{
	wire_domain_event_reboot_msg plain = { .dom = *(wire_domain *)arg };
	wire_domain_event_callback_reboot_msg numbered = { .callback_id = callback_id, .msg = plain };

	if (callback_id == RPC_NO_CALLBACK)
		rpc_peer_event(peer, &rpc_domain_event_reboot, &plain);
	else
		rpc_peer_event(peer, &rpc_domain_event_callback_reboot, &numbered);
}

void sv_event_lifecycle(struct supervisor *sv, int event, int detail)
{
	struct lifecycle l = { .event = event, .detail = detail };
	struct error err;

	if (supervisor_wire_domain(sv, &l.dom, &err) < 0) {
		supervisor_log(sv, "an event is lost: %s", err.text);
		return;
	}
	rpc_publish(sv->server, RPC_EVENTS_DOMAIN, EVENT_ID_LIFECYCLE, sv->uuid, send_lifecycle, &l);
	xdr_free((xdrproc_t)xdr_wire_domain, (char *)&l.dom);
}

void sv_event_reboot(struct supervisor *sv)
{
	wire_domain dom = { 0 };
	struct error err;

	if (supervisor_wire_domain(sv, &dom, &err) < 0) {
		supervisor_log(sv, "an event is lost: %s", err.text);
		return;
	}
	rpc_publish(sv->server, RPC_EVENTS_DOMAIN, EVENT_ID_REBOOT, sv->uuid, send_reboot, &dom);
	xdr_free((xdrproc_t)xdr_wire_domain, (char *)&dom);
}

/* libvirt's clients end a connection that sends a program they do not know; they have the lifecycle events. INIT can come while they
 * work, so it is not for them; EXIT is the last word on a connection, so it is for all. */
void sv_event_monitor_init(struct supervisor *sv)
{
	wire_monitor_init_msg msg = { .initpid = sv->guest_pid };

	for (struct rpc_peer *p = rpc_server_next_peer(sv->server, NULL); p; p = rpc_server_next_peer(sv->server, p))
		if (!rpc_peer_data(p))
			rpc_peer_event(p, &rpc_monitor_init, &msg);
}

void sv_event_monitor_exit(struct supervisor *sv, enum monitor_exit how)
{
	wire_monitor_exit_msg msg = { .status = how };

	for (struct rpc_peer *p = rpc_server_next_peer(sv->server, NULL); p; p = rpc_server_next_peer(sv->server, p))
		rpc_peer_event(p, &rpc_monitor_exit, &msg);
}

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
