/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client's stream joined to a descriptor of ours: a terminal, a socket, a file that is read. */
#ifndef BERTH_QEMU_RELAY_H
#define BERTH_QEMU_RELAY_H

#include "rpc/server.h"

struct relay;

/*
 * Opens the call's stream and joins it to the descriptor, which becomes the relay's (also on failure). The relay frees itself when the stream
 * or the descriptor ends; *slot, if given, is then set to NULL. What a client does not read is not read from the descriptor either.
 */
int relay_open(struct rpc_call *call, struct ev_loop *loop, int fd, struct relay **slot, struct error *err) NODISCARD;

/* Ends it; `why` (may be NULL) is what the client is told. */
void relay_close(struct relay *r, const struct error *why);

#endif
