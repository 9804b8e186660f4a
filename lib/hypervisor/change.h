/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changing a definition, the stored one, the live one or both: one row per procedure, for every hypervisor.
 *
 * A procedure's row (change.c) has one function that changes a definition; nothing in it knows which of the two it is. Whoever has to
 * answer a call does:
 *
 *     the stored one   change_definition() on what is on disk, then it is written       (change.c, in the program or in berth-serve)
 *     the live one     change_definition() on a copy of the live definition, then the driver's function for this kind of change makes it
 *                      true, then the copy takes the live definition's place             (supervisor_change.c)
 *
 * After each change the whole definition is written and read again and given to the driver's defaults and checks, so that what defining would
 * refuse is refused here, with the same words, before anything is done.
 *
 * For a driver: supervisor_driver.changes[CHANGE_x] (supervisor.h). A NULL is told as "not while it runs".
 */
#ifndef BERTH_HYPERVISOR_CHANGE_H
#define BERTH_HYPERVISOR_CHANGE_H

#include "conf/domain_device.h"
#include "rpc/procs.h"

/* libvirt's virDomainModificationImpact */
#define AFFECT_LIVE 1u
#define AFFECT_CONFIG 2u
#define AFFECT_BOTH (AFFECT_LIVE | AFFECT_CONFIG)

/* Flags of single procedures: virDomainMemoryModFlags and virDomainVcpuFlags, virDomainDeviceModifyFlags. */
#define CHANGE_FLAG_MAXIMUM 4u
#define CHANGE_FLAG_GUEST 8u
#define CHANGE_FLAG_HOTPLUGGABLE 16u
#define CHANGE_FLAG_FORCE 4u

/* What is changed, for the drivers' tables. */
enum change_what {
	CHANGE_ATTACH, CHANGE_DETACH, CHANGE_UPDATE,
	CHANGE_MEMORY, CHANGE_MAX_MEMORY, CHANGE_VCPUS, CHANGE_MAX_VCPUS, CHANGE_VCPU,
	CHANGE_VCPU_PIN, CHANGE_EMULATOR_PIN, CHANGE_IOTHREAD_PIN, CHANGE_IOTHREAD_ADD, CHANGE_IOTHREAD_DEL, CHANGE_IOTHREAD,
	CHANGE_MEMTUNE, CHANGE_BLKIOTUNE, CHANGE_SCHEDULER, CHANGE_NUMATUNE, CHANGE_BANDWIDTH, CHANGE_IOTUNE, CHANGE_THROTTLE_SET, CHANGE_THROTTLE_DEL,
	CHANGE_PERF, CHANGE_LIFECYCLE, CHANGE_STATS_PERIOD,
	CHANGES
};

/* A change that is being made. */
struct change {
	enum change_what what;
	const void *args;              /* of the procedure */
	unsigned flags;                /* of the call, without AFFECT_* */
	unsigned sched_params;         /* how many scheduler parameters the hypervisor has (hv_kind); 0: all */
	bool live;                     /* it is the definition of a running guest */
	const struct domain *now;      /* the definition as it is */
	struct domain *next;           /* and as it will be */
	/* A device that is attached, detached or changed: */
	enum domain_device_kind kind;
	void *old;                     /* what is in `now` (detach, update), else NULL */
	void *dev;                     /* what is in `next` (attach, update), else NULL */
	size_t index;                  /* of `old` in its list */
};

struct change_row {
	const struct rpc_proc *proc;
	enum change_what what;
	unsigned flags_at;      /* where the arguments have their flags; 0: they have none */
	unsigned implied;       /* the flags of a procedure that has none */
	unsigned known;         /* which flags it takes beside AFFECT_* */
	int (*apply)(struct change *c, struct error *err);   /* changes c->next, which is a copy of c->now; may set c->what */
};

/* The row of a procedure; NULL: it changes no definition. */
const struct change_row *change_row(const struct rpc_proc *proc);

/* The flags of a call: those of its arguments or the implied ones. Unknown ones are ERR_INVALID_ARG. 0 or -1. */
int change_flags(const struct change_row *row, const void *args, unsigned *flags, struct error *err) NODISCARD;

/* Which of the two definitions the flags mean; none means the one that counts at the moment. ERR_OPERATION_INVALID for the live one of a guest that
 * is off, and for the stored one of a transient guest. */
int change_affects(const char *name, bool active, bool persistent, unsigned flags, unsigned *affects, struct error *err) NODISCARD;

/*
 * Makes c->next, the changed definition, from c->now (which stays as it is); `driver` (struct hv_driver) completes and checks it. `live`: it is
 * one of a running guest. c->next is freed by the caller.
 */
struct hv_driver;
int change_definition(const struct change_row *row, const struct hv_driver *driver, bool live, struct change *c, struct error *err) NODISCARD;

/* A definition written, read again, completed and checked, as after any change; the caller's. */
struct domain *change_settle(const struct domain *def, const struct hv_driver *driver, bool live, struct error *err) NODISCARD;

/* change_device.c, change_tune.c, change_cpu.c: the rows' functions. The arguments of a procedure's forms with and without flags begin alike. */
typedef int change_fn(struct change *c, struct error *err);
change_fn change_attach, change_detach, change_detach_alias, change_update;
change_fn change_memory, change_stats_period, change_memtune, change_blkiotune, change_scheduler, change_numatune, change_bandwidth,
	change_iotune, change_throttle_set, change_throttle_del, change_perf, change_lifecycle;
change_fn change_vcpus, change_vcpu, change_vcpu_pin, change_emulator_pin, change_iothread_pin, change_iothread_add, change_iothread_del,
	change_iothread;

/* What finds a device by what a call names it: a disk by target or path, an interface by target or MAC address. NULL with *err set. */
struct domain_disk *change_find_disk(const struct domain *def, const char *name, struct error *err) NODISCARD;
struct domain_net *change_find_net(const struct domain *def, const char *name, struct error *err) NODISCARD;
/* A group of <throttlegroups>; NULL: there is none of that name. */
struct domain_iotune *change_find_throttle(const struct domain *def, const char *name);

/* view.c: what a definition tells, for the procedures that have flags AFFECT_*. */
struct view {
	const struct domain *def;
	const void *args;
	void *ret;
	const char *scheduler;     /* hv_kind's, like the two that follow */
	unsigned sched_params;
	unsigned host_cpus;
};

/* domain_get_*'s flag VIR_TYPED_PARAM_STRING_OKAY: always known. */
#define VIEW_STRINGS 4u

struct view_row {
	const struct rpc_proc *proc;
	enum change_what what;     /* what could have changed it: a driver may know better than the live definition */
	unsigned flags_at;         /* 0: none */
	unsigned known;            /* beside AFFECT_* and VIEW_STRINGS */
	int (*fn)(const struct view *v, struct error *err);
};

const struct view_row *view_row(const struct rpc_proc *proc);

/* The flags of a call, checked; see change_flags(). */
int view_flags(const struct view_row *row, const void *args, unsigned *flags, struct error *err) NODISCARD;

#endif
