/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits of a control group that is in use, and what it uses. Facts: Documentation/admin-guide/cgroup-v1 (memory, blkio-controller, cpuacct) and
 * cgroup-v2.rst. */
#ifndef BERTH_UTIL_CGROUP_TUNE_H
#define BERTH_UTIL_CGROUP_TUNE_H

#include "util/cgroup.h"

/* Bytes; 0: no limit. swap: memory and swap together. All or nothing: when one cannot be had, those before it are put back. A limit below
 * what is in use and cannot be reclaimed is refused by the kernel (version 1) with ERR_RESOURCE_BUSY. */
int cgroup_tune_memory(struct cgroup *cg, uint64_t hard, uint64_t soft, uint64_t swap, struct error *err) NODISCARD;

/* shares in version 1's unit, 0: 1024; period in microseconds, 0: 100,000; quota in microseconds a period, 0 or less: none. */
int cgroup_tune_cpu(struct cgroup *cg, uint64_t shares, uint64_t period, int64_t quota, struct error *err) NODISCARD;

/* CPUs and memory nodes as text ("0-3"); NULL: left as it is. */
int cgroup_tune_cpuset(struct cgroup *cg, const char *cpus, const char *nodes, struct error *err) NODISCARD;

/* Of one block device; 0: no limit, or the group's own weight. */
struct cgroup_blkio {
	unsigned major, minor;
	unsigned weight;
	uint64_t read_iops, write_iops, read_bytes, write_bytes;   /* a second */
};

/* weight 0: the kernel's default. */
int cgroup_tune_weight(struct cgroup *cg, unsigned weight, struct error *err) NODISCARD;
int cgroup_tune_device(struct cgroup *cg, const struct cgroup_blkio *device, struct error *err) NODISCARD;

/* Begins to count (version 1 counts block I/O and the CPUs' time only where there is a group). */
int cgroup_tune_count(struct cgroup *cg, struct error *err) NODISCARD;

/* A device more or less that the group may open; `all`: what it may open afterwards, beside the harmless ones. */
int cgroup_tune_allow(struct cgroup *cg, const struct cgroup_device *d, bool allow, const struct cgroup_device *all, size_t n,
		      struct error *err) NODISCARD;

/* What the kernel has: zero as in struct cgroup_limits. */
void cgroup_look(struct cgroup *cg, struct cgroup_limits *limits);

/* --- what it uses: cgroup_stat.c ------------------------------------------------------------------------------------ */

struct cgroup_cpu {
	uint64_t total, user, system;   /* nanoseconds */
};
int cgroup_cpu_time(struct cgroup *cg, struct cgroup_cpu *cpu, struct error *err) NODISCARD;

/* Nanoseconds of each CPU, at most n; returns how many there are. -1 with ERR_OPERATION_UNSUPPORTED where nobody counts them: version 2. */
int cgroup_cpu_each(struct cgroup *cg, uint64_t *ns, size_t n, struct error *err) NODISCARD;

struct cgroup_memory {
	uint64_t usage, limit, swap, rss, cache;    /* bytes; limit 0: none */
	uint64_t faults, major_faults;
};
int cgroup_memory_use(struct cgroup *cg, struct cgroup_memory *memory, struct error *err) NODISCARD;

struct cgroup_io {
	uint64_t read_requests, read_bytes, write_requests, write_bytes;
};
/* Of one block device, or with major 0 of all. ERR_OPERATION_UNSUPPORTED where nobody counts. */
int cgroup_block_io(struct cgroup *cg, unsigned major, unsigned minor, struct cgroup_io *io, struct error *err) NODISCARD;

#endif
