/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What serve.c, serve_event.c, serve_object.c, serve_stream.c and serve_watch.c share. */
#ifndef BERTH_HYPERVISOR_SERVE_PRIV_H
#define BERTH_HYPERVISOR_SERVE_PRIV_H

#include "hypervisor/hypervisor.h"
#include "hypervisor/serve.h"
#include "hypervisor/watch.h"
#include "rpc/server.h"
#include "util/task.h"

#include <ev.h>

struct serving;

/* What is watched for the client's subscriptions; made by the first of them. */
struct serve_watch {
	struct serving *s;
	struct hv_watch *watch;
	struct hv_watch_ops ops;
	struct task_mutex lock;
	struct ev_io io;
};

struct serving {
	struct hv hv;                 /* first: call->ctx is both */
	const struct hv_serve *spec;
	struct ev_loop *loop;
	struct rpc_server *server;
	const struct rpc_row **tables;      /* of all drivers, and of the connection */
	struct rpc_program programs[3];     /* whose rows they are */
	struct ev_prepare prepare;    /* ends the loop when the client has left and nothing is in progress */
	bool left;
	bool passes_fds;
	struct serve_watch guests, networks, secrets;
};

/* serve_watch.c: types of events (bits) of hv's objects are told from now on, once the watch has begun. */
typedef int serve_tell_fn(const struct hv_event *event, void *serving, struct error *err);
int serve_watch_want(struct serve_watch *w, struct serving *s, const struct hv *hv, serve_tell_fn *tell, uint64_t types, struct error *err) NODISCARD;
void serve_watch_begin(struct serve_watch *w);
void serve_watch_stop(struct serve_watch *w);

/* serve_event.c */
extern const struct rpc_row serve_event_rows[];

/* serve_object.c */
extern const struct rpc_row serve_object_rows[];

/* serve_stream.c */
extern const struct rpc_row serve_stream_rows[];

/* supervisor_event.c: the registrations alone, which need nothing but the connection; ctx is not looked at */
extern const struct rpc_row sv_event_rows[];

#endif
