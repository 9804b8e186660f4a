/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory: -m, the objects behind it, NUMA cells, memory devices. */
#include "qemu/command_impl.h"

#include "util/str.h"

#include <string.h>

#define KIB 1024u
#define MIB 1024u   /* in KiB */

/* Sizes that machines have in whole pieces. */
static uint64_t whole(uint64_t size, uint64_t piece)
{
	return (size + piece - 1) / piece * piece;
}

uint64_t qemu_initial_memory(const struct domain *def)
{
	uint64_t size = def->memory.value, cells = 0;

	for (size_t i = 0; def->cpu && i < def->cpu->cells.n; i++)
		cells += whole(def->cpu->cells.items[i]->memory.value, MIB);
	if (cells)
		return cells;
	for (size_t i = 0; i < def->devices.memdevs.n; i++)
		if (def->devices.memdevs.items[i]->size.value <= size)
			size -= def->devices.memdevs.items[i]->size.value;
	return whole(size, qemu_is_ppc64(def) ? 256 * MIB : MIB);
}

static bool has_cells(const struct domain *def)
{
	return def->cpu && def->cpu->cells.n;
}

const char *qemu_ram_id(const struct qemu_build *b)
{
	if (has_cells(b->def))
		return NULL;
	return json_string_value(json_object_get(qemu_caps_machine(b->caps, b->def->os.machine), "default-ram-id"));
}

/* --- one object of memory -------------------------------------------------------------------------------------- */

struct backing {
	const char *id;
	uint64_t size;                    /* bytes */
	int cell;                         /* of the guest; -1: the guest has none */
	enum domain_memaccess access;
	enum conf_yesno discard;
	uint64_t page;                    /* KiB; 0: by <hugepages> */
	const struct conf_bitmap *host;   /* nodes; NULL: by <numatune> */
	const char *path;                 /* of a file that is the memory */
	bool pmem, readonly, device;
	uint64_t align;                   /* bytes; 0: none */
};

/* The page size of a cell in KiB; 0: the host's default huge pages; *huge: whether it has huge pages at all. */
static uint64_t page_of(const struct domain *def, const struct backing *m, bool *huge)
{
	const struct domain_hugepages *h = def->memory_backing.hugepages;
	const struct domain_hugepage *any = NULL;

	*huge = m->page != 0;
	if (m->page || !h)
		return m->page;
	for (size_t i = 0; i < h->pages.n; i++) {
		const struct domain_hugepage *p = h->pages.items[i];

		if (!p->nodeset)
			any = p;
		else if (conf_bitmap_test(p->nodeset, m->cell < 0 ? 0 : m->cell)) {
			*huge = true;
			return p->size.value;
		}
	}
	*huge = !h->pages.n || any;
	return any ? any->size.value : 0;
}

static json_t *nodes_of(const struct conf_bitmap *set)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < set->bits; i++)
		if (conf_bitmap_test(set, i))
			json_array_append_new(list, json_integer(i));
	return list;
}

/* Where the host keeps it. */
static void put_policy(const struct domain *def, const struct backing *m, json_t *o)
{
	static const char *const policies[] = {
		[DOMAIN_NUMATUNE_STRICT] = "bind", [DOMAIN_NUMATUNE_PREFERRED] = "preferred", [DOMAIN_NUMATUNE_INTERLEAVE] = "interleave",
	};
	const struct domain_numatune *t = &def->numatune;
	const struct conf_bitmap *host = m->host ? m->host : t->memory.nodeset;
	enum domain_numatune_mode mode = t->memory.mode ? t->memory.mode : DOMAIN_NUMATUNE_STRICT;

	for (size_t i = 0; !m->host && i < t->memnodes.n; i++) {
		if ((int)t->memnodes.items[i]->cellid.value != m->cell)
			continue;
		host = t->memnodes.items[i]->nodeset;
		mode = t->memnodes.items[i]->mode ? t->memnodes.items[i]->mode : mode;
	}
	if (!host || mode == DOMAIN_NUMATUNE_RESTRICTIVE)
		return;
	json_object_set_new(o, "host-nodes", nodes_of(host));
	qemu_put(o, "policy", policies[mode]);
}

