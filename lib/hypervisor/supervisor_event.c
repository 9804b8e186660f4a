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

/* To everybody but libvirt's clients (rpc_peer_event() leaves them out): those end a connection on which a program comes that they do not
 * know, and have the lifecycle events. */
void sv_event_monitor_init(struct supervisor *sv)
{
	wire_monitor_init_msg msg = { .initpid = sv->guest_pid };

	for (struct rpc_peer *p = rpc_server_next_peer(sv->server, NULL); p; p = rpc_server_next_peer(sv->server, p))
		rpc_peer_event(p, &rpc_monitor_init, &msg);
}

void sv_event_monitor_exit(struct supervisor *sv, enum monitor_exit how)
{
	wire_monitor_exit_msg msg = { .status = how };

	for (struct rpc_peer *p = rpc_server_next_peer(sv->server, NULL); p; p = rpc_server_next_peer(sv->server, p))
		rpc_peer_event(p, &rpc_monitor_exit, &msg);
}
