/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files about bindings share: store.c, learn.c, learner.c. */
#ifndef BERTH_NWFILTER_STORE_IMPL_H
#define BERTH_NWFILTER_STORE_IMPL_H

#include "nwfilter/nwfilter.h"

/* --- store.c ------------------------------------------------------------------------------------------------------ */

/* The directory of bindings; with `lock` also its lock, which is held until that descriptor is closed. */
int nwf_bindings_dir(int *lock, struct error *err) NODISCARD;
struct nwfilter_binding *nwf_load_binding(int dir, const char *portdev, struct error *err) NODISCARD;

/* A stored filter. */
struct nwfilter *nwf_load_filter(const char *name, struct error *err) NODISCARD;

/* Puts a binding's rules in place, with what is known of the guest's addresses; whole, or nothing changes. The lock is held. */
int nwf_apply(int dir, const struct nwfilter_binding *b, nwfilter_load_fn *load, struct error *err) NODISCARD;

/* Calls fn with the name of each port that has a binding, until it returns other than 0. */
int nwf_each_binding(int dir, int (*fn)(void *ctx, const char *portdev, struct error *err), void *ctx, struct error *err) NODISCARD;

/* --- namespace.c: in which network namespace a binding's port and rules are ------------------------------------------ */

/* GONE: that namespace is, or nothing leads there from here. */
enum nwf_place { NWF_HERE, NWF_ELSEWHERE, NWF_GONE };
int nwf_note_namespace(int dir, const char *portdev, struct error *err) NODISCARD;
void nwf_forget_namespace(int dir, const char *portdev);
int nwf_where(int dir, const char *portdev, enum nwf_place *place, struct error *err) NODISCARD;

/* --- sets.c: sets of ipset(8), whose members others change --------------------------------------------------------- */

int nwfilter_uses_sets(const struct nwfilter_binding *binding, nwfilter_load_fn *load, struct error *err) NODISCARD;   /* 1, 0, or -1 */

/* Starts who looks at them, if nobody does. The lock is held. */
int nwf_follow_sets(int dir, struct error *err) NODISCARD;
int nwf_sets_main(struct error *err) NODISCARD;

/* --- learn.c: a guest's addresses, where the filter needs them and nobody says them -------------------------------- */

/* How they are learned: by the variable CTRL_IP_LEARNING. */
enum nwf_learning { NWF_LEARN_ANY, NWF_LEARN_DHCP, NWF_LEARN_NONE };
int nwf_learning(const struct nwfilter_binding *b, enum nwf_learning *how, struct error *err) NODISCARD;

/* The binding with what has been learned as values of IP; the caller's. *known: how many there are. */
struct nwfilter_binding *nwf_with_learned(int dir, const struct nwfilter_binding *b, size_t *known, struct error *err) NODISCARD;

/* Notes an address until `expiry` (seconds since the epoch, 0: for ever), or, gone, that it is no more. 1: it is new or gone; 0: nothing changed. */
int nwf_learned(int dir, const char *portdev, const char *ip, int64_t expiry, bool gone, struct error *err) NODISCARD;

/* Forgets addresses whose time is over: 1 there were some, 0; *next: when that will be so for the next, 0 never. */
int nwf_learned_expire(int dir, const char *portdev, int64_t *next, struct error *err) NODISCARD;

/* Starts who learns for a port, if nobody does. */
int nwf_learn(int dir, const struct nwfilter_binding *b, enum nwf_learning how, struct error *err) NODISCARD;

/* Removes what was learned; whoever learns ends by himself. */
void nwf_forget_learned(int dir, const char *portdev);

#endif
