/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by netlink.c (interfaces), netlink_address.c, netlink_bridge.c and netlink_limit.c; nobody else's. */
#ifndef BERTH_UTIL_NETLINK_IMPL_H
#define BERTH_UTIL_NETLINK_IMPL_H

#include "util/netlink.h"

#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

struct netlink {
	struct nl_sock *sock;
	int error;           /* errno of the kernel's last answer */
	char reason[160];    /* its words, "" when it had none */
};

/* Forgets the last answer, before a request. */
void netlink_ask(struct netlink *nl);

/* Makes *err of what a request of libnl returned (below 0) and of the kernel's answer. Returns -1. */
int netlink_failed(const struct netlink *nl, int r, struct error *err, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Sends a message of our own making and waits for its acknowledgement; frees it. 0, or below 0 as libnl's functions. */
int netlink_talk(struct netlink *nl, struct nl_msg *msg);

/* Refuses what cannot be an interface's name. */
int netlink_check_name(const char *name, struct error *err);

/* An interface's index, or -1. */
int netlink_index(struct netlink *nl, const char *name, struct error *err);

#endif
