/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections to another process or machine, by libvirt's URIs with a transport. */
#ifndef BERTH_CLI_REMOTE_H
#define BERTH_CLI_REMOTE_H

#include "rpc/client.h"

/*
 * Opens DRIVER+unix:///PATH?socket=SOCKET (without socket=: libvirt's own) and DRIVER+ext:///PATH?command=PROGRAM, asks for authentication
 * and opens the driver there. Any other transport is ERR_NO_CONNECT.
 */
struct rpc_conn *cli_remote_open(const char *uri, int timeout_ms, struct error *err) NODISCARD;

#endif
