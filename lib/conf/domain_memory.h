/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <memoryBacking>, <numatune> */
#ifndef BERTH_CONF_DOMAIN_MEMORY_H
#define BERTH_CONF_DOMAIN_MEMORY_H

#include "conf/domain_cpu.h"

#define DOMAIN_MEMORY_SOURCES(X) \
	X(DOMAIN_MEMORY_FILE, "file") \
	X(DOMAIN_MEMORY_ANONYMOUS, "anonymous") \
	X(DOMAIN_MEMORY_MEMFD, "memfd")
CONF_ENUM(domain_memory_source, DOMAIN_MEMORY_SOURCES);

#define DOMAIN_MEMORY_ALLOCATIONS(X) X(DOMAIN_MEMORY_IMMEDIATE, "immediate") X(DOMAIN_MEMORY_ONDEMAND, "ondemand")
CONF_ENUM(domain_memory_allocation, DOMAIN_MEMORY_ALLOCATIONS);

#define DOMAIN_NUMATUNE_MODES(X) \
	X(DOMAIN_NUMATUNE_STRICT, "strict") \
	X(DOMAIN_NUMATUNE_PREFERRED, "preferred") \
	X(DOMAIN_NUMATUNE_INTERLEAVE, "interleave") \
	X(DOMAIN_NUMATUNE_RESTRICTIVE, "restrictive")
CONF_ENUM(domain_numatune_mode, DOMAIN_NUMATUNE_MODES);

#define DOMAIN_NUMATUNE_PLACEMENTS(X) X(DOMAIN_NUMATUNE_STATIC, "static") X(DOMAIN_NUMATUNE_AUTO, "auto")
CONF_ENUM(domain_numatune_placement, DOMAIN_NUMATUNE_PLACEMENTS);

struct domain_hugepage {
	struct conf_num size;            /* KiB */
	struct conf_bitmap *nodeset;     /* guest nodes; NULL: all others */
};

struct domain_hugepages {
	CONF_LIST(struct domain_hugepage) pages;   /* empty: the host's default size */
};

struct domain_memory_backing {
	struct domain_hugepages *hugepages;
	bool nosharepages, locked, discard;
	enum domain_memory_source source;
	enum domain_memaccess access;
	enum domain_memory_allocation allocation;
	uint32_t allocation_threads;
};

struct domain_memnode {
	struct conf_num cellid;
	enum domain_numatune_mode mode;
	struct conf_bitmap *nodeset;
};

struct domain_numatune {
	struct {
		enum domain_numatune_mode mode;
		enum domain_numatune_placement placement;
		struct conf_bitmap *nodeset;
	} memory;
	CONF_LIST(struct domain_memnode) memnodes;
};

extern const struct conf_elem domain_memory_backing_elem, domain_numatune_elem;

#endif
