/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be done to a container that runs, and what it tells (tune.c, attach.c, stats.c); for the driver alone. */
#ifndef BERTH_LXC_LIVE_H
#define BERTH_LXC_LIVE_H

#include "hypervisor/supervisor.h"

struct cgroup;

/* tune.c */
extern supervisor_change_fn *const lxc_changes[];
int lxc_look(struct supervisor *sv, int what, struct domain *view, struct error *err) NODISCARD;

/* The limits of single block devices (<blkiotune><device>), which a start sets once there is a group. */
int lxc_tune_devices(struct cgroup *cg, const struct domain *def, struct error *err) NODISCARD;

/* attach.c */
supervisor_change_fn lxc_attach, lxc_detach, lxc_update;

/* stats.c */
rpc_fn lxc_block_stats, lxc_block_stats_flags, lxc_interface_stats, lxc_memory_stats, lxc_cpu_stats, lxc_interface_addresses;

#endif
