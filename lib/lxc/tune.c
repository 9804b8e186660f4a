/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a running container may use: its definition's limits as those of its control group, and back. */
#include "lxc/driver_impl.h"
#include "lxc/live.h"

#include "conf/domain.h"
#include "hypervisor/change.h"
#include "util/cgroup_tune.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define KIB 1024u

static int with_name(const struct supervisor *sv, int r, struct error *err)
{
	return r < 0 ? error_wrap(err, "%s", sv->name) : 0;
}

/* <memory> counts where no <hard_limit> is set. */
static int set_memory(struct supervisor *sv, struct change *c, struct error *err)
{
	const struct domain_memtune *t = &c->next->memtune;
	uint64_t hard = t->hard_limit.set ? t->hard_limit.value : c->next->current_memory.value;

	return with_name(sv, cgroup_tune_memory(lxc_guest(sv)->ct.cgroup, hard * KIB, t->soft_limit.value * KIB, t->swap_hard_limit.value * KIB, err),
			 err);
}

static int set_cpu(struct supervisor *sv, struct change *c, struct error *err)
{
	const struct domain_cputune *t = &c->next->cputune;

	return with_name(sv, cgroup_tune_cpu(lxc_guest(sv)->ct.cgroup, t->shares.value, t->period.value, t->quota.value, err), err);
}

static int device_number(const char *path, struct cgroup_blkio *d, struct error *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return error_errno(err, "the block device %s", path);
	if (!S_ISBLK(st.st_mode))
		return error_set(err, ERR_INVALID_ARG, "%s is no block device", path);
	d->major = major(st.st_rdev);
	d->minor = minor(st.st_rdev);
	return 0;
}

static int set_device(struct cgroup *cg, const struct domain_blkiodevice *def, struct error *err)
{
	struct cgroup_blkio d = {
		.weight = def->weight, .read_iops = def->read_iops_sec, .write_iops = def->write_iops_sec,
		.read_bytes = def->read_bytes_sec, .write_bytes = def->write_bytes_sec,
	};

	return device_number(def->path, &d, err) < 0 ? -1 : cgroup_tune_device(cg, &d, err);
}

static bool has_device(const struct domain *def, const char *path)
{
	for (size_t i = 0; i < def->blkiotune.devices.n; i++)
		if (!strcmp(def->blkiotune.devices.items[i]->path, path))
			return true;
	return false;
}

int lxc_tune_devices(struct cgroup *cg, const struct domain *def, struct error *err)
{
	for (size_t i = 0; i < def->blkiotune.devices.n; i++)
		if (set_device(cg, def->blkiotune.devices.items[i], err) < 0)
			return -1;
	return 0;
}

static int set_blkio(struct supervisor *sv, struct change *c, struct error *err)
{
	struct cgroup *cg = lxc_guest(sv)->ct.cgroup;

	if (c->next->blkiotune.weight != c->now->blkiotune.weight && cgroup_tune_weight(cg, c->next->blkiotune.weight, err) < 0)
		return with_name(sv, -1, err);
	/* those that are not mentioned any more have no limit any more */
	for (size_t i = 0; i < c->now->blkiotune.devices.n; i++) {
		struct domain_blkiodevice none = { .path = c->now->blkiotune.devices.items[i]->path };
		if (!has_device(c->next, none.path) && set_device(cg, &none, err) < 0)
			return with_name(sv, -1, err);
	}
	return with_name(sv, lxc_tune_devices(cg, c->next, err), err);
}

static int set_numa(struct supervisor *sv, struct change *c, struct error *err)
{
	const struct conf_bitmap *nodes = c->next->numatune.memory.nodeset;
	AUTO_BUF struct buf text = { 0 };

	if (c->next->numatune.memory.mode != DOMAIN_NUMATUNE_STRICT || !nodes)
		return error_set(err, ERR_OPERATION_INVALID, "%s: the nodes of a running container can be set in the mode 'strict' alone", sv->name);
	conf_bitmap_format(nodes, &text);
	if (text.failed)
		return error_set(err, ERR_NO_MEMORY, "%s: the nodes", sv->name);
	return with_name(sv, cgroup_tune_cpuset(lxc_guest(sv)->ct.cgroup, NULL, text.data, err), err);
}

/* What it does at an end is looked up then. */
static int set_lifecycle(struct supervisor *sv, struct change *c, struct error *err)
{
	(void)sv;
	(void)c;
	(void)err;
	return 0;
}

supervisor_change_fn *const lxc_changes[CHANGES] = {
	[CHANGE_ATTACH] = lxc_attach,
	[CHANGE_DETACH] = lxc_detach,
	[CHANGE_UPDATE] = lxc_update,
	[CHANGE_MEMORY] = set_memory,
	[CHANGE_MEMTUNE] = set_memory,
	[CHANGE_SCHEDULER] = set_cpu,
	[CHANGE_BLKIOTUNE] = set_blkio,
	[CHANGE_NUMATUNE] = set_numa,
	[CHANGE_BANDWIDTH] = lxc_update,
	[CHANGE_LIFECYCLE] = set_lifecycle,
};

static struct conf_num limit_kib(uint64_t bytes)
{
	return (struct conf_num){ bytes / KIB, bytes != 0 };
}

int lxc_look(struct supervisor *sv, int what, struct domain *view, struct error *err)
{
	struct cgroup_limits now = { 0 };

	(void)err;
	cgroup_look(lxc_guest(sv)->ct.cgroup, &now);
	if (what == CHANGE_MEMTUNE) {
		view->memtune.hard_limit = limit_kib(now.memory);
		view->memtune.soft_limit = limit_kib(now.memory_soft);
		view->memtune.swap_hard_limit = limit_kib(now.memory_swap);
	} else if (what == CHANGE_SCHEDULER) {
		view->cputune.shares = (struct conf_num){ now.cpu_shares, now.cpu_shares != 0 };
		view->cputune.period = (struct conf_num){ now.cpu_period ? now.cpu_period : 100000, true };
		view->cputune.quota = (struct conf_int){ now.cpu_quota > 0 ? now.cpu_quota : -1, true };
	} else if (what == CHANGE_BLKIOTUNE && now.blkio_weight) {
		view->blkiotune.weight = now.blkio_weight;
	}
	return 0;
}
