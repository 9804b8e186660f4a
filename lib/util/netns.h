/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Network namespaces, told apart and found again by processes that were not there when something was made in one. */
#ifndef BERTH_UTIL_NETNS_H
#define BERTH_UTIL_NETNS_H

#include "util/error.h"

#include <stdint.h>

/* The cookie is given to no other until the next boot (socket(7), SO_NETNS_COOKIE; 0: the kernel has none), the inode is what namespaces(7) shows. */
struct netns {
	uint64_t cookie, inode;
};

#define NETNS_TEXT 48

/* The one that this process is in. */
int netns_own(struct netns *out, struct error *err) NODISCARD;
bool netns_equal(const struct netns *a, const struct netns *b);

/* "COOKIE INODE" */
void netns_format(const struct netns *ns, char text[NETNS_TEXT]);
int netns_parse(const char *text, struct netns *out) NODISCARD;   /* 0 or -1 */

/* A descriptor of it, by a mount that keeps it or a process that is in it, as far as this process sees any; -1 with *err set where nothing leads to it. */
int netns_open(const struct netns *ns, struct error *err) NODISCARD;

/* A process_spec's `prepare`: its argument is an int, a descriptor of the namespace that the child is to be in, or -1. */
int netns_prepare(void *fd);

#endif
