/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this machine is: read from /proc and /sys. No XML library. */
#ifndef BERTH_HYPERVISOR_HOST_H
#define BERTH_HYPERVISOR_HOST_H

#include "util/error.h"

/* A NUMA node's processors. */
struct host_cpu {
	int id, socket, die, core;
	char siblings[64];   /* "0,4": the threads of its core */
};

struct host_node {
	int id;
	uint64_t memory;     /* KiB */
	struct host_cpu *cpu;
	size_t n_cpus;
};

struct host_info {
	char arch[16];       /* libvirt's name: x86_64, aarch64 ... */
	char model[80], vendor[32];   /* of the processor */
	uint64_t memory;     /* KiB */
	unsigned cpus;       /* online */
	unsigned mhz;        /* 0: not known */
	unsigned nodes, sockets, dies, cores, threads;   /* sockets per node, cores per socket, threads per core */
	struct host_node *node;   /* `nodes` of them; without NUMA one that has everything */
};

int host_info(struct host_info *info, struct error *err) NODISCARD;
void host_info_clear(struct host_info *info);

/* The host's name: fully qualified where the resolver's files know it, else what gethostname(2) says. 0 or -1. */
int host_name(char *name, size_t size, struct error *err) NODISCARD;

/* The machine's UUID, from the firmware, else from /etc/machine-id; all zero where there is none. */
void host_uuid(unsigned char uuid[16]);

/* The running kernel's version as libvirt codes versions: major * 1000000 + minor * 1000 + release. */
uint64_t host_kernel_version(void);

#endif
