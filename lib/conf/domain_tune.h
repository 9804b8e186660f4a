/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <vcpu>, <cputune>, <memtune>, <blkiotune> */
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

struct domain_vcpupin {
	struct conf_num vcpu;
	struct conf_bitmap *cpuset;
};

struct domain_cputune {
	struct conf_num shares, period;
	struct conf_int quota;        /* microseconds in a period; -1: no limit */
	struct conf_num global_period, emulator_period, iothread_period;
	struct conf_int global_quota, emulator_quota, iothread_quota;
	CONF_LIST(struct domain_vcpupin) vcpupins;
	struct conf_bitmap *emulatorpin;
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

extern const struct conf_elem domain_vcpus_elem, domain_cputune_elem, domain_memtune_elem, domain_blkiotune_elem;

#endif
