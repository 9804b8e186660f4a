/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <cpu> and the guest's NUMA topology in it */
#ifndef BERTH_CONF_DOMAIN_CPU_H
#define BERTH_CONF_DOMAIN_CPU_H

#include "conf/conf.h"

#define DOMAIN_CPU_MODES(X) \
	X(DOMAIN_CPU_CUSTOM, "custom") \
	X(DOMAIN_CPU_HOST_MODEL, "host-model") \
	X(DOMAIN_CPU_HOST_PASSTHROUGH, "host-passthrough") \
	X(DOMAIN_CPU_MAXIMUM, "maximum")
CONF_ENUM(domain_cpu_mode, DOMAIN_CPU_MODES);

#define DOMAIN_CPU_MATCHES(X) \
	X(DOMAIN_CPU_MATCH_MINIMUM, "minimum") \
	X(DOMAIN_CPU_MATCH_EXACT, "exact") \
	X(DOMAIN_CPU_MATCH_STRICT, "strict")
CONF_ENUM(domain_cpu_match, DOMAIN_CPU_MATCHES);

#define DOMAIN_CPU_CHECKS(X) \
	X(DOMAIN_CPU_CHECK_NONE, "none") \
	X(DOMAIN_CPU_CHECK_PARTIAL, "partial") \
	X(DOMAIN_CPU_CHECK_FULL, "full")
CONF_ENUM(domain_cpu_check, DOMAIN_CPU_CHECKS);

#define DOMAIN_CPU_FALLBACKS(X) X(DOMAIN_CPU_FALLBACK_ALLOW, "allow") X(DOMAIN_CPU_FALLBACK_FORBID, "forbid")
CONF_ENUM(domain_cpu_fallback, DOMAIN_CPU_FALLBACKS);

#define DOMAIN_CPU_POLICIES(X) \
	X(DOMAIN_CPU_FORCE, "force") \
	X(DOMAIN_CPU_REQUIRE, "require") \
	X(DOMAIN_CPU_OPTIONAL, "optional") \
	X(DOMAIN_CPU_DISABLE, "disable") \
	X(DOMAIN_CPU_FORBID, "forbid")
CONF_ENUM(domain_cpu_policy, DOMAIN_CPU_POLICIES);

#define DOMAIN_CPU_CACHE_MODES(X) \
	X(DOMAIN_CPU_CACHE_EMULATE, "emulate") \
	X(DOMAIN_CPU_CACHE_PASSTHROUGH, "passthrough") \
	X(DOMAIN_CPU_CACHE_DISABLE, "disable")
CONF_ENUM(domain_cpu_cache_mode, DOMAIN_CPU_CACHE_MODES);

#define DOMAIN_MEMACCESSES(X) X(DOMAIN_MEMACCESS_SHARED, "shared") X(DOMAIN_MEMACCESS_PRIVATE, "private")
CONF_ENUM(domain_memaccess, DOMAIN_MEMACCESSES);

#define DOMAIN_NUMA_ASSOCIATIVITIES(X) \
	X(DOMAIN_NUMA_ASSOC_NONE, "none") \
	X(DOMAIN_NUMA_ASSOC_DIRECT, "direct") \
	X(DOMAIN_NUMA_ASSOC_FULL, "full")
CONF_ENUM(domain_numa_associativity, DOMAIN_NUMA_ASSOCIATIVITIES);

#define DOMAIN_NUMA_CACHE_POLICIES(X) \
	X(DOMAIN_NUMA_CACHE_NONE, "none") \
	X(DOMAIN_NUMA_CACHE_WRITEBACK, "writeback") \
	X(DOMAIN_NUMA_CACHE_WRITETHROUGH, "writethrough")
CONF_ENUM(domain_numa_cache_policy, DOMAIN_NUMA_CACHE_POLICIES);

#define DOMAIN_NUMA_ACCESSES(X) \
	X(DOMAIN_NUMA_ACCESS, "access") \
	X(DOMAIN_NUMA_READ, "read") \
	X(DOMAIN_NUMA_WRITE, "write")
CONF_ENUM(domain_numa_access, DOMAIN_NUMA_ACCESSES);

struct domain_cpu_feature {
	enum domain_cpu_policy policy;
	char *name;
};

struct domain_cpu_cache {
	struct conf_num level;
	enum domain_cpu_cache_mode mode;
};

struct domain_numa_sibling {
	struct conf_num id;
	uint32_t value;
};

struct domain_numa_cache {
	struct conf_num level;
	enum domain_numa_associativity associativity;
	enum domain_numa_cache_policy policy;
	struct { struct conf_num value; } size, line;   /* bytes */
};

struct domain_numa_cell {
	struct conf_num id;
	struct conf_bitmap *cpus;
	struct conf_num memory;                 /* KiB */
	enum domain_memaccess mem_access;
	enum conf_yesno discard;
	CONF_LIST(struct domain_numa_sibling) distances;
	CONF_LIST(struct domain_numa_cache) caches;
};

struct domain_numa_link {
	struct conf_num initiator, target, cache;
	enum domain_numa_access type;
	struct conf_num value;                  /* latency: ns; bandwidth: KiB/s */
};

struct domain_cpu {
	enum domain_cpu_mode mode;
	enum domain_cpu_match match;
	enum domain_cpu_check check;
	enum conf_onoff migratable;
	char *model;
	enum domain_cpu_fallback fallback;
	char *vendor_id;
	char *vendor;
	struct domain_topology { uint32_t sockets, dies, cores, threads; } topology;   /* all 0 or none */
	struct domain_cpu_cache *cache;
	struct { enum domain_cpu_cache_mode mode; uint32_t bits; } maxphysaddr;
	CONF_LIST(struct domain_cpu_feature) features;
	CONF_LIST(struct domain_numa_cell) cells;       /* in the order of their ids */
	CONF_LIST(struct domain_numa_link) latencies, bandwidths;
};

extern const struct conf_elem domain_cpu_elem;

#endif
