/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which events a connection wants: the bookkeeping behind connect_domain_event_register (lifecycle only, no number),
 * ..._register_any (one of each kind, no number) and ..._callback_register_any (numbered, of one domain or of all), and
 * their likes for networks, pools, node devices and secrets.
 */
#ifndef BERTH_RPC_SUBSCRIBE_H
#define BERTH_RPC_SUBSCRIBE_H

#include "rpc/server.h"

enum rpc_event_class {
	RPC_EVENTS_DOMAIN,
	RPC_EVENTS_NETWORK,
	RPC_EVENTS_POOL,
	RPC_EVENTS_NODEDEV,
	RPC_EVENTS_SECRET,
};

#define RPC_SUBSCRIPTIONS_MAX 256   /* of one connection */
#define RPC_NO_CALLBACK (-1)        /* wants the event's old form, without a callback's number */

/*
 * Adds one. `numbered`: *callback_id gets a number that is unique in the process; otherwise RPC_NO_CALLBACK is its number and a second one of
 * the same kind is an error. uuid: only events of that object; NULL: of all.
 */
int rpc_subscribe(struct rpc_peer *peer, enum rpc_event_class class, int event_id, const unsigned char uuid[16], bool numbered,
		  int *callback_id, struct error *err) NODISCARD;

/* Takes a numbered one back. */
int rpc_unsubscribe(struct rpc_peer *peer, enum rpc_event_class class, int callback_id, struct error *err) NODISCARD;

/* Takes one without a number back. */
int rpc_unsubscribe_event(struct rpc_peer *peer, enum rpc_event_class class, int event_id, struct error *err) NODISCARD;

/* How many of a kind are there (what connect_domain_event_register and deregister answer). */
int rpc_subscriptions(struct rpc_peer *peer, enum rpc_event_class class, int event_id);

/* Calls fn for every subscription, of every connection, to this event of this object. */
typedef void rpc_subscriber_fn(struct rpc_peer *peer, int callback_id, void *arg);
void rpc_publish(struct rpc_server *server, enum rpc_event_class class, int event_id, const unsigned char uuid[16],
		 rpc_subscriber_fn *fn, void *arg);

#endif
