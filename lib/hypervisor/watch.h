/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hearing of every guest's events without a daemon, whoever causes them: a connection to the supervisor of each guest that runs,
 * and inotify on the state directories for what has no process to tell of it (definitions, starts, the end of a guest whose supervisor was
 * killed). What both sides know is told once: the files say what is so, the supervisors say it earlier and in detail.
 *
 * One descriptor tells when there is something to do; nothing here waits for a supervisor, except hv_watch_new() and hv_watch_want()
 * for a moment, and the adoption of a guest whose supervisor is dead. Needs no XML.
 */
#ifndef BERTH_HYPERVISOR_WATCH_H
#define BERTH_HYPERVISOR_WATCH_H

#include "hypervisor/hypervisor.h"

/* Numbers of libvirt's virDomainEventType. */
enum hv_lifecycle {
	HV_LIFECYCLE_DEFINED = 0,
	HV_LIFECYCLE_UNDEFINED = 1,
	HV_LIFECYCLE_STARTED = 2,
	HV_LIFECYCLE_SUSPENDED = 3,
	HV_LIFECYCLE_RESUMED = 4,
	HV_LIFECYCLE_STOPPED = 5,
	HV_LIFECYCLE_SHUTDOWN = 6,
	HV_LIFECYCLE_PMSUSPENDED = 7,
	HV_LIFECYCLE_CRASHED = 8,
};

/* What a lifecycle event is where the watched objects are networks or secrets (hv.kind is hv_network_kind, hv_secret_kind): virNetworkEventLifecycleType,
 * virSecretEventLifecycleType; -1: none. */
int hv_object_lifecycle(int event);

/* A type of event, by its numbered form: every such message begins with the number of the callback. */
struct hv_event_type {
	int id;                        /* virDomainEventID */
	const struct rpc_proc *proc;   /* domain_event_callback_NAME */
	size_t dom_offset;             /* of the wire_domain in the message */
};

/* What networks and secrets have, too; for them "dom" is the network, the secret (its name is its UUID). Secrets have no metadata: that one tells of their value. */
enum { HV_EVENT_LIFECYCLE = 0, HV_EVENT_METADATA_CHANGE = 23, HV_EVENT_VALUE_CHANGE = HV_EVENT_METADATA_CHANGE };

/* All that there are, each at the place of its id; the last has no proc. */
extern const struct hv_event_type hv_event_types[];

struct hv_event {
	const struct hv_event_type *type;
	void *msg;                     /* the decoded message of type->proc; its first int may be written over */
	const wire_domain *dom;        /* in msg; a UUID of zeros is not known */
};

struct hv_watch_ops {
	/* Told of each event that is wanted. Other than 0 ends the hv_watch_take() that calls it, which returns it; then *err is set if < 0. */
	int (*tell)(const struct hv_event *event, void *arg, struct error *err);

	/* Whether this guest is watched at all; uuid and id may be unknown (NULL, -1). NULL: every guest is. */
	bool (*wanted)(void *arg, const char *name, const unsigned char *uuid, int id);

	/* Told, for people, of what cannot be watched. May be NULL. */
	void (*warn)(void *arg, const char *text);
};

struct hv_watch;

/* Watches the connection's guests, as yet for no type of event. `hv` is copied, ops and arg are kept. */
struct hv_watch *hv_watch_new(const struct hv *hv, const struct hv_watch_ops *ops, void *arg, struct error *err) NODISCARD;
void hv_watch_free(struct hv_watch *w);

/* Adds types of events (bits 1 << id) to those that are told; what a supervisor does not know is simply never told. What happens
 * after it has returned is told. To be followed by hv_watch_take(). */
int hv_watch_want(struct hv_watch *w, uint64_t types, struct error *err) NODISCARD;

/* Readable when hv_watch_take() has something to do. */
int hv_watch_fd(const struct hv_watch *w);

/* Takes what has come and tells it, without waiting: 0, what tell() returned, or -1. Never from within tell(). */
int hv_watch_take(struct hv_watch *w, struct error *err) NODISCARD;

#endif