/* The file system of pages of that size, /dev/hugepages for the default one. */
static void put_hugepage_path(struct qemu_build *b, json_t *o, uint64_t page)
{
	const char *slash = strrchr(b->rt->dir, '/');

	if (page > 2048)
		qemu_putf(o, "mem-path", "/dev/hugepages%lluM/berth/qemu/%s", (unsigned long long)page / 1024, slash ? slash + 1 : b->rt->dir);
	else
		qemu_putf(o, "mem-path", "/dev/hugepages/berth/qemu/%s", slash ? slash + 1 : b->rt->dir);
}

static enum domain_memory_source source_of(const struct domain *def, const struct backing *m)
{
	enum domain_memory_source source = def->memory_backing.source;

	/* what is shared with another process must be a file or a memfd */
	if (!source && m->access == DOMAIN_MEMACCESS_SHARED)
		return DOMAIN_MEMORY_FILE;
	return source ? source : DOMAIN_MEMORY_ANONYMOUS;
}

static json_t *backing_object(struct qemu_build *b, const struct backing *m)
{
	const struct domain_memory_backing *mb = &b->def->memory_backing;
	enum domain_memaccess access = m->access ? m->access : mb->access;
	enum conf_yesno discard = m->discard ? m->discard : mb->discard ? CONF_YES : 0;
	bool huge, prealloc = mb->allocation == DOMAIN_MEMORY_IMMEDIATE;
	uint64_t page = page_of(b->def, m, &huge);
	enum domain_memory_source source = source_of(b->def, m);
	json_t *o = json_object();

	if (m->path || (huge && source != DOMAIN_MEMORY_MEMFD) || source == DOMAIN_MEMORY_FILE) {
		qemu_put(o, "qom-type", "memory-backend-file");
		qemu_put(o, "id", m->id);
		if (m->path)
			qemu_put(o, "mem-path", m->path);
		else if (huge)
			put_hugepage_path(b, o, page);
		else
			qemu_putf(o, "mem-path", "%s/%s", b->rt->dir, m->id);
		if (discard)
			qemu_put_bool(o, "discard-data", discard == CONF_YES);
		if (m->path)
			access = access ? access : DOMAIN_MEMACCESS_PRIVATE;
		prealloc |= huge || (m->path && !m->pmem && m->device);
	} else if (source == DOMAIN_MEMORY_MEMFD) {
		qemu_put(o, "qom-type", "memory-backend-memfd");
		qemu_put(o, "id", m->id);
		if (huge) {
			qemu_put_true(o, "hugetlb", true);
			qemu_put_uint(o, "hugetlbsize", page * KIB);
		}
		access = access ? access : DOMAIN_MEMACCESS_SHARED;
		prealloc |= huge;
	} else {
		qemu_put(o, "qom-type", "memory-backend-ram");
		qemu_put(o, "id", m->id);
	}
	if (access)
		qemu_put_bool(o, "share", access == DOMAIN_MEMACCESS_SHARED);
	if (prealloc) {
		qemu_put_bool(o, "prealloc", true);
		qemu_put_uint(o, "prealloc-threads", mb->allocation_threads);
	}
	qemu_put_int(o, "size", m->size);
	qemu_put_uint(o, "align", m->align);
	qemu_put_true(o, "pmem", m->pmem);
	qemu_put_true(o, "readonly", m->readonly);
	put_policy(b->def, m, o);
	return o;
}

/* --- the guest's memory ---------------------------------------------------------------------------------------- */

int qemu_build_memory(struct qemu_build *b)
{
	const struct domain *def = b->def;
	uint64_t size = qemu_initial_memory(def);
	const char *id = qemu_ram_id(b);

	if (def->max_memory.size.value)
		qemu_argf(&b->args, "-m", "size=%lluk,slots=%u,maxmem=%lluk", (unsigned long long)size, def->max_memory.slots,
			  (unsigned long long)def->max_memory.size.value);
	else
		qemu_argf(&b->args, "-m", "%llu", (unsigned long long)((size + KIB - 1) / KIB));
	if (id) {
		struct backing m = { .id = id, .size = size * KIB, .cell = -1 };

		qemu_build_object(b, backing_object(b, &m));
	}
	qemu_argf(&b->args, "-overcommit", "mem-lock=%s", def->memory_backing.locked ? "on" : "off");
	return 0;
}

