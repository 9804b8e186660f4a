/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of all networks and secrets for one client: their files tell, whoever changes them. */
#include "hypervisor/serve_priv.h"

#include "conf/secret.h"
#include "rpc/subscribe.h"

#include <string.h>

/* libvirt's virNetworkEventID and virSecretEventID; the second is a network's metadata, a secret's value. */
enum { EVENT_LIFECYCLE = 0, EVENT_CHANGE = 1 };

/* The watch begins before the registration is confirmed: from then on nothing is missed. */
static int begin(struct rpc_call *call, struct serve_watch *w, const struct hv_kind *kind, serve_tell_fn *tell, enum rpc_event_class events, int event_id,
		 const unsigned char *uuid, int *callback_id, struct error *err)
{
	struct serving *s = call->ctx;
	struct hv hv = s->hv;

	if (event_id != EVENT_LIFECYCLE && event_id != EVENT_CHANGE)
		return error_set(err, ERR_INVALID_ARG, "there is no event %d of a %s", event_id, kind->noun);
	hv.kind = kind;
	if (serve_watch_want(w, s, &hv, tell, UINT64_C(1) << (event_id == EVENT_LIFECYCLE ? HV_EVENT_LIFECYCLE : HV_EVENT_METADATA_CHANGE), err) < 0 ||
	    rpc_subscribe(call->peer, events, event_id, uuid, true, callback_id, err) < 0)
		return -1;
	serve_watch_begin(w);
	return 0;
}

/* --- networks ----------------------------------------------------------------------------------------------------- */

static void send_network(struct rpc_peer *peer, int callback_id, void *arg)
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
	rpc_publish(s->server, RPC_EVENTS_NETWORK, EVENT_CHANGE, (const unsigned char *)msg.net.uuid, send_metadata, &msg);
}

static int tell_network(const struct hv_event *event, void *arg, struct error *err)
{
	const struct serving *s = arg;
	const wire_domain_event_callback_lifecycle_msg *from = event->msg;
	wire_network_event_lifecycle_msg msg = { .net = { .name = event->dom->name } };

	(void)err;
	if (event->type->id == HV_EVENT_METADATA_CHANGE) {
		tell_metadata(s, event->msg);
		return 0;
	}
	msg.event = hv_object_lifecycle(from->msg.event);
	memcpy(msg.net.uuid, event->dom->uuid, sizeof(msg.net.uuid));
	if (msg.event >= 0)
		rpc_publish(s->server, RPC_EVENTS_NETWORK, EVENT_LIFECYCLE, (const unsigned char *)msg.net.uuid, send_network, &msg);
	return 0;
}

static int network_register(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_network_event_register_any_args *a = args;
	wire_connect_network_event_register_any_ret *r = ret;
	struct serving *s = call->ctx;

	return begin(call, &s->networks, &hv_network_kind, tell_network, RPC_EVENTS_NETWORK, a->event_id,
		     a->net ? (const unsigned char *)a->net->uuid : NULL, &r->callback_id, err);
}

static int network_deregister(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_network_event_deregister_any_args *a = args;

	(void)ret;
	return rpc_unsubscribe(call->peer, RPC_EVENTS_NETWORK, a->callback_id, err);
}

/* --- secrets ------------------------------------------------------------------------------------------------------ */

/* What it is for, as far as that is known: of one that is gone it is not. */
static struct secret *definition(const char *name)
{
	for (const struct hv_kind *k = &hv_secret_kind; k; k = k->also) {
		AUTO_FREE char *xml = NULL;
		struct secret *def = NULL;
		struct error why;
		size_t len;

		if (state_read_config(k->name, name, &xml, &len, &why) == 0)
			def = conf_document_parse(&secret_document, xml, len, 0, NULL, NULL, &why);
		if (def)
			return def;
	}
	return NULL;
}

struct secret_news {
	const struct rpc_proc *proc;
	wire_secret_event_lifecycle_msg msg;   /* the other message is its beginning */
};

static void send_secret(struct rpc_peer *peer, int callback_id, void *arg)
{
	struct secret_news *news = arg;
	wire_secret_event_value_changed_msg changed = { .callback_id = callback_id, .secret = news->msg.secret };

	news->msg.callback_id = callback_id;
	rpc_peer_event(peer, news->proc, news->proc == &rpc_secret_event_lifecycle ? (void *)&news->msg : &changed);
}

static int tell_secret(const struct hv_event *event, void *arg, struct error *err)
{
	const struct serving *s = arg;
	bool changed = event->type->id == HV_EVENT_VALUE_CHANGE;
	struct secret *def = definition(event->dom->name);
	struct secret_news news = {
		.proc = changed ? &rpc_secret_event_value_changed : &rpc_secret_event_lifecycle,
		.msg = { .secret = { .usage_type = def ? (int)def->usage : 0, .usage_id = (char *)(def && def->usage_id ? def->usage_id : "") } },
	};

	(void)err;
	memcpy(news.msg.secret.uuid, event->dom->uuid, sizeof(news.msg.secret.uuid));
	if (!changed)
		news.msg.event = hv_object_lifecycle(((const wire_domain_event_callback_lifecycle_msg *)event->msg)->msg.event);
	rpc_publish(s->server, RPC_EVENTS_SECRET, changed ? EVENT_CHANGE : EVENT_LIFECYCLE, (const unsigned char *)news.msg.secret.uuid, send_secret, &news);
	conf_free(&secret_elem, def);
	return 0;
}

static int secret_register(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_secret_event_register_any_args *a = args;
	wire_connect_secret_event_register_any_ret *r = ret;
	struct serving *s = call->ctx;

	return begin(call, &s->secrets, &hv_secret_kind, tell_secret, RPC_EVENTS_SECRET, a->event_id,
		     a->secret ? (const unsigned char *)a->secret->uuid : NULL, &r->callback_id, err);
}

static int secret_deregister(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_connect_secret_event_deregister_any_args *a = args;

	(void)ret;
	return rpc_unsubscribe(call->peer, RPC_EVENTS_SECRET, a->callback_id, err);
}

const struct rpc_row serve_object_rows[] = {
	RPC_ROW(connect_network_event_register_any, network_register),
	RPC_ROW(connect_network_event_deregister_any, network_deregister),
	RPC_ROW(connect_secret_event_register_any, secret_register),
	RPC_ROW(connect_secret_event_deregister_any, secret_deregister),
	RPC_ROW_END,
};
