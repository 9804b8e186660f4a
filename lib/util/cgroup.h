/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Control groups: version 1, version 2 and hosts with both (controllers on version 1 hierarchies, an empty version 2 tree beside them).
 * A group is one name, "berth/lxc-web", below the root of every hierarchy that is wanted; only what a guest needs is made.
 * Facts: cgroups(7), the kernel's Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst.
 */
#ifndef BERTH_UTIL_CGROUP_H
#define BERTH_UTIL_CGROUP_H

#include "util/error.h"

#include <sys/types.h>

/* A device node that a guest may open besides the harmless ones. */
struct cgroup_device {
	bool block, readonly;
	unsigned major, minor;
};

/* What a guest may use. Zero means no limit (or, for weights and periods, the kernel's default). */
struct cgroup_limits {
	uint64_t memory;         /* bytes */
	uint64_t memory_soft;    /* bytes */
	uint64_t memory_swap;    /* bytes of memory and swap together */
	uint64_t cpu_shares;     /* version 1's unit, 1024 is the default */
	uint64_t cpu_period;     /* microseconds */
	int64_t cpu_quota;       /* microseconds per period; 0 or less: none */
	uint64_t pids;           /* processes and threads */
	unsigned blkio_weight;   /* 10 .. 1000 */
	const char *cpuset;      /* "0-3,5", not copied, must live while cgroup_create() runs */
	const char *cpuset_nodes;   /* the same of memory nodes */
	bool devices;            /* only the harmless devices (null, zero, full, random, urandom, tty, ptys) and these */
	const struct cgroup_device *more_devices;   /* not copied */
	size_t n_more_devices;
};

struct cgroup;

/* From here on this process makes and finds no groups: it may not. What needs one is refused, what counts nothing tells 0. */
void cgroup_do_without(void);
bool cgroup_allowed(void);

/* Nothing is made yet; the result can be named in a plan. `name` is relative: "berth/lxc-web". */
struct cgroup *cgroup_new(const char *name, struct error *err) NODISCARD;
void cgroup_free(struct cgroup *cg);
const char *cgroup_name(const struct cgroup *cg);

/* Makes the version 2 group alone, if the host has that version, so that a child can be born in it while cgroup_create() makes the rest. */
int cgroup_create_first(struct cgroup *cg, struct error *err) NODISCARD;

/* Makes the groups and sets the limits. Fails when a limit that was asked for cannot be had; what was made stays for cgroup_remove(). */
int cgroup_create(struct cgroup *cg, const struct cgroup_limits *limits, struct error *err) NODISCARD;

/* Opens the groups that exist under the name: for adoption, entering and cleaning. Returns how many there are. */
int cgroup_open(struct cgroup *cg, struct error *err) NODISCARD;

/* A directory descriptor of the version 2 group, for clone3(2) with CLONE_INTO_CGROUP: the only cheap way into it. -1 where there is
 * no such group. */
int cgroup_v2_fd(const struct cgroup *cg);

/* Whether a container may write to its version 2 group: its limits must be out of its reach there, as they are when version 1 has them, or when the
 * hierarchy is mounted with nsdelegate (cgroups(7)). */
bool cgroup_delegable(struct cgroup *cg);

/* Moves the calling thread, which must be its process's only one, into every version 1 group. It writes to "tasks", which needs no
 * lock on all processes of the system; by "cgroup.procs" the same takes the kernel 10 ms. Uses nothing but descriptors that
 * cgroup_create() or cgroup_open() opened, so that it works in a new mount namespace; allocates nothing. 0, or -1 with errno set. */
int cgroup_join(const struct cgroup *cg) NODISCARD;

/* The same in two halves, for a child that was born before the groups: the descriptors, and what the child does with them. Returns how many
 * there are, at most CGROUP_JOIN_MAX. */
#define CGROUP_JOIN_MAX 16
size_t cgroup_join_list(const struct cgroup *cg, int *fds);
int cgroup_join_each(const int *fds, size_t n) NODISCARD;

/* Stops every process of the group, or lets them go on. Returns when the kernel says that it is so, or after timeout_ms
 * with ERR_OPERATION_TIMEOUT (thawed again). */
int cgroup_freeze(struct cgroup *cg, bool frozen, int timeout_ms, struct error *err) NODISCARD;

/* 1 frozen, 0 not, -1 cannot tell. */
int cgroup_frozen(struct cgroup *cg);

/* CPU time in nanoseconds and memory in use in bytes (0 where it is not accounted). */
int cgroup_usage(struct cgroup *cg, uint64_t *cpu_ns, uint64_t *memory, struct error *err) NODISCARD;

/* Changes a limit of a group that exists (0 in *limits: left as it is). */
int cgroup_set(struct cgroup *cg, const struct cgroup_limits *limits, struct error *err) NODISCARD;

/* Whether any process is in the group: 1, 0; -1 with errno set. Looks at every hierarchy. */
int cgroup_populated(struct cgroup *cg);

/* Kills everything in the group, again and again until it is empty (version 2: cgroup.kill; version 1: frozen first, so that
 * nobody forks meanwhile). Returns when it is empty, at the latest after timeout_ms. */
int cgroup_kill(struct cgroup *cg, int timeout_ms, struct error *err) NODISCARD;

/* Removes the groups, with what the guest made below them. A group that is not there is fine. */
int cgroup_remove(struct cgroup *cg, struct error *err) NODISCARD;

/* All in one for cleaning by a plan's name: kill, remove. */
int cgroup_clean(const char *name, int timeout_ms, struct error *err) NODISCARD;

#endif
