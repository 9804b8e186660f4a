/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <vcpu>, <vcpus>, <iothreads>, <cputune>, <memtune>, <blkiotune> */
#ifndef BERTH_CONF_DOMAIN_TUNE_H
#define BERTH_CONF_DOMAIN_TUNE_H

#include "conf/conf.h"

#define DOMAIN_PLACEMENTS(X) \
	X(DOMAIN_PLACEMENT_STATIC, "static") \
	X(DOMAIN_PLACEMENT_AUTO, "auto")
CONF_ENUM(domain_placement, DOMAIN_PLACEMENTS);

struct domain_vcpus {
	uint32_t n;                   /* the most that the guest can have */
	uint32_t current;             /* those that are there from the start; 0: all */
	enum domain_placement placement;
	struct conf_bitmap *cpuset;   /* host CPUs; NULL: all */
};

struct domain_vcpu {
	struct conf_num id;
	enum conf_yesno enabled, hotpluggable;
	uint32_t order;
};

struct domain_iothread {
	uint32_t id;
	struct conf_int pool_min, pool_max;
};

struct domain_vcpupin {
	struct conf_num vcpu;
	struct conf_bitmap *cpuset;
};

struct domain_iothreadpin {
	struct conf_num iothread;
	struct conf_bitmap *cpuset;
};

#define DOMAIN_SCHEDULERS(X) \
	X(DOMAIN_SCHED_BATCH, "batch") \
	X(DOMAIN_SCHED_IDLE, "idle") \
	X(DOMAIN_SCHED_FIFO, "fifo") \
	X(DOMAIN_SCHED_RR, "rr")
CONF_ENUM(domain_scheduler, DOMAIN_SCHEDULERS);

struct domain_sched {
	struct conf_bitmap *ids;      /* vcpus or iothreads; of the emulator NULL */
	enum domain_scheduler scheduler;
	struct conf_num priority;     /* FIFO, RR */
};

#define DOMAIN_CACHETUNE_TYPES(X) \
	X(DOMAIN_CACHETUNE_BOTH, "both") \
	X(DOMAIN_CACHETUNE_CODE, "code") \
	X(DOMAIN_CACHETUNE_DATA, "data")
CONF_ENUM(domain_cachetune_type, DOMAIN_CACHETUNE_TYPES);

struct domain_cachetune_cache {
	struct conf_num id, level;
	enum domain_cachetune_type type;
	struct conf_num size;         /* bytes */
};

struct domain_cachetune_monitor {
	struct conf_num level;
	struct conf_bitmap *vcpus;
};

struct domain_cachetune {
	struct conf_bitmap *vcpus;
	char *id;                     /* of a running guest */
	CONF_LIST(struct domain_cachetune_cache) caches;
	CONF_LIST(struct domain_cachetune_monitor) monitors;
};

struct domain_memorytune_node {
	struct conf_num id;
	uint32_t bandwidth;
};

struct domain_memorytune_monitor {
	struct conf_bitmap *vcpus;
};

struct domain_memorytune {
	struct conf_bitmap *vcpus;
	CONF_LIST(struct domain_memorytune_node) nodes;
	CONF_LIST(struct domain_memorytune_monitor) monitors;
};

struct domain_cputune {
	struct conf_num shares, period;
	struct conf_int quota;        /* microseconds in a period; -1: no limit */
	struct conf_num global_period, emulator_period, iothread_period;
	struct conf_int global_quota, emulator_quota, iothread_quota;
	CONF_LIST(struct domain_vcpupin) vcpupins;
	struct conf_bitmap *emulatorpin;
	CONF_LIST(struct domain_iothreadpin) iothreadpins;
	CONF_LIST(struct domain_sched) vcpuscheds, iothreadscheds;
	struct domain_sched *emulatorsched;
	CONF_LIST(struct domain_cachetune) cachetunes;
	CONF_LIST(struct domain_memorytune) memorytunes;
};

/* KiB */
struct domain_memtune {
	struct conf_num hard_limit, soft_limit, min_guarantee, swap_hard_limit;
};

struct domain_blkiodevice {
	char *path;
	uint32_t weight;
	uint32_t read_iops_sec, write_iops_sec;
	uint64_t read_bytes_sec, write_bytes_sec;
};

struct domain_blkiotune {
	uint32_t weight;
	CONF_LIST(struct domain_blkiodevice) devices;
};

extern const struct conf_elem domain_vcpu_elem, domain_iothread_elem, domain_default_iothread_elem, domain_vcpus_elem,
	 domain_cputune_elem, domain_memtune_elem, domain_blkiotune_elem;

#endif
