/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the store side share: for hypervisor/, and for drivers of other objects that live like guests (network/). */
#ifndef BERTH_HYPERVISOR_LOCAL_H
#define BERTH_HYPERVISOR_LOCAL_H

#include "hypervisor/hypervisor.h"

/* How long a supervisor may take to answer a destroy before it is killed itself. */
#define HV_DESTROY_PATIENCE 5000

/* ---- spawn.c ---- */

struct hv_spawn {
	const struct hv_kind *kind;
	const char *name;
	int run_fd, alive_fd;
	const struct hv_supervisor *own;   /* see struct hv */
	int image_fd;                        /* saved memory to be restored; 0: it boots */
	bool adopt, paused, autodestroy, host_root, transient, reset_nvram;
	int timeout_ms;
	int (*wait)(int fd, int events, int timeout_ms);   /* see struct hv; NULL: poll(2) */
	int netns;                           /* of an adoption: the network namespace that it goes to; -1: ours */
};

/* Starts a supervisor and waits for its report. *died: it went without a word (or was killed for being late), so that what it had begun
 * is to be cleaned up by whoever holds `alive`, which is us. */
int hv_spawn(const struct hv_spawn *spec, bool *died, struct error *err) NODISCARD;

/* ---- recover.c: the caller holds the object's lock ---- */
int hv_recover_locked(const struct hv *hv, const struct hv_kind *kind, const char *name, struct error *err) NODISCARD;

/* ---- namespace.c ---- */

/* The network namespace that an object's plan names: 0 ours, or none; 1 another, *fd is the caller's; -1 another that cannot be reached, *err says so. *fd is -1 otherwise. */
int hv_namespace_of(int run_fd, int *fd, struct error *err) NODISCARD;

/* ---- call.c ---- */

/* Refuses what a read-only connection must not do. */
int hv_may(const struct rpc_call *call, struct error *err) NODISCARD;

/* The guest that a call's arguments begin with. */
int hv_guest_of(const struct hv *hv, const wire_domain *dom, struct guest *guest, struct error *err) NODISCARD;

/* The same with hv_may(); call->ctx is the struct hv. */
int hv_guest_called(const struct rpc_call *call, const void *args, struct guest *guest, struct error *err) NODISCARD;

/* A result's wire_domain; its name is malloc'ed. */
int hv_wire_domain(wire_domain *out, const char *name, const unsigned char uuid[UUID_BYTES], int id, struct error *err) NODISCARD;

/* Refuses flags that are not in `known`. */
int hv_flags(const struct rpc_call *call, unsigned flags, unsigned known, struct error *err) NODISCARD;

/* "the guest is not running", in the words of every procedure. */
int hv_not_running(const char *name, struct error *err);

/* ---- forward.c ---- */

/* hv_forward() for a guest that is known already. */
int hv_forward_to(struct rpc_call *call, struct guest *guest, const void *args, void *ret, int timeout_ms, struct error *err) NODISCARD;

/* ---- destroy.c ---- */

/* Ends what a call is to destroy, flags as in domain_destroy_flags: by asking its supervisor (call->proc, args), else without it. */
int hv_destroy_guest(struct rpc_call *call, struct guest *guest, const void *args, unsigned flags, struct error *err) NODISCARD;

/* The file in a guest's directory that holds the state in which vm-managedsave ended it. */
#define HV_MANAGED_SAVE "save"

#define AUTO_GUEST AUTO(guest_clear)

#endif
