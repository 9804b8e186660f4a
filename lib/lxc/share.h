/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <lxc:namespace>: namespaces that a container shares with another one, with a process, or (network) has by name. */
#ifndef BERTH_LXC_SHARE_H
#define BERTH_LXC_SHARE_H

#include "util/error.h"

struct domain;

enum lxc_shared { LXC_SHARED_NET, LXC_SHARED_IPC, LXC_SHARED_UTS, LXC_SHARED };

enum lxc_share_with {
	LXC_SHARE_NOTHING,
	LXC_SHARE_GUEST,     /* another container, by its name */
	LXC_SHARE_PROCESS,   /* a process of the host's, by its number */
	LXC_SHARE_NETNS,     /* a network namespace of ip-netns(8), by its name */
};

struct lxc_share {
	enum lxc_share_with with;
	char *value;
};

/* From a definition; the strings are the caller's (lxc_shares_clear()). */
int lxc_shares_from_domain(const struct domain *def, struct lxc_share shares[LXC_SHARED], struct error *err) NODISCARD;
void lxc_shares_clear(struct lxc_share shares[LXC_SHARED]);

/* CLONE_NEWx of those that are shared. */
int lxc_shares_flags(const struct lxc_share shares[LXC_SHARED]);

/* The calling process (of one thread) goes into the shared namespaces, so that its next child is born there, and back. own: what is needed
 * for the way back. Who cannot come back ends itself: nothing may go on in another's namespaces. */
int lxc_shares_enter(const struct lxc_share shares[LXC_SHARED], int own[LXC_SHARED], struct error *err) NODISCARD;
void lxc_shares_leave(int own[LXC_SHARED]);

#endif
