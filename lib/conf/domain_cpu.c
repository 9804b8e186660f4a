/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_cpu.h"

CONF_ENUM_NAMES(domain_cpu_mode, DOMAIN_CPU_MODES);
CONF_ENUM_NAMES(domain_cpu_match, DOMAIN_CPU_MATCHES);
CONF_ENUM_NAMES(domain_cpu_check, DOMAIN_CPU_CHECKS);
CONF_ENUM_NAMES(domain_cpu_fallback, DOMAIN_CPU_FALLBACKS);
CONF_ENUM_NAMES(domain_cpu_policy, DOMAIN_CPU_POLICIES);
CONF_ENUM_NAMES(domain_cpu_cache_mode, DOMAIN_CPU_CACHE_MODES);
CONF_ENUM_NAMES(domain_memaccess, DOMAIN_MEMACCESSES);
CONF_ENUM_NAMES(domain_numa_associativity, DOMAIN_NUMA_ASSOCIATIVITIES);
CONF_ENUM_NAMES(domain_numa_cache_policy, DOMAIN_NUMA_CACHE_POLICIES);
CONF_ENUM_NAMES(domain_numa_access, DOMAIN_NUMA_ACCESSES);

/* --- <numa> ---------------------------------------------------------------------------------------------------- */

static const struct conf_row sibling_rows[] = {
	ATTR_NUM("id", struct domain_numa_sibling, id, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	ATTR_UINT("value", struct domain_numa_sibling, value, .flags = CONF_REQUIRED | CONF_KEEP),
	CONF_END
};

static int sibling_fill(struct conf_reader *r, void *obj)
{
	const struct domain_numa_sibling *s = obj;

	if (s->value < 10 || s->value > 255)
		return conf_fail(r, "the distance %u is not from 10 to 255", s->value);
	return 0;
}

static const struct conf_elem sibling_elem = ELEM(struct domain_numa_sibling, sibling_rows, .fill = sibling_fill);

static const struct conf_row distances_rows[] = {
	LIST("sibling", struct domain_numa_cell, distances, struct domain_numa_sibling, sibling_elem),
	CONF_END
};

static const struct conf_row cache_size_rows[] = {
	ATTR_SCALED("value", "unit", struct domain_numa_cache, size.value, 1024, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row cache_line_rows[] = {
	ATTR_SCALED("value", "unit", struct domain_numa_cache, line.value, 1, .flags = CONF_REQUIRED | CONF_PRETTY),
	CONF_END
};

static const struct conf_row numa_cache_rows[] = {
	ATTR_NUM("level", struct domain_numa_cache, level, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	ATTR_ENUM("associativity", struct domain_numa_cache, associativity, domain_numa_associativity, .flags = CONF_REQUIRED),
	ATTR_ENUM("policy", struct domain_numa_cache, policy, domain_numa_cache_policy, .flags = CONF_REQUIRED),
	GROUP("size", cache_size_rows, .flags = CONF_REQUIRED),
	GROUP("line", cache_line_rows, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem numa_cache_elem = ELEM(struct domain_numa_cache, numa_cache_rows);

static const struct conf_row cell_rows[] = {
	ATTR_NUM("id", struct domain_numa_cell, id, .max = 1023),
	ATTR_BITMAP("cpus", struct domain_numa_cell, cpus),
	ATTR_SCALED("memory", "unit", struct domain_numa_cell, memory, 1024, .flags = CONF_REQUIRED),
	ATTR_ENUM("memAccess", struct domain_numa_cell, mem_access, domain_memaccess),
	ATTR_YESNO("discard", struct domain_numa_cell, discard),
	GROUP("distances", distances_rows),
	LIST("cache", struct domain_numa_cell, caches, struct domain_numa_cache, numa_cache_elem),
	CONF_END
};

static const struct conf_elem cell_elem = ELEM(struct domain_numa_cell, cell_rows);

static const struct conf_row latency_rows[] = {
	ATTR_NUM("initiator", struct domain_numa_link, initiator, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	ATTR_NUM("target", struct domain_numa_link, target, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	ATTR_NUM("cache", struct domain_numa_link, cache, .max = UINT32_MAX),
	ATTR_ENUM("type", struct domain_numa_link, type, domain_numa_access, .flags = CONF_REQUIRED),
	ATTR_NUM("value", struct domain_numa_link, value, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	CONF_END
};

static const struct conf_elem latency_elem = ELEM(struct domain_numa_link, latency_rows);

static const struct conf_row bandwidth_rows[] = {
	ATTR_NUM("initiator", struct domain_numa_link, initiator, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	ATTR_NUM("target", struct domain_numa_link, target, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	ATTR_NUM("cache", struct domain_numa_link, cache, .max = UINT32_MAX),
	ATTR_ENUM("type", struct domain_numa_link, type, domain_numa_access, .flags = CONF_REQUIRED),
	ATTR_SCALED("value", "unit", struct domain_numa_link, value, 1024, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem bandwidth_elem = ELEM(struct domain_numa_link, bandwidth_rows);

static const struct conf_row interconnects_rows[] = {
	LIST("latency", struct domain_cpu, latencies, struct domain_numa_link, latency_elem),
	LIST("bandwidth", struct domain_cpu, bandwidths, struct domain_numa_link, bandwidth_elem),
	CONF_END
};

static const struct conf_row numa_rows[] = {
	LIST("cell", struct domain_cpu, cells, struct domain_numa_cell, cell_elem, .max = 1024),
	GROUP("interconnects", interconnects_rows),
	CONF_END
};

static int by_id(const void *a, const void *b)
{
	const struct domain_numa_cell *const *x = a, *const *y = b;

	return ((*x)->id.value > (*y)->id.value) - ((*x)->id.value < (*y)->id.value);
}

/* Cells without an id get their place's number; ids are 0 ... n - 1, once each. */
static int fill_cells(struct conf_reader *r, struct domain_cpu *cpu)
{
	bool seen[CONF_BITMAP_MAX] = { false };

	for (size_t i = 0; i < cpu->cells.n; i++)
		if (!cpu->cells.items[i]->id.set)
			cpu->cells.items[i]->id = (struct conf_num){ i, true };
	if (cpu->cells.n)
		qsort(cpu->cells.items, cpu->cells.n, sizeof(*cpu->cells.items), by_id);
	for (size_t i = 0; i < cpu->cells.n; i++) {
		const struct domain_numa_cell *cell = cpu->cells.items[i];

		if (cell->id.value != i)
			return conf_fail(r, "<numa>: the ids of %zu cells must be 0 to %zu, each once", cpu->cells.n, cpu->cells.n - 1);
		for (unsigned bit = 0; cell->cpus && bit < cell->cpus->bits; bit++) {
			if (!conf_bitmap_test(cell->cpus, bit))
				continue;
			if (seen[bit])
				return conf_fail(r, "<numa>: CPU %u is in two cells", bit);
			seen[bit] = true;
		}
		for (size_t j = 0; j < cell->distances.n; j++)
			if (cell->distances.items[j]->id.value >= cpu->cells.n)
				return conf_fail(r, "<distances>: there is no cell %llu",
						 (unsigned long long)cell->distances.items[j]->id.value);
	}
	return 0;
}

/* --- <cpu> ----------------------------------------------------------------------------------------------------- */

static const struct conf_row model_rows[] = {
	ATTR_ENUM("fallback", struct domain_cpu, fallback, domain_cpu_fallback),
	ATTR_STRING("vendor_id", struct domain_cpu, vendor_id),
	TEXT_STRING(struct domain_cpu, model),
	CONF_END
};

static const struct conf_row topology_rows[] = {
	ATTR_UINT("sockets", struct domain_topology, sockets, .flags = CONF_REQUIRED),
	ATTR_UINT("dies", struct domain_topology, dies),
	ATTR_UINT("cores", struct domain_topology, cores, .flags = CONF_REQUIRED),
	ATTR_UINT("threads", struct domain_topology, threads, .flags = CONF_REQUIRED),
	CONF_END
};

static int topology_fill(struct conf_reader *r, void *obj)
{
	struct domain_topology *t = obj;

	if (!t->dies)
		t->dies = 1;
	if (!t->sockets || !t->cores || !t->threads)
		return conf_fail(r, "sockets, cores and threads must be more than 0");
	return 0;
}

static const struct conf_elem topology_elem = ELEM(struct domain_topology, topology_rows, .fill = topology_fill);

static const struct conf_row cache_rows[] = {
	ATTR_NUM("level", struct domain_cpu_cache, level, .max = 3),
	ATTR_ENUM("mode", struct domain_cpu_cache, mode, domain_cpu_cache_mode, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem cache_elem = ELEM(struct domain_cpu_cache, cache_rows);

static const struct conf_row maxphysaddr_rows[] = {
	ATTR_ENUM("mode", struct domain_cpu, maxphysaddr.mode, domain_cpu_cache_mode, .flags = CONF_REQUIRED),
	ATTR_UINT("bits", struct domain_cpu, maxphysaddr.bits),
	CONF_END
};

static const struct conf_row feature_rows[] = {
	ATTR_ENUM("policy", struct domain_cpu_feature, policy, domain_cpu_policy),
	ATTR_STRING("name", struct domain_cpu_feature, name, .flags = CONF_REQUIRED),
	CONF_END
};

static int feature_fill(struct conf_reader *r, void *obj)
{
	struct domain_cpu_feature *feature = obj;

	if (!*feature->name)
		return conf_fail(r, "attribute 'name' is empty");
	if (!feature->policy)
		feature->policy = DOMAIN_CPU_REQUIRE;
	return 0;
}

static const struct conf_elem feature_elem = ELEM(struct domain_cpu_feature, feature_rows, .fill = feature_fill);

static int cpu_fill(struct conf_reader *r, void *obj)
{
	struct domain_cpu *cpu = obj;

	if (cpu->vendor_id && (strlen(cpu->vendor_id) != 12 || strchr(cpu->vendor_id, ',')))
		return conf_fail(r, "<model vendor_id='%.40s'>: 12 characters without comma are needed", cpu->vendor_id);
	for (size_t i = 0; i < cpu->features.n; i++)
		for (size_t j = 0; j < i; j++)
			if (!strcmp(cpu->features.items[i]->name, cpu->features.items[j]->name))
				return conf_fail(r, "<feature name='%.60s'> is given twice", cpu->features.items[i]->name);
	if (!cpu->model && (!cpu->mode || cpu->mode == DOMAIN_CPU_CUSTOM) && (cpu->features.n || cpu->vendor))
		return conf_fail(r, "<feature> and <vendor> need a <model>");
	if (!cpu->model && cpu->mode == DOMAIN_CPU_CUSTOM)
		cpu->mode = 0;
	if (cpu->model && !cpu->mode)
		cpu->mode = DOMAIN_CPU_CUSTOM;
	if (cpu->mode != DOMAIN_CPU_CUSTOM)
		cpu->match = 0;
	else if (!cpu->match)
		cpu->match = DOMAIN_CPU_MATCH_EXACT;
	if (!cpu->model)
		cpu->fallback = 0;
	else if (!cpu->fallback)
		cpu->fallback = DOMAIN_CPU_FALLBACK_ALLOW;
	return fill_cells(r, cpu);
}

static const struct conf_row cpu_rows[] = {
	ATTR_ENUM("mode", struct domain_cpu, mode, domain_cpu_mode),
	ATTR_ENUM("match", struct domain_cpu, match, domain_cpu_match),
	ATTR_ENUM("check", struct domain_cpu, check, domain_cpu_check),
	ATTR_ONOFF("migratable", struct domain_cpu, migratable),
	GROUP("model", model_rows),
	CHILD_STRING("vendor", struct domain_cpu, vendor),
	EMBED("topology", struct domain_cpu, topology, struct domain_topology, topology_elem),
	NODE("cache", struct domain_cpu, cache, struct domain_cpu_cache, cache_elem),
	GROUP("maxphysaddr", maxphysaddr_rows),
	LIST("feature", struct domain_cpu, features, struct domain_cpu_feature, feature_elem, .max = 2048),
	GROUP("numa", numa_rows),
	CONF_END
};

const struct conf_elem domain_cpu_elem = ELEM(struct domain_cpu, cpu_rows, .fill = cpu_fill);
