/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/subscribe.h"

#include "rpc/server_priv.h"

#include <string.h>

struct rpc_subscription {
	struct rpc_subscription *next;
	enum rpc_event_class class;
	int event_id;
	int callback_id;
	bool filtered;
	unsigned char uuid[16];
};

static int last_callback;

static void subscriptions_free(struct rpc_peer *peer)
{
	struct rpc_subscription *s;

	while ((s = peer->subscriptions)) {
		peer->subscriptions = s->next;
		free(s);
	}
}

static int next_callback(void)
{
	last_callback = last_callback == INT32_MAX ? 1 : last_callback + 1;
	return last_callback;
}

int rpc_subscribe(struct rpc_peer *peer, enum rpc_event_class class, int event_id, const unsigned char uuid[16], bool numbered,
		  int *callback_id, struct error *err)
{
	struct rpc_subscription *s, **end = &peer->subscriptions;
	unsigned n = 0;

	for (s = peer->subscriptions; s; s = s->next, n++) {
		if (!numbered && s->callback_id == RPC_NO_CALLBACK && s->class == class && s->event_id == event_id)
			return error_set(err, ERR_INVALID_ARG, "event %d is registered for on this connection already", event_id);
		end = &s->next;
	}
	if (n >= RPC_SUBSCRIPTIONS_MAX)
		return error_set(err, ERR_RESOURCE_BUSY, "%u events are registered for on this connection already", n);
	s = calloc(1, sizeof(*s));
	if (!s)
		return error_errno(err, "no memory to register for event %d", event_id);
	s->class = class;
	s->event_id = event_id;
	s->callback_id = numbered ? next_callback() : RPC_NO_CALLBACK;
	s->filtered = uuid != NULL;
	if (uuid)
		memcpy(s->uuid, uuid, sizeof(s->uuid));
	*end = s;
	peer->free_subscriptions = subscriptions_free;
	if (callback_id)
		*callback_id = s->callback_id;
	return 0;
}

static bool take_back(struct rpc_peer *peer, enum rpc_event_class class, int callback_id, int event_id)
{
	for (struct rpc_subscription **p = &peer->subscriptions; *p; p = &(*p)->next) {
		struct rpc_subscription *s = *p;

		if (s->class != class || s->callback_id != callback_id)
			continue;
		if (callback_id == RPC_NO_CALLBACK && s->event_id != event_id)
			continue;
		*p = s->next;
		free(s);
		return true;
	}
	return false;
}

int rpc_unsubscribe(struct rpc_peer *peer, enum rpc_event_class class, int callback_id, struct error *err)
{
	if (callback_id < 0 || !take_back(peer, class, callback_id, 0))
		return error_set(err, ERR_INVALID_ARG, "no event is registered for with the number %d on this connection", callback_id);
	return 0;
}

int rpc_unsubscribe_event(struct rpc_peer *peer, enum rpc_event_class class, int event_id, struct error *err)
{
	if (!take_back(peer, class, RPC_NO_CALLBACK, event_id))
		return error_set(err, ERR_INVALID_ARG, "event %d is not registered for on this connection", event_id);
	return 0;
}

int rpc_subscriptions(struct rpc_peer *peer, enum rpc_event_class class, int event_id)
{
	int n = 0;

	for (const struct rpc_subscription *s = peer->subscriptions; s; s = s->next)
		n += s->class == class && s->event_id == event_id;
	return n;
}

void rpc_publish(struct rpc_server *server, enum rpc_event_class class, int event_id, const unsigned char uuid[16],
		 rpc_subscriber_fn *fn, void *arg)
{
	for (struct rpc_peer *peer = server->first; peer; peer = peer->next)
		for (const struct rpc_subscription *s = peer->subscriptions; s; s = s->next)
			if (s->class == class && s->event_id == event_id &&
			    (!s->filtered || (uuid && memcmp(s->uuid, uuid, sizeof(s->uuid)) == 0)))
				fn(peer, s->callback_id, arg);
}
