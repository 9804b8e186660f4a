/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of one guest, in the forms that libvirt's clients ask for, and those of the monitor program. */
#include "hypervisor/supervisor_core.h"

#include "rpc/server.h"
#include "rpc/subscribe.h"

#include <string.h>

/* Numbers of libvirt's virDomainEventID. */
enum { EVENT_ID_LIFECYCLE = 0, EVENT_ID_REBOOT = 1 };

/* libvirt's longest event of a guest is well below this. */
#define MESSAGE_MAX 256

/* The numbered form of every event begins with the callback's number (some have a reason beside it, which is always 0); then comes the plain one. */
struct numbered {
	int callback_id, reason;
	char msg[MESSAGE_MAX] __attribute__((aligned(8)));
};

struct publication {
	const struct rpc_proc *plain, *numbered;
	struct numbered n;
};

static void send_event(struct rpc_peer *peer, int callback_id, void *arg)
{
	struct publication *p = arg;

	p->n.callback_id = callback_id;
	if (callback_id == RPC_NO_CALLBACK && p->plain)
		rpc_peer_event(peer, p->plain, p->n.msg);
	else if (callback_id != RPC_NO_CALLBACK && p->numbered)
		rpc_peer_event(peer, p->numbered, &p->n);
}

void supervisor_publish(struct supervisor *sv, int event_id, const struct rpc_proc *plain, const struct rpc_proc *numbered, const void *msg,
			size_t size)
{
	struct publication p = { .plain = plain, .numbered = numbered };
	wire_domain dom = { 0 };
	struct error err = { 0 };

	if (size > MESSAGE_MAX || supervisor_wire_domain(sv, &dom, &err) < 0) {
		supervisor_log(sv, "an event is lost: %s", err.text);
		return;
	}
	memcpy(p.n.msg, msg, size);
	memcpy(p.n.msg, &dom, sizeof(dom));
	rpc_publish(sv->server, RPC_EVENTS_DOMAIN, event_id, sv->uuid, send_event, &p);
	xdr_free((xdrproc_t)xdr_wire_domain, (char *)&dom);
}

void sv_event_lifecycle(struct supervisor *sv, int event, int detail)
{
	wire_domain_event_lifecycle_msg msg = { .event = event, .detail = detail };

	supervisor_publish(sv, EVENT_ID_LIFECYCLE, &rpc_domain_event_lifecycle, &rpc_domain_event_callback_lifecycle, &msg, sizeof(msg));
}

void supervisor_event_reboot(struct supervisor *sv)
{
	wire_domain_event_reboot_msg msg = { 0 };

	supervisor_publish(sv, EVENT_ID_REBOOT, &rpc_domain_event_reboot, &rpc_domain_event_callback_reboot, &msg, sizeof(msg));
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
