/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_tune.h"

CONF_ENUM_NAMES(domain_placement, DOMAIN_PLACEMENTS);
CONF_ENUM_NAMES(domain_scheduler, DOMAIN_SCHEDULERS);
CONF_ENUM_NAMES(domain_cachetune_type, DOMAIN_CACHETUNE_TYPES);

static int vcpus_fill(struct conf_reader *r, void *obj)
{
	struct domain_vcpus *v = obj;

	if (v->current > v->n)
		return conf_fail(r, "current='%u' is more than the %u that the guest can have", v->current, v->n);
	if (v->current == v->n)
		v->current = 0;
	if (!v->placement)
		v->placement = DOMAIN_PLACEMENT_STATIC;
	return 0;
}

static const struct conf_row vcpus_rows[] = {
	ATTR_ENUM("placement", struct domain_vcpus, placement, domain_placement),
	ATTR_BITMAP("cpuset", struct domain_vcpus, cpuset),
	ATTR_UINT("current", struct domain_vcpus, current),
	TEXT_UINT(struct domain_vcpus, n, .flags = CONF_POSITIVE),
	CONF_END
};

const struct conf_elem domain_vcpus_elem = ELEM(struct domain_vcpus, vcpus_rows, .fill = vcpus_fill);

static const struct conf_row vcpu_rows[] = {
	ATTR_NUM("id", struct domain_vcpu, id, .flags = CONF_REQUIRED, .max = CONF_BITMAP_MAX),
	ATTR_YESNO("enabled", struct domain_vcpu, enabled, .flags = CONF_REQUIRED),
	ATTR_YESNO("hotpluggable", struct domain_vcpu, hotpluggable),
	ATTR_UINT("order", struct domain_vcpu, order),
	CONF_END
};

const struct conf_elem domain_vcpu_elem = ELEM(struct domain_vcpu, vcpu_rows);

static const struct conf_row iothread_rows[] = {
	ATTR_UINT("id", struct domain_iothread, id, .flags = CONF_REQUIRED),
	ATTR_INT("thread_pool_min", struct domain_iothread, pool_min),
	ATTR_INT("thread_pool_max", struct domain_iothread, pool_max),
	CONF_END
};

static int iothread_fill(struct conf_reader *r, void *obj)
{
	const struct domain_iothread *t = obj;

	if (!t->id)
		return conf_fail(r, "ids begin at 1");
	if (t->pool_min.set && t->pool_max.set && t->pool_min.value > t->pool_max.value)
		return conf_fail(r, "thread_pool_min is more than thread_pool_max");
	return 0;
}

const struct conf_elem domain_iothread_elem = ELEM(struct domain_iothread, iothread_rows, .fill = iothread_fill);

static const struct conf_row default_iothread_rows[] = {
	ATTR_INT("thread_pool_min", struct domain_iothread, pool_min),
	ATTR_INT("thread_pool_max", struct domain_iothread, pool_max),
	CONF_END
};

const struct conf_elem domain_default_iothread_elem = ELEM(struct domain_iothread, default_iothread_rows);

/* --- <cputune> ------------------------------------------------------------------------------------------------- */

