/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Statistics of guests: the groups of connect_get_all_domain_stats, made of what the driver's other procedures answer. */
#ifndef BERTH_HYPERVISOR_STATS_H
#define BERTH_HYPERVISOR_STATS_H

#include "hypervisor/params.h"

/* libvirt's virDomainStatsTypes */
#define STATS_STATE 1u
#define STATS_CPU 2u
#define STATS_BALLOON 4u
#define STATS_VCPU 8u
#define STATS_INTERFACE 16u
#define STATS_BLOCK 32u
#define STATS_PERF 64u
#define STATS_IOTHREAD 128u
#define STATS_MEMORY 256u
#define STATS_DIRTYRATE 512u
#define STATS_VM 1024u
#define STATS_ALL 2047u
/* No group: the images below the disks' are told of, too. */
#define STATS_BACKING (1u << 30)

/* The number in "block.N.name" of a disk; of the images below it the numbers that follow, where `groups` has STATS_BACKING. */
size_t stats_block_number(const struct domain *def, size_t disk, unsigned groups);

/* What a definition and a state alone tell: state, balloon limits, vCPU counts, names of interfaces and disks. */
int stats_from_definition(const struct domain *def, int state, int reason, unsigned groups, struct params *out, struct error *err) NODISCARD;

/* Asks for one value after the other: each is what a procedure of `ask` answers about the guest (NULL: none). `ask` calls the procedure's local
 * function: 0, or -1 (then the values are left out). */
struct stats_source {
	int (*ask)(void *ctx, const struct rpc_proc *proc, const void *args, void *ret);
	void *ctx;
};
int stats_of_running(const struct domain *def, int state, int reason, unsigned groups, const struct stats_source *from, struct params *out,
		     struct error *err) NODISCARD;

/* The addresses that the host's neighbour table knows for a definition's interfaces; for domain_interface_addresses with the source ARP. */
int stats_arp_addresses(const struct domain *def, wire_domain_interface_addresses_ret *ret, struct error *err) NODISCARD;

/* Size and use of a disk's image or device as the host sees it. ERR_OPERATION_INVALID for what is not here (a network disk). */
int stats_block_info(const struct domain *def, const char *disk, wire_domain_get_block_info_ret *ret, struct error *err) NODISCARD;

/* ---- what the host knows of a guest's processes, for drivers whose guests have some (stats_host.c) ---- */

/* The answer to domain_get_cpu_stats by a control group. */
struct cgroup;
int stats_of_cpus(struct cgroup *cg, const wire_domain_get_cpu_stats_args *args, wire_domain_get_cpu_stats_ret *ret, struct error *err) NODISCARD;

/* What an interface in the network namespace of a process has received and sent: bytes, packets, errors, dropped. -1: there is none. */
int stats_of_interface(pid_t pid, const char *name, int64_t rx[4], int64_t tx[4]) NODISCARD;

#endif
