/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The supervisor's hand. A supervisor gives up its privileges for good once its guest runs (confine.c). What takes privileges afterwards is an errand
 * for a fresh process of the same program, `lxc-hand NAME`, which the holder (holder.h) starts, which does that one thing and ends: the guest's next life, a device
 * that comes or goes, a look into its network, a word to its init, a packet filter that goes.
 *
 * The errand and the answer are structures on a socket pair, of one and the same program file on both sides, with what has no fixed size in a memory file.
 */
#ifndef BERTH_LXC_HAND_H
#define BERTH_LXC_HAND_H

#include "hypervisor/change.h"
#include "lxc/driver_impl.h"

/* What the hand does, in its own process, with a guest that has the definition, what runs of it and all privileges. */
int lxc_build_life(struct lxc_guest *g, bool paused, struct error *err) NODISCARD;                       /* driver.c */
void lxc_open_namespaces(struct lxc_guest *g);                                                            /* driver.c */
int lxc_find_running(struct lxc_guest *g, struct error *err) NODISCARD;                                   /* driver.c */
int lxc_change_running(struct lxc_guest *g, struct change *c, struct error *err) NODISCARD;               /* attach.c */
int lxc_look_inside(struct lxc_guest *g, struct lxc_ifaddr **list, size_t *n, struct error *err) NODISCARD;   /* stats.c */
int lxc_write_initctl(const struct lxc_guest *g, char runlevel, struct error *err) NODISCARD;             /* shutdown.c: 1 sent, 0 nobody reads */
int lxc_undo(struct lxc_guest *g, struct error *err) NODISCARD;                                           /* driver.c */

/*
 * The errands, for the supervisor. They wait as tasks do, and outside of any task they block. What the hand says is the error.
 *
 * lxc_hand_start: builds the guest's next life of sv->def: g->ct, g->ns, g->nets, the new holder. sv->def is what runs then.
 * lxc_hand_change: makes a change true; c->next and c->dev are what runs then, g->nets too.
 * lxc_hand_addresses: what the container's interfaces have; the caller's.
 * lxc_hand_initctl: a runlevel to the container's FIFO; 1 sent, 0 nobody reads it.
 * lxc_hand_undo: takes the packet filters and loop devices of a dead guest away.
 */
int lxc_hand_start(struct lxc_guest *g, struct error *err) NODISCARD;
int lxc_hand_change(struct lxc_guest *g, struct change *c, struct error *err) NODISCARD;
int lxc_hand_addresses(struct lxc_guest *g, struct lxc_ifaddr **list, size_t *n, struct error *err) NODISCARD;
int lxc_hand_initctl(struct lxc_guest *g, char runlevel, struct error *err) NODISCARD;
int lxc_hand_undo(struct lxc_guest *g, struct error *err) NODISCARD;

#endif