static const struct conf_row vcpupin_rows[] = {
	ATTR_NUM("vcpu", struct domain_vcpupin, vcpu, .flags = CONF_REQUIRED, .max = CONF_BITMAP_MAX),
	ATTR_BITMAP("cpuset", struct domain_vcpupin, cpuset, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem vcpupin_elem = ELEM(struct domain_vcpupin, vcpupin_rows);

static const struct conf_row emulatorpin_rows[] = {
	ATTR_BITMAP("cpuset", struct domain_cputune, emulatorpin, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row iothreadpin_rows[] = {
	ATTR_NUM("iothread", struct domain_iothreadpin, iothread, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	ATTR_BITMAP("cpuset", struct domain_iothreadpin, cpuset, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem iothreadpin_elem = ELEM(struct domain_iothreadpin, iothreadpin_rows);

#define REALTIME (BIT(DOMAIN_SCHED_FIFO) | BIT(DOMAIN_SCHED_RR))
#define SCHED_ROWS \
	ATTR_ENUM("scheduler", struct domain_sched, scheduler, domain_scheduler, .flags = CONF_REQUIRED), \
	ATTR_NUM("priority", struct domain_sched, priority, .when = REALTIME, .flags = CONF_REQUIRED, .max = 65535), \
	CONF_END

static const struct conf_row vcpusched_rows[] = {
	ATTR_BITMAP("vcpus", struct domain_sched, ids, .flags = CONF_REQUIRED),
	SCHED_ROWS
};
static const struct conf_elem vcpusched_elem = ELEM_KIND(struct domain_sched, scheduler, vcpusched_rows);

static const struct conf_row iothreadsched_rows[] = {
	ATTR_BITMAP("iothreads", struct domain_sched, ids, .flags = CONF_REQUIRED),
	SCHED_ROWS
};
static const struct conf_elem iothreadsched_elem = ELEM_KIND(struct domain_sched, scheduler, iothreadsched_rows);

static const struct conf_row emulatorsched_rows[] = { SCHED_ROWS };
static const struct conf_elem emulatorsched_elem = ELEM_KIND(struct domain_sched, scheduler, emulatorsched_rows);

static const struct conf_row cachetune_cache_rows[] = {
	ATTR_NUM("id", struct domain_cachetune_cache, id, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	ATTR_NUM("level", struct domain_cachetune_cache, level, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	ATTR_ENUM("type", struct domain_cachetune_cache, type, domain_cachetune_type, .flags = CONF_REQUIRED),
	ATTR_SCALED("size", "unit", struct domain_cachetune_cache, size, 1, .flags = CONF_REQUIRED | CONF_PRETTY),
	CONF_END
};
static const struct conf_elem cachetune_cache_elem = ELEM(struct domain_cachetune_cache, cachetune_cache_rows);

static const struct conf_row cachetune_monitor_rows[] = {
	ATTR_NUM("level", struct domain_cachetune_monitor, level, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	ATTR_BITMAP("vcpus", struct domain_cachetune_monitor, vcpus, .flags = CONF_REQUIRED),
	CONF_END
};
static const struct conf_elem cachetune_monitor_elem = ELEM(struct domain_cachetune_monitor, cachetune_monitor_rows);

static const struct conf_row cachetune_rows[] = {
	ATTR_BITMAP("vcpus", struct domain_cachetune, vcpus, .flags = CONF_REQUIRED),
	ATTR_STRING("id", struct domain_cachetune, id, .flags = CONF_LIVE),
	LIST("cache", struct domain_cachetune, caches, struct domain_cachetune_cache, cachetune_cache_elem),
	LIST("monitor", struct domain_cachetune, monitors, struct domain_cachetune_monitor, cachetune_monitor_elem),
	CONF_END
};
static const struct conf_elem cachetune_elem = ELEM(struct domain_cachetune, cachetune_rows);

static const struct conf_row memorytune_node_rows[] = {
	ATTR_NUM("id", struct domain_memorytune_node, id, .flags = CONF_REQUIRED, .max = UINT32_MAX),
	ATTR_UINT("bandwidth", struct domain_memorytune_node, bandwidth, .flags = CONF_REQUIRED),
	CONF_END
};
static const struct conf_elem memorytune_node_elem = ELEM(struct domain_memorytune_node, memorytune_node_rows);

static const struct conf_row memorytune_monitor_rows[] = {
	ATTR_BITMAP("vcpus", struct domain_memorytune_monitor, vcpus, .flags = CONF_REQUIRED),
	CONF_END
};
static const struct conf_elem memorytune_monitor_elem = ELEM(struct domain_memorytune_monitor, memorytune_monitor_rows);

static const struct conf_row memorytune_rows[] = {
	ATTR_BITMAP("vcpus", struct domain_memorytune, vcpus, .flags = CONF_REQUIRED),
	LIST("node", struct domain_memorytune, nodes, struct domain_memorytune_node, memorytune_node_elem),
	LIST("monitor", struct domain_memorytune, monitors, struct domain_memorytune_monitor, memorytune_monitor_elem),
	CONF_END
};
static const struct conf_elem memorytune_elem = ELEM(struct domain_memorytune, memorytune_rows);

static int check_period(struct conf_reader *r, const char *name, struct conf_num period)
{
	if (period.value && (period.value < 1000 || period.value > 1000000))
		return conf_fail(r, "<%s>: %llu is not from 1000 to 1000000", name, (unsigned long long)period.value);
	return 0;
}

static int check_quota(struct conf_reader *r, const char *name, struct conf_int quota)
{
	if (quota.value > 0 && (quota.value < 1000 || quota.value > INT64_C(17592186044415)))
		return conf_fail(r, "<%s>: %lld is not from 1000 to 17592186044415", name, (long long)quota.value);
	return 0;
}

/* Makes one element of each vCPU or thread, in the order of their ids. */
static int split_scheds(struct conf_reader *r, struct conf_list *list, const char *what)
{
	struct conf_list old = *list;
	struct domain_sched **at = calloc(CONF_BITMAP_MAX, sizeof(*at));
	int rc = at ? 0 : conf_no_memory(r);

	*list = (struct conf_list){ NULL, 0 };
	for (size_t i = 0; !rc && i < old.n; i++) {
		struct domain_sched *s = old.items[i];

		for (unsigned bit = 0; !rc && bit < s->ids->bits; bit++) {
			if (!conf_bitmap_test(s->ids, bit))
				continue;
			if (at[bit])
				rc = conf_fail(r, "%s %u has two schedulers", what, bit);
			at[bit] = s;
		}
	}
	for (unsigned bit = 0; !rc && bit < CONF_BITMAP_MAX; bit++) {
		struct domain_sched *s = at[bit] ? conf_list_add(list, sizeof(*s)) : NULL;
		char number[16];

		if (!at[bit])
			continue;
		snprintf(number, sizeof(number), "%u", bit);
		if (!s) {
			rc = conf_no_memory(r);
			break;
		}
		*s = *at[bit];
		s->ids = conf_bitmap_parse(number, CONF_BITMAP_MAX, r->err);
		if (!s->ids)
			rc = -1;
	}
	for (size_t i = 0; i < old.n; i++)
		conf_free(&vcpusched_elem, old.items[i]);
	free(old.items);
	free(at);
	return rc;
}

static int by_vcpu(const void *a, const void *b)
{
	const struct domain_vcpupin *const *x = a, *const *y = b;

	return ((*x)->vcpu.value > (*y)->vcpu.value) - ((*x)->vcpu.value < (*y)->vcpu.value);
}

static int by_iothread(const void *a, const void *b)
{
	const struct domain_iothreadpin *const *x = a, *const *y = b;

	return ((*x)->iothread.value > (*y)->iothread.value) - ((*x)->iothread.value < (*y)->iothread.value);
}

static int sort_pins(struct conf_reader *r, struct domain_cputune *t)
{
	if (t->vcpupins.n)
		qsort(t->vcpupins.items, t->vcpupins.n, sizeof(*t->vcpupins.items), by_vcpu);
	if (t->iothreadpins.n)
		qsort(t->iothreadpins.items, t->iothreadpins.n, sizeof(*t->iothreadpins.items), by_iothread);
	for (size_t i = 1; i < t->vcpupins.n; i++)
		if (t->vcpupins.items[i]->vcpu.value == t->vcpupins.items[i - 1]->vcpu.value)
			return conf_fail(r, "<vcpupin vcpu='%llu'> is given twice", (unsigned long long)t->vcpupins.items[i]->vcpu.value);
	for (size_t i = 1; i < t->iothreadpins.n; i++)
		if (t->iothreadpins.items[i]->iothread.value == t->iothreadpins.items[i - 1]->iothread.value)
			return conf_fail(r, "<iothreadpin iothread='%llu'> is given twice",
					 (unsigned long long)t->iothreadpins.items[i]->iothread.value);
	return 0;
}

static int cputune_fill(struct conf_reader *r, void *obj)
{
	struct domain_cputune *t = obj;

	if (sort_pins(r, t) < 0 || (t->vcpuscheds.n && split_scheds(r, (struct conf_list *)&t->vcpuscheds, "vCPU") < 0) ||
	    (t->iothreadscheds.n && split_scheds(r, (struct conf_list *)&t->iothreadscheds, "I/O thread") < 0))
		return -1;

	if (check_period(r, "period", t->period) || check_period(r, "global_period", t->global_period) ||
	    check_period(r, "emulator_period", t->emulator_period) || check_period(r, "iothread_period", t->iothread_period) ||
	    check_quota(r, "quota", t->quota) || check_quota(r, "global_quota", t->global_quota) ||
	    check_quota(r, "emulator_quota", t->emulator_quota) || check_quota(r, "iothread_quota", t->iothread_quota))
		return -1;
	return 0;
}

static const struct conf_row cputune_rows[] = {
	CHILD_NUM("shares", struct domain_cputune, shares),
	CHILD_NUM("period", struct domain_cputune, period),
	CHILD_INT("quota", struct domain_cputune, quota),
	CHILD_NUM("global_period", struct domain_cputune, global_period),
	CHILD_INT("global_quota", struct domain_cputune, global_quota),
	CHILD_NUM("emulator_period", struct domain_cputune, emulator_period),
	CHILD_INT("emulator_quota", struct domain_cputune, emulator_quota),
	CHILD_NUM("iothread_period", struct domain_cputune, iothread_period),
	CHILD_INT("iothread_quota", struct domain_cputune, iothread_quota),
	LIST("vcpupin", struct domain_cputune, vcpupins, struct domain_vcpupin, vcpupin_elem),
	GROUP("emulatorpin", emulatorpin_rows),
	LIST("iothreadpin", struct domain_cputune, iothreadpins, struct domain_iothreadpin, iothreadpin_elem),
	NODE("emulatorsched", struct domain_cputune, emulatorsched, struct domain_sched, emulatorsched_elem),
	LIST("vcpusched", struct domain_cputune, vcpuscheds, struct domain_sched, vcpusched_elem),
	LIST("iothreadsched", struct domain_cputune, iothreadscheds, struct domain_sched, iothreadsched_elem),
	LIST("cachetune", struct domain_cputune, cachetunes, struct domain_cachetune, cachetune_elem),
	LIST("memorytune", struct domain_cputune, memorytunes, struct domain_memorytune, memorytune_elem),
	CONF_END
};

const struct conf_elem domain_cputune_elem = ELEM(struct domain_cputune, cputune_rows, .fill = cputune_fill);

/* --- <memtune>, <blkiotune> ------------------------------------------------------------------------------------ */

static const struct conf_row memtune_rows[] = {
	CHILD_SCALED("hard_limit", struct domain_memtune, hard_limit, 1024),
	CHILD_SCALED("soft_limit", struct domain_memtune, soft_limit, 1024),
	CHILD_SCALED("min_guarantee", struct domain_memtune, min_guarantee, 1024),
	CHILD_SCALED("swap_hard_limit", struct domain_memtune, swap_hard_limit, 1024),
	CONF_END
};

/* What libvirt says for "no limit". */
#define UNLIMITED_KIB UINT64_C(9007199254740991)

static int memtune_fill(struct conf_reader *r UNUSED, void *obj)
{
	struct domain_memtune *t = obj;
	struct conf_num *limits[] = { &t->hard_limit, &t->soft_limit, &t->swap_hard_limit };

	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		if (limits[i]->value >= UNLIMITED_KIB)
			*limits[i] = (struct conf_num){ 0, false };
	return 0;
}

const struct conf_elem domain_memtune_elem = ELEM(struct domain_memtune, memtune_rows, .fill = memtune_fill);

static const struct conf_row blkiodevice_rows[] = {
	CHILD_STRING("path", struct domain_blkiodevice, path, .flags = CONF_REQUIRED | CONF_KEEP),
	CHILD_UINT("weight", struct domain_blkiodevice, weight),
	CHILD_UINT("read_iops_sec", struct domain_blkiodevice, read_iops_sec),
	CHILD_UINT("write_iops_sec", struct domain_blkiodevice, write_iops_sec),
	CHILD_UINT("read_bytes_sec", struct domain_blkiodevice, read_bytes_sec),
	CHILD_UINT("write_bytes_sec", struct domain_blkiodevice, write_bytes_sec),
	CONF_END
};

static const struct conf_elem blkiodevice_elem = ELEM(struct domain_blkiodevice, blkiodevice_rows);

static const struct conf_row blkiotune_rows[] = {
	CHILD_UINT("weight", struct domain_blkiotune, weight),
	LIST("device", struct domain_blkiotune, devices, struct domain_blkiodevice, blkiodevice_elem, .max = 1024),
	CONF_END
};

static int blkiotune_fill(struct conf_reader *r, void *obj)
{
	const struct domain_blkiotune *t = obj;

	for (size_t i = 0; i < t->devices.n; i++)
		for (size_t j = 0; j < i; j++)
			if (!strcmp(t->devices.items[i]->path, t->devices.items[j]->path))
				return conf_fail(r, "there are two <device> with the path '%.100s'", t->devices.items[i]->path);
	return 0;
}

const struct conf_elem domain_blkiotune_elem = ELEM(struct domain_blkiotune, blkiotune_rows, .fill = blkiotune_fill);
