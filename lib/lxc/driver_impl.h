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
	int keeper;                      /* the socket to it (holder_call()), or -1 */
	int old_holder;                  /* a pidfd of the one that was found, until there is one of ours; or -1 */
	int ns[LXC_NAMESPACES];          /* opened when it settles; -1 */
	uint64_t capabilities;
	struct lxc_net *nets;            /* as they were made */
	size_t n_nets;
	bool lives;                      /* between start or adoption and its end */
	bool confined;                   /* for good: what takes privileges is the hand's (hand.h) */
};

static inline struct lxc_guest *lxc_guest(const struct supervisor *sv)
{
	return sv->priv;
}

/* driver.c: how what is about to be made gets into the guest's plan and onto the host's bridges; and takes an interface from there, before it goes. */
struct lxc_planner lxc_planner_of(struct supervisor *sv);
void lxc_release_net(struct lxc_guest *g, const struct lxc_net *net);

/* shutdown.c: asks the container's init to end or to begin again. Flags as libvirt's virDomainShutdownFlagValues and
 * virDomainRebootFlagValues: 4 initctl, 8 signal, 0 the first of both that works. */
int lxc_ask_shutdown(struct lxc_guest *g, unsigned flags, struct error *err) NODISCARD;
int lxc_ask_reboot(struct lxc_guest *g, unsigned flags, struct error *err) NODISCARD;

/* An address of an interface of the container's. */
struct lxc_ifaddr {
	char name[16];
	int family;                  /* AF_PACKET: its MAC address */
	unsigned char address[16];
	unsigned prefix;
};

/* driver.c: the guest's part of a supervisor, as it is before anything runs; NULL with *err set. */
struct lxc_guest *lxc_guest_new(struct supervisor *sv, struct error *err) NODISCARD;

/* driver.c: our holder is needed no more. */
void lxc_end_holder(struct lxc_guest *g);

/* confine.c: gives up, for good, what the supervisor of a running guest does not need. What fails is logged, not fatal. */
void lxc_confine(struct lxc_guest *g);

extern const struct rpc_row lxc_rows[], lxc_own_rows[];

#endif