/* --- NUMA ------------------------------------------------------------------------------------------------------ */

static void add_cpus(struct buf *text, const struct conf_bitmap *cpus)
{
	for (unsigned i = 0; cpus && i < cpus->bits; i++) {
		unsigned last = i;

		if (!conf_bitmap_test(cpus, i))
			continue;
		while (last + 1 < cpus->bits && conf_bitmap_test(cpus, last + 1))
			last++;
		if (last > i)
			qemu_optf(text, "cpus=%u-%u", i, last);
		else
			qemu_optf(text, "cpus=%u", i);
		i = last;
	}
}

static void build_cell(struct qemu_build *b, const struct domain_numa_cell *cell, unsigned number)
{
	AUTO_BUF struct buf text = { 0 };
	char id[32];
	struct backing m = { .id = id, .size = whole(cell->memory.value, MIB) * KIB, .cell = (int)number, .access = cell->mem_access, .discard = cell->discard };

	snprintf(id, sizeof(id), "ram-node%u", number);
	if (m.size)
		qemu_build_object(b, backing_object(b, &m));
	qemu_optf(&text, "node,nodeid=%u", number);
	add_cpus(&text, cell->cpus);
	if (m.size)
		qemu_opt(&text, "memdev", id);
	qemu_arg_buf(&b->args, "-numa", &text);
}

static void build_distances(struct qemu_build *b, const struct domain_cpu *cpu)
{
	bool any = false;

	for (size_t i = 0; i < cpu->cells.n; i++)
		any |= cpu->cells.items[i]->distances.n != 0;
	for (size_t i = 0; any && i < cpu->cells.n; i++) {
		const struct domain_numa_cell *cell = cpu->cells.items[i];

		for (size_t j = 0; j < cpu->cells.n; j++) {
			unsigned value = i == j ? 10 : 20;

			for (size_t k = 0; k < cell->distances.n; k++)
				if (cell->distances.items[k]->id.value == j)
					value = cell->distances.items[k]->value;
			qemu_argf(&b->args, "-numa", "dist,src=%zu,dst=%zu,val=%u", i, j, value);
		}
	}
}

static void build_links(struct qemu_build *b, const struct domain_numa_link *const *links, size_t n, bool bandwidth)
{
	for (size_t i = 0; i < n; i++) {
		const struct domain_numa_link *l = links[i];
		const char *level = l->cache.set ? (const char *[]){ "memory", "first-level", "second-level", "third-level" }[l->cache.value & 3]
						  : "memory";

		qemu_argf(&b->args, "-numa", "hmat-lb,initiator=%llu,target=%llu,hierarchy=%s,data-type=%s-%s,%s=%llu%s",
			  (unsigned long long)l->initiator.value, (unsigned long long)l->target.value, level,
			  conf_enum_name(&domain_numa_access_names, l->type), bandwidth ? "bandwidth" : "latency",
			  bandwidth ? "bandwidth" : "latency", (unsigned long long)l->value.value, bandwidth ? "K" : "");
	}
}

