/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looking at guests without asking anybody: from their directories and locks. No XML, no XDR, no waiting: a stopped
 * supervisor or a damaged neighbour never delays or hides anything.
 */
#ifndef BERTH_HYPERVISOR_GUEST_H
#define BERTH_HYPERVISOR_GUEST_H

#include "hypervisor/kinds.h"
#include "state/state.h"

struct guest {
	const struct hv_kind *kind;
	char *name;
	unsigned char uuid[UUID_BYTES];   /* zero: not known (damaged) or not asked for */
	int id;                           /* -1: not running */
	enum guest_state state;           /* GUEST_UNKNOWN: its run-time state is damaged; else what is true now */
	int reason;                       /* libvirt's number for the state; off: how it ended last time (enum guest_end) */
	enum state_live live;             /* STATE_ORPHAN: it runs and its supervisor is dead; the next call adopts it */
	bool persistent;                  /* it has a definition */
	bool damaged;                     /* its definition cannot be read */
	bool autostart;                   /* only when asked for */
	pid_t pid, supervisor;            /* 0: none */
	unsigned long long start_time;    /* of pid: process_start_time() when it was noted */
};

void guest_clear(struct guest *guest);

/* Whether it runs, is paused or on its way: whether an id and a supervisor make sense. */
bool guest_is_active(const struct guest *guest);

/* What vm-list and vm-state print: "running", "paused", "shut off", "in shutdown", "crashed", "pmsuspended", "starting",
 * "unknown", "damaged" as virsh names them where it has a name. */
const char *guest_state_text(const struct guest *guest);

/* What vm-state --reason prints: "booted", "user", "destroyed", "crashed" ... as virsh names it. */
const char *guest_reason_text(const struct guest *guest);

/* Which one is meant: a name, else a UUID, else an id (a number), in this order, over the connection's drivers. ERR_NO_DOMAIN when
 * there is none; ERR_INVALID_ARG naming the drivers and the -c to give when a name is in several. *guest is cleared with guest_clear(). */
int guest_find(const struct hv *hv, const char *word, struct guest *guest, struct error *err) NODISCARD;
int guest_by_name(const struct hv *hv, const char *name, struct guest *guest, struct error *err) NODISCARD;
int guest_by_uuid(const struct hv *hv, const unsigned char uuid[UUID_BYTES], struct guest *guest, struct error *err) NODISCARD;
int guest_by_id(const struct hv *hv, int id, struct guest *guest, struct error *err) NODISCARD;

/* Filters: the bits of libvirt's virConnectListAllDomainsFlags; within a group any, no bit of a group means all. */
enum guest_filter {
	GUEST_LIST_ACTIVE = 1 << 0,
	GUEST_LIST_INACTIVE = 1 << 1,
	GUEST_LIST_PERSISTENT = 1 << 2,
	GUEST_LIST_TRANSIENT = 1 << 3,
	GUEST_LIST_RUNNING = 1 << 4,
	GUEST_LIST_PAUSED = 1 << 5,
	GUEST_LIST_SHUTOFF = 1 << 6,
	GUEST_LIST_OTHER = 1 << 7,
	GUEST_LIST_MANAGEDSAVE = 1 << 8,
	GUEST_LIST_NO_MANAGEDSAVE = 1 << 9,
	GUEST_LIST_AUTOSTART = 1 << 10,
	GUEST_LIST_NO_AUTOSTART = 1 << 11,
	GUEST_LIST_HAS_SNAPSHOT = 1 << 12,
	GUEST_LIST_NO_SNAPSHOT = 1 << 13,
	GUEST_LIST_HAS_CHECKPOINT = 1 << 14,
	GUEST_LIST_NO_CHECKPOINT = 1 << 15,
};

/* What of each guest is wanted beside its name, id and state; each costs a system call per guest. */
enum guest_want {
	GUEST_WANT_UUID = 1 << 0,
	GUEST_WANT_AUTOSTART = 1 << 1,
	GUEST_WANT_REASON = 1 << 2,     /* the reason of those that are off */
};

struct guest_list {
	struct guest *guest;   /* running ones by id first, then the others by name, as virsh lists them */
	size_t n;
	size_t damaged;        /* how many are damaged or unknown: programs say so and exit EXIT_PARTLY */
};
int guest_list(const struct hv *hv, unsigned filter, unsigned want, struct guest_list *list, struct error *err) NODISCARD;
void guest_list_free(struct guest_list *list);

/* Whether anything of the guest lives, by the kernel's word: a process in its cgroup or in one that its plan names, a process of its
 * plan (pid and start time), or its own `guest` lock. It need not have a run directory. 1, 0 or -1. */
int guest_lives(const struct hv_kind *kind, const char *name, struct error *err) NODISCARD;

/* The same of a cgroup by its name. */
int guest_cgroup_lives(const char *name, struct error *err) NODISCARD;

/* The name of the guest's cgroup below each hierarchy's root, "berth/lxc-web"; the caller's. */
char *guest_cgroup_name(const struct hv_kind *kind, const char *name, struct error *err) NODISCARD;

/* The path of the guest's supervisor's socket; the caller's. */
char *guest_socket_path(const struct guest *guest, struct error *err) NODISCARD;

#endif
