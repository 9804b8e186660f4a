/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What serve.c, serve_event.c and serve_stream.c share. */
#ifndef BERTH_HYPERVISOR_SERVE_PRIV_H
#define BERTH_HYPERVISOR_SERVE_PRIV_H

#include "hypervisor/hypervisor.h"
#include "hypervisor/serve.h"
#include "hypervisor/watch.h"
#include "rpc/server.h"
#include "util/task.h"

#include <ev.h>

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
	struct hv_watch *watch;       /* made by the first subscription */
	struct task_mutex watch_lock;
	struct ev_io watch_io;
};

/* serve_event.c */
extern const struct rpc_row serve_event_rows[];
void serve_event_stop(struct serving *s);

/* serve_stream.c */
extern const struct rpc_row serve_stream_rows[];

/* supervisor_event.c: the registrations alone, which need nothing but the connection; ctx is not looked at */
extern const struct rpc_row sv_event_rows[];

#endif
