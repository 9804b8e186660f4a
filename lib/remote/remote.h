/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections to drivers that are not of this process: a libvirtd or berth-serve of this machine or of another one (a transport in the URI),
 * or a driver in a process of its own (helpers/driver-NAME). Whatever it is, what comes back is an opened connection on which every
 * procedure is sent.
 *
 * Light: the transports unix, ext and ssh need nothing but the system. What needs gnutls, libsasl2 or the resolver is in
 * helpers/driver-remote, which is spoken to like any other driver's process.
 */
#ifndef BERTH_REMOTE_REMOTE_H
#define BERTH_REMOTE_REMOTE_H

#include "rpc/client.h"

/*
 * Opens a URI that is no local driver's. ERR_NO_CONNECT, ERR_UNKNOWN_HOST: no URI, or cannot be reached; ERR_AUTH_FAILED: not let in; else the other
 * side's own word.
 */
struct rpc_conn *remote_open(const char *uri, bool read_only, int timeout_ms, struct error *err) NODISCARD;

/*
 * The driver's process that a URI without transport belongs to ("driver-test"); NULL: none, or the URI has a transport.
 */
const char *remote_helper(const char *uri);

/* Starts a driver's process (its name below helpers/) and returns a connection to it on which nothing has been said. */
struct rpc_conn *remote_helper_start(const char *helper, struct error *err) NODISCARD;

/* libvirt.conf(5): /etc/libvirt/libvirt.conf for root, else libvirt/libvirt.conf below $XDG_CONFIG_HOME or ~/.config; with BERTH_ROOT below
 * it. A missing file is an empty one; one that cannot be understood is an error. */

/* What uri_aliases says for a word; NULL without error: nothing. The caller's. */
char *remote_alias(const char *word, struct error *err) NODISCARD;

/* uri_default; NULL without error: nothing. The caller's. */
char *remote_default(struct error *err) NODISCARD;

#endif
