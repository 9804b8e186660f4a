/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of all guests for one client, in the forms that libvirt's clients ask for. */
#include "hypervisor/serve_priv.h"

#include "rpc/subscribe.h"

#include <string.h>

/* The form without a number, for what had one before there were numbers. */
#define PLAIN(id, name) { id, &rpc_domain_event_##name, offsetof(wire_domain_event_callback_##name##_msg, msg) }

static const struct {
	int id;
	const struct rpc_proc *proc;
	size_t offset;   /* in the numbered message */
} plain_forms[] = {
	PLAIN(0, lifecycle),
	PLAIN(1, reboot),
	PLAIN(2, rtc_change),
	PLAIN(3, watchdog),
	PLAIN(4, io_error),
	PLAIN(5, graphics),
	PLAIN(6, io_error_reason),
	PLAIN(7, control_error),
	PLAIN(8, block_job),
	PLAIN(9, disk_change),
	PLAIN(10, tray_change),
	PLAIN(11, pmwakeup),
	PLAIN(12, pmsuspend),
	PLAIN(13, balloon_change),
	PLAIN(14, pmsuspend_disk),
	PLAIN(15, device_removed),
};

static void send_one(struct rpc_peer *peer, int callback_id, void *arg)
{
	const struct hv_event *event = arg;

	if (callback_id != RPC_NO_CALLBACK) {
		memcpy(event->msg, &callback_id, sizeof(callback_id));
		rpc_peer_event(peer, event->type->proc, event->msg);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(plain_forms); i++)
		if (plain_forms[i].id == event->type->id)
			rpc_peer_event(peer, plain_forms[i].proc, (const char *)event->msg + plain_forms[i].offset);
}

static int tell(const struct hv_event *event, void *arg, struct error *err)
{
	const struct serving *s = arg;

	(void)err;
	rpc_publish(s->server, RPC_EVENTS_DOMAIN, event->type->id, (const unsigned char *)event->dom->uuid, send_one, (void *)event);
	return 0;
}

static int watch(struct serving *s, int event_id, struct error *err)
{
	if (event_id < 0 || event_id > 63)
		return error_set(err, ERR_INVALID_ARG, "there is no event %d", event_id);
	return serve_watch_want(&s->guests, s, &s->hv, tell, UINT64_C(1) << event_id, err);
}

/* The registration itself is any server's. The watch begins before it is confirmed: from then on nothing is missed. */
static int subscribe(struct rpc_call *call, const void *args, void *ret, int event_id, struct error *err)
{
	struct serving *s = call->ctx;
	const struct rpc_row *row = sv_event_rows;

	if (watch(s, event_id, err) < 0)
		return -1;
	while (row->proc != call->proc)
		row++;
	if (row->fn(call, args, ret, err) < 0)
		return -1;
	serve_watch_begin(&s->guests);
	return 0;
}

static int event_register(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	return subscribe(call, args, ret, 0, err);
}

static int event_register_any(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_domain_event_register_any_args *a = args;

	return subscribe(call, args, ret, a->event_id, err);
}

static int callback_register_any(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_domain_event_callback_register_any_args *a = args;

	return subscribe(call, args, ret, a->event_id, err);
}

/* The other way needs no more than the connection. */
static int unsubscribe(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct rpc_row *row = sv_event_rows;

	while (row->proc != call->proc)
		row++;
	return row->fn(call, args, ret, err);
}

const struct rpc_row serve_event_rows[] = {
	RPC_ROW(connect_domain_event_register, event_register),
	RPC_ROW(connect_domain_event_deregister, unsubscribe),
	RPC_ROW(connect_domain_event_register_any, event_register_any),
	RPC_ROW(connect_domain_event_deregister_any, unsubscribe),
	RPC_ROW(connect_domain_event_callback_register_any, callback_register_any),
	RPC_ROW(connect_domain_event_callback_deregister_any, unsubscribe),
	RPC_ROW_END,
};
