/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A libvirt server for one client: helpers/berth-serve. It keeps no state. What files know it answers from the files (hv_rows), what
 * only a running guest knows it asks that guest's supervisor; each call is a task of its own, so that a supervisor that does not
 * answer holds up the calls to its guest and nothing else.
 */
#ifndef BERTH_HYPERVISOR_SERVE_H
#define BERTH_HYPERVISOR_SERVE_H

#include "hypervisor/kinds.h"
#include "rpc/proc.h"

struct hv_serve {
	int in, out;         /* the client; the same twice for a Unix socket with a name, over which descriptors can be passed */
	const char *uri;     /* the driver for a client that names none; NULL: all local ones */
	const struct hv_kind *kind;   /* a driver that lives apart: the only one that is served, whatever the client names; NULL: none */
	/* Told of the URI that a client opens, before anything is looked at. With `kind` alone. */
	int (*open)(const struct hv *hv, const char *uri, struct error *err);
	bool read_only;      /* whatever the client asks for */

	/* The driver's process (a helper's name) that a URI belongs to, NULL: none; this process becomes it. May be NULL. */
	const char *(*helper)(const char *uri);
	/* Such a process: the serial and flags of the connect_open that it goes on with, for `uri`. NULL: nothing was said yet. */
	const struct hv_serve_opening { uint32_t serial; unsigned flags; } *opening;
	const struct hv_driver *const *drivers;   /* what defining needs */

	/* Everything that is served beside the connection itself, of any program; ends in NULL. Where two tables have a procedure the
	 * first one answers. call->ctx is a struct hv. */
	const struct rpc_row *const *tables;
};

struct ev_loop;
struct rpc_server;

/* For a table's functions: the loop and the server that serve hv, which is call->ctx. */
struct ev_loop *hv_serve_loop(const struct hv *hv);
struct rpc_server *hv_serve_server(const struct hv *hv);

/* What hv_serve() gave a driver's process that it became: reads argv into *opening and *uri. false: nothing there, or no such words. */
bool hv_serve_taken_over(int argc, char **argv, struct hv_serve_opening *opening, const char **uri);

/* Serves until the client leaves and its last call is done; the descriptors are closed. 0, or -1 when it could not begin. */
int hv_serve(const struct hv_serve *spec, struct error *err) NODISCARD;

#endif
