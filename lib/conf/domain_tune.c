/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_tune.h"

CONF_ENUM_NAMES(domain_placement, DOMAIN_PLACEMENTS);

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
	TEXT_UINT(struct domain_vcpus, n),
	CONF_END
};

const struct conf_elem domain_vcpus_elem = ELEM(struct domain_vcpus, vcpus_rows, .fill = vcpus_fill);

/* --- <cputune> ------------------------------------------------------------------------------------------------- */

static const struct conf_row vcpupin_rows[] = {
	ATTR_NUM("vcpu", struct domain_vcpupin, vcpu, .flags = CONF_REQUIRED),
	ATTR_BITMAP("cpuset", struct domain_vcpupin, cpuset, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem vcpupin_elem = ELEM(struct domain_vcpupin, vcpupin_rows);

static const struct conf_row emulatorpin_rows[] = {
	ATTR_BITMAP("cpuset", struct domain_cputune, emulatorpin, .flags = CONF_REQUIRED),
	CONF_END
};

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
	CONF_END
};

const struct conf_elem domain_cputune_elem = ELEM(struct domain_cputune, cputune_rows);

/* --- <memtune>, <blkiotune> ------------------------------------------------------------------------------------ */

static const struct conf_row memtune_rows[] = {
	CHILD_SCALED("hard_limit", struct domain_memtune, hard_limit, 1024),
	CHILD_SCALED("soft_limit", struct domain_memtune, soft_limit, 1024),
	CHILD_SCALED("min_guarantee", struct domain_memtune, min_guarantee, 1024),
	CHILD_SCALED("swap_hard_limit", struct domain_memtune, swap_hard_limit, 1024),
	CONF_END
};

const struct conf_elem domain_memtune_elem = ELEM(struct domain_memtune, memtune_rows);

static const struct conf_row blkiodevice_rows[] = {
	CHILD_STRING("path", struct domain_blkiodevice, path, .flags = CONF_REQUIRED),
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
	LIST("device", struct domain_blkiotune, devices, struct domain_blkiodevice, blkiodevice_elem),
	CONF_END
};

const struct conf_elem domain_blkiotune_elem = ELEM(struct domain_blkiotune, blkiotune_rows);
