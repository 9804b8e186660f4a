/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* LXC's own configuration (lxc.container.conf(5), the keys of version 3 and those from before) as a domain definition. */
#ifndef BERTH_LXC_NATIVE_H
#define BERTH_LXC_NATIVE_H

#include "conf/buf.h"
#include "util/error.h"

/* One line "KEY = VALUE". */
struct lxc_setting {
	char *key, *value;
};

struct lxc_settings {
	struct lxc_setting *items;
	size_t n;
};

/* native_network.c: <interface> and <hostdev> for every lxc.network or lxc.net section, into `devices`. *private_net: no section asked for a network, so that
 * the container has none but its own. */
int lxc_native_networks(const struct lxc_settings *settings, struct buf *devices, bool *private_net, struct error *err) NODISCARD;

/* The definition that an LXC configuration means: canonical XML, the caller's; NULL with *err set. For hv_driver's `natives`. */
char *lxc_from_native(const char *config, unsigned flags, struct error *err) NODISCARD;

#endif
