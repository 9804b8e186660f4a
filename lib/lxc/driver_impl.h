/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the supervisor's driver share (driver.c rows.c shutdown.c confine.c); nobody else's. */
#ifndef BERTH_LXC_DRIVER_IMPL_H
#define BERTH_LXC_DRIVER_IMPL_H

#include "hypervisor/supervisor.h"
#include "lxc/console.h"
#include "lxc/lxc.h"

/* The namespaces' descriptors that domain_open_namespace hands out, in libvirt's order. */
#define LXC_NAMESPACES 7

struct lxc_guest {
	struct supervisor *sv;
	struct lxc_container ct;
	struct ev_io exit;               /* on the pidfd */
	struct console_log log;
	struct console console[LXC_CONSOLES_MAX];
	pid_t holder;                    /* 0: none, or not our child */
	int ns[LXC_NAMESPACES];          /* opened when it settles; -1 */
	uint64_t capabilities;
	struct lxc_net *nets;            /* as they were made */
	size_t n_nets;
	bool lives;                      /* between start or adoption and its end */
	bool adopted;                    /* its holder came with it */
	bool confined;
};

static inline struct lxc_guest *lxc_guest(const struct supervisor *sv)
{
	return sv->priv;
}

/* shutdown.c: asks the container's init to end or to begin again. Flags as libvirt's virDomainShutdownFlagValues and
 * virDomainRebootFlagValues: 4 initctl, 8 signal, 0 the first of both that works. */
int lxc_ask_shutdown(struct lxc_guest *g, unsigned flags, struct error *err) NODISCARD;
int lxc_ask_reboot(struct lxc_guest *g, unsigned flags, struct error *err) NODISCARD;

/* confine.c: gives up what the supervisor of a running guest does not need. What fails is logged, not fatal. */
void lxc_confine(struct lxc_guest *g);

/* For the time of a start: takes up the privileges that confinement has laid aside. */
int lxc_privileges_raise(struct error *err) NODISCARD;

/* Whether something can start the guest again in this supervisor: it keeps the privileges of a start then. */
bool lxc_can_restart(const struct domain *def);

extern const struct rpc_row lxc_rows[], lxc_own_rows[];

#endif
