/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_memory.h"

CONF_ENUM_NAMES(domain_memory_source, DOMAIN_MEMORY_SOURCES);
CONF_ENUM_NAMES(domain_memory_allocation, DOMAIN_MEMORY_ALLOCATIONS);
CONF_ENUM_NAMES(domain_numatune_mode, DOMAIN_NUMATUNE_MODES);
CONF_ENUM_NAMES(domain_numatune_placement, DOMAIN_NUMATUNE_PLACEMENTS);

static const struct conf_row page_rows[] = {
	ATTR_SCALED("size", "unit", struct domain_hugepage, size, 1024, .flags = CONF_REQUIRED),
	ATTR_BITMAP("nodeset", struct domain_hugepage, nodeset),
	CONF_END
};

static int page_fill(struct conf_reader *r, void *obj)
{
	const struct domain_hugepage *page = obj;

	return page->size.value ? 0 : conf_fail(r, "a page size of 0 is impossible");
}

static const struct conf_elem page_elem = ELEM(struct domain_hugepage, page_rows, .fill = page_fill);

static const struct conf_row hugepages_rows[] = {
	LIST("page", struct domain_hugepages, pages, struct domain_hugepage, page_elem, .max = 64),
	CONF_END
};

static const struct conf_elem hugepages_elem = ELEM(struct domain_hugepages, hugepages_rows);

static const struct conf_row source_rows[] = {
	ATTR_ENUM("type", struct domain_memory_backing, source, domain_memory_source),
	CONF_END
};

static const struct conf_row access_rows[] = {
	ATTR_ENUM("mode", struct domain_memory_backing, access, domain_memaccess, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row allocation_rows[] = {
	ATTR_ENUM("mode", struct domain_memory_backing, allocation, domain_memory_allocation),
	ATTR_UINT("threads", struct domain_memory_backing, allocation_threads),
	CONF_END
};

static const struct conf_row backing_rows[] = {
	NODE("hugepages", struct domain_memory_backing, hugepages, struct domain_hugepages, hugepages_elem),
	FLAG("nosharepages", struct domain_memory_backing, nosharepages),
	FLAG("locked", struct domain_memory_backing, locked),
	GROUP("source", source_rows),
	GROUP("access", access_rows),
	GROUP("allocation", allocation_rows),
	FLAG("discard", struct domain_memory_backing, discard),
	CONF_END
};

const struct conf_elem domain_memory_backing_elem = ELEM(struct domain_memory_backing, backing_rows);

/* --- <numatune> ------------------------------------------------------------------------------------------------ */

static const struct conf_row memory_rows[] = {
	ATTR_ENUM("mode", struct domain_numatune, memory.mode, domain_numatune_mode),
	ATTR_BITMAP("nodeset", struct domain_numatune, memory.nodeset),
	ATTR_ENUM("placement", struct domain_numatune, memory.placement, domain_numatune_placement),
	CONF_END
};

static const struct conf_row memnode_rows[] = {
	ATTR_NUM("cellid", struct domain_memnode, cellid, .flags = CONF_REQUIRED, .max = 1023),
	ATTR_ENUM("mode", struct domain_memnode, mode, domain_numatune_mode),
	ATTR_BITMAP("nodeset", struct domain_memnode, nodeset, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem memnode_elem = ELEM(struct domain_memnode, memnode_rows);

static int numatune_fill(struct conf_reader *r, void *obj)
{
	struct domain_numatune *tune = obj;

	if (tune->memory.mode || tune->memory.placement || tune->memory.nodeset) {
		if (tune->memory.placement == DOMAIN_NUMATUNE_STATIC && !tune->memory.nodeset)
			return conf_fail(r, "<memory placement='static'> needs a 'nodeset'");
		if (!tune->memory.mode)
			tune->memory.mode = DOMAIN_NUMATUNE_STRICT;
		if (tune->memory.nodeset && tune->memory.placement != DOMAIN_NUMATUNE_AUTO)
			tune->memory.placement = 0;
		else if (!tune->memory.nodeset)
			tune->memory.placement = DOMAIN_NUMATUNE_AUTO;
	}
	for (size_t i = 0; i < tune->memnodes.n; i++) {
		if (!tune->memnodes.items[i]->mode)
			tune->memnodes.items[i]->mode = DOMAIN_NUMATUNE_STRICT;
		for (size_t j = 0; j < i; j++)
			if (tune->memnodes.items[i]->cellid.value == tune->memnodes.items[j]->cellid.value)
				return conf_fail(r, "<memnode cellid='%llu'> is given twice",
						 (unsigned long long)tune->memnodes.items[i]->cellid.value);
	}
	if (tune->memnodes.n && tune->memory.placement == DOMAIN_NUMATUNE_AUTO)
		return conf_fail(r, "<memnode> and <memory placement='auto'> exclude each other");
	return 0;
}

static const struct conf_row numatune_rows[] = {
	GROUP("memory", memory_rows),
	LIST("memnode", struct domain_numatune, memnodes, struct domain_memnode, memnode_elem, .max = 1024),
	CONF_END
};

const struct conf_elem domain_numatune_elem = ELEM(struct domain_numatune, numatune_rows, .fill = numatune_fill);