static void build_caches(struct qemu_build *b, const struct domain_cpu *cpu)
{
	static const char *const associativities[] = {
		[DOMAIN_NUMA_ASSOC_NONE] = "none", [DOMAIN_NUMA_ASSOC_DIRECT] = "direct", [DOMAIN_NUMA_ASSOC_FULL] = "complex",
	};
	static const char *const policies[] = {
		[DOMAIN_NUMA_CACHE_NONE] = "none", [DOMAIN_NUMA_CACHE_WRITEBACK] = "write-back", [DOMAIN_NUMA_CACHE_WRITETHROUGH] = "write-through",
	};

	for (size_t i = 0; i < cpu->cells.n; i++) {
		for (size_t j = 0; j < cpu->cells.items[i]->caches.n; j++) {
			const struct domain_numa_cache *c = cpu->cells.items[i]->caches.items[j];

			qemu_argf(&b->args, "-numa", "hmat-cache,node-id=%zu,size=%lluK,level=%llu,associativity=%s,policy=%s,line=%llu", i,
				  (unsigned long long)c->size.value.value / KIB, (unsigned long long)c->level.value,
				  associativities[c->associativity] ? associativities[c->associativity] : "none",
				  policies[c->policy] ? policies[c->policy] : "none", (unsigned long long)c->line.value.value);
		}
	}
}

int qemu_build_numa(struct qemu_build *b)
{
	const struct domain_cpu *cpu = b->def->cpu;

	if (!has_cells(b->def))
		return 0;
	for (size_t i = 0; i < cpu->cells.n; i++)
		build_cell(b, cpu->cells.items[i], i);
	build_distances(b, cpu);
	build_links(b, (const struct domain_numa_link *const *)cpu->latencies.items, cpu->latencies.n, false);
	build_links(b, (const struct domain_numa_link *const *)cpu->bandwidths.items, cpu->bandwidths.n, true);
	build_caches(b, cpu);
	return 0;
}

/* --- memory devices -------------------------------------------------------------------------------------------- */

int qemu_build_memdev(struct qemu_build *b, const struct domain_memdev *d)
{
	static const char *const drivers[] = {
		[DOMAIN_MEMDEV_DIMM] = "pc-dimm", [DOMAIN_MEMDEV_NVDIMM] = "nvdimm", [DOMAIN_MEMDEV_VIRTIO_PMEM] = "virtio-pmem-pci",
		[DOMAIN_MEMDEV_VIRTIO_MEM] = "virtio-mem-pci",
	};
	const char *alias = d->info.alias.name, *driver = drivers[d->model];
	AUTO_FREE char *id = str_printf("mem%s", alias);
	struct backing m = { .id = id, .size = whole(d->size.value, qemu_is_ppc64(b->def) ? 256 * MIB : 2 * MIB) * KIB, .cell = d->node.set ? (int)d->node.value : -1, .access = d->access,
			     .discard = d->discard, .page = d->pagesize.value, .host = d->nodemask, .path = d->path, .pmem = d->pmem,
			     .readonly = d->readonly, .align = d->alignsize.value * KIB, .device = true };
	json_t *o;

	if (!id)
		return error_set(b->err, ERR_NO_MEMORY, "%s: no memory", alias);
	if (!driver || !qemu_caps_has(b->caps, driver))
		return qemu_unsupported(b, "%s has no memory device of model '%s'", b->caps->binary, conf_enum_name(&domain_memdev_model_names, d->model));
	qemu_build_object(b, backing_object(b, &m));
	o = json_pack("{s:s}", "driver", driver);
	if (d->node.set)
		qemu_put_int(o, "node", d->node.value);
	if (d->label_size.set)
		qemu_put_int(o, "label-size", d->label_size.value * KIB);
	if (d->block.set)
		qemu_put_int(o, "block-size", d->block.value * KIB);
	if (d->requested.set)
		qemu_put_int(o, "requested-size", d->requested.value * KIB);
	qemu_put_true(o, "unarmed", d->readonly);
	qemu_put(o, "memdev", id);
	qemu_put(o, "id", alias);
	if (d->info.address.type == DOMAIN_ADDRESS_DIMM) {
		qemu_put_num(o, "slot", d->info.address.slot);
		qemu_put_num(o, "addr", d->info.address.base);
	} else if (qemu_put_address(b, o, &d->info) < 0) {
		json_decref(o);
		return -1;
	}
	return qemu_build_device(b, o);
}

int qemu_build_memdevs(struct qemu_build *b)
{
	for (size_t i = 0; i < b->def->devices.memdevs.n; i++)
		if (qemu_build_memdev(b, b->def->devices.memdevs.items[i]) < 0)
			return -1;
	return 0;
}
