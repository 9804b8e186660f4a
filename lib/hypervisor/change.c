/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What changes a definition: one row per procedure, and the stored definition's part of it. */
#include "hypervisor/change.h"
#include "hypervisor/local_xml.h"

#include <string.h>

#define ARGS(name) .proc = &rpc_##name, .flags_at = offsetof(wire_##name##_args, flags)
#define BARE(name, flags) .proc = &rpc_##name, .implied = flags

static const struct change_row rows[] = {
	{ BARE(domain_attach_device, AFFECT_LIVE), .what = CHANGE_ATTACH, .apply = change_attach },
	{ ARGS(domain_attach_device_flags), .what = CHANGE_ATTACH, .apply = change_attach },
	{ BARE(domain_detach_device, AFFECT_LIVE), .what = CHANGE_DETACH, .apply = change_detach },
	{ ARGS(domain_detach_device_flags), .what = CHANGE_DETACH, .apply = change_detach },
	{ ARGS(domain_detach_device_alias), .what = CHANGE_DETACH, .apply = change_detach_alias },
	{ ARGS(domain_update_device_flags), .what = CHANGE_UPDATE, .known = CHANGE_FLAG_FORCE, .apply = change_update },
	{ BARE(domain_set_memory, AFFECT_LIVE), .what = CHANGE_MEMORY, .apply = change_memory },
	{ ARGS(domain_set_memory_flags), .what = CHANGE_MEMORY, .known = CHANGE_FLAG_MAXIMUM, .apply = change_memory },
	{ BARE(domain_set_max_memory, CHANGE_FLAG_MAXIMUM), .what = CHANGE_MAX_MEMORY, .known = CHANGE_FLAG_MAXIMUM, .apply = change_memory },
	{ ARGS(domain_set_memory_stats_period), .what = CHANGE_STATS_PERIOD, .apply = change_stats_period },
	{ BARE(domain_set_vcpus, AFFECT_LIVE), .what = CHANGE_VCPUS, .apply = change_vcpus },
	{ ARGS(domain_set_vcpus_flags), .what = CHANGE_VCPUS, .known = CHANGE_FLAG_MAXIMUM | CHANGE_FLAG_HOTPLUGGABLE, .apply = change_vcpus },
	{ ARGS(domain_set_vcpu), .what = CHANGE_VCPU, .apply = change_vcpu },
	{ BARE(domain_pin_vcpu, AFFECT_LIVE), .what = CHANGE_VCPU_PIN, .apply = change_vcpu_pin },
	{ ARGS(domain_pin_vcpu_flags), .what = CHANGE_VCPU_PIN, .apply = change_vcpu_pin },
	{ ARGS(domain_pin_emulator), .what = CHANGE_EMULATOR_PIN, .apply = change_emulator_pin },
	{ ARGS(domain_pin_iothread), .what = CHANGE_IOTHREAD_PIN, .apply = change_iothread_pin },
	{ ARGS(domain_add_iothread), .what = CHANGE_IOTHREAD_ADD, .apply = change_iothread_add },
	{ ARGS(domain_del_iothread), .what = CHANGE_IOTHREAD_DEL, .apply = change_iothread_del },
	{ ARGS(domain_set_iothread_params), .what = CHANGE_IOTHREAD, .apply = change_iothread },
	{ ARGS(domain_set_memory_parameters), .what = CHANGE_MEMTUNE, .apply = change_memtune },
	{ ARGS(domain_set_blkio_parameters), .what = CHANGE_BLKIOTUNE, .apply = change_blkiotune },
	{ BARE(domain_set_scheduler_parameters, 0), .what = CHANGE_SCHEDULER, .apply = change_scheduler },
	{ ARGS(domain_set_scheduler_parameters_flags), .what = CHANGE_SCHEDULER, .apply = change_scheduler },
	{ ARGS(domain_set_numa_parameters), .what = CHANGE_NUMATUNE, .apply = change_numatune },
	{ ARGS(domain_set_interface_parameters), .what = CHANGE_BANDWIDTH, .apply = change_bandwidth },
	{ ARGS(domain_set_block_io_tune), .what = CHANGE_IOTUNE, .apply = change_iotune },
	{ ARGS(domain_set_throttle_group), .what = CHANGE_THROTTLE_SET, .apply = change_throttle_set },
	{ ARGS(domain_del_throttle_group), .what = CHANGE_THROTTLE_DEL, .apply = change_throttle_del },
	{ ARGS(domain_set_perf_events), .what = CHANGE_PERF, .apply = change_perf },
	{ ARGS(domain_set_lifecycle_action), .what = CHANGE_LIFECYCLE, .apply = change_lifecycle },
	{ .proc = NULL }
};

const struct change_row *change_row(const struct rpc_proc *proc)
{
	for (const struct change_row *row = rows; row->proc; row++)
		if (row->proc == proc)
			return row;
	return NULL;
}

int change_flags(const struct change_row *row, const void *args, unsigned *flags, struct error *err)
{
	*flags = row->flags_at ? *(const unsigned *)((const char *)args + row->flags_at) : row->implied;
	if (*flags & ~(AFFECT_BOTH | row->known))
		return error_set(err, ERR_INVALID_ARG, "%s: flags 0x%x are not supported", row->proc->name, *flags & ~(AFFECT_BOTH | row->known));
	return 0;
}

int change_affects(const char *name, bool active, bool persistent, unsigned flags, unsigned *affects, struct error *err)
{
	*affects = flags & AFFECT_BOTH;
	if (!*affects)
		*affects = active ? AFFECT_LIVE : AFFECT_CONFIG;
	if ((*affects & AFFECT_LIVE) && !active)
		return error_set(err, ERR_OPERATION_INVALID, "'%s' is not running", name);
	if ((*affects & AFFECT_CONFIG) && !persistent)
		return error_set(err, ERR_OPERATION_INVALID, "'%s' is transient: it has no definition that could be changed", name);
	return 0;
}

struct domain *change_settle(const struct domain *def, const struct hv_driver *driver, bool live, struct error *err)
{
	AUTO_FREE char *xml = domain_format(def, DOMAIN_FORMAT_SECURE | (live ? 0 : DOMAIN_FORMAT_INACTIVE), err);
	AUTO_DOMAIN struct domain *next = xml ? domain_parse(xml, strlen(xml), live ? DOMAIN_PARSE_LIVE : 0, err) : NULL;

	if (!next || (driver->defaults && driver->defaults(next, err) < 0) || (driver->validate && driver->validate(next, err) < 0))
		return NULL;
	return STEAL_PTR(next);
}

/* Where the device that was put into the definition has come to be: it is completed now, and a list may be in another order. */
static void find_again(struct change *c, const struct domain_device *key, size_t at)
{
	const struct domain_devices *d = &c->next->devices;
	size_t n = domain_device_count(d, c->kind);
	bool sorted = c->kind == DOMAIN_DEVICE_DISK || c->kind == DOMAIN_DEVICE_CONTROLLER;
	int i = key->obj && sorted ? domain_device_find(d, key, NULL) : -1;

	c->dev = i >= 0 ? domain_device_at(d, c->kind, (size_t)i) : at < n ? domain_device_at(d, c->kind, at) : NULL;
}

int change_definition(const struct change_row *row, const struct hv_driver *driver, bool live, struct change *c, struct error *err)
{
	AUTO_DEVICE struct domain_device key = { 0 };
	struct domain *settled;
	size_t at = c->index;

	c->what = row->what;
	c->live = live;
	c->old = c->dev = NULL;
	c->next = domain_copy(c->now, err);
	if (!c->next || row->apply(c, err) < 0)
		return -1;
	if (c->dev && domain_device_copy(c->kind, c->dev, &key, err) < 0)
		return -1;
	if (c->dev && !c->old)
		at = domain_device_count(&c->next->devices, c->kind) - 1;
	else if (c->old)
		at = c->index;
	settled = change_settle(c->next, driver, live, err);
	if (!settled)
		return -1;
	domain_free(c->next);
	c->next = settled;
	if (c->dev)
		find_again(c, &key, at);
	return 0;
}

static int change_stored(const struct hv *hv, const struct guest *guest, const struct change_row *row, struct change *c, struct error *err)
{
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_DOMAIN struct domain *def = NULL;
	const struct hv_driver *driver = hv_driver_of(hv, guest->kind, err);
	AUTO_FREE char *xml = NULL;
	int r;

	if (!driver || state_lock(&lock, guest->kind->name, guest->name, hv->timeout_ms, err) < 0 ||
	    !(def = hv_load(guest->kind, guest->name, err)))
		return -1;
	c->now = def;
	r = change_definition(row, driver, false, c, err);
	if (r == 0)
		xml = domain_format(c->next, HV_STORED, err);
	domain_free(STEAL_PTR(c->next));
	if (!xml)
		return error_wrap(err, "'%s'", guest->name);
	return state_define(guest->kind->name, guest->name, def->uuid, xml, strlen(xml), err);
}

int hv_change(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct hv *hv = call->ctx;
	const struct change_row *row = change_row(call->proc);
	AUTO_GUEST struct guest guest = { 0 };
	unsigned flags, affects;

	if (change_flags(row, args, &flags, err) < 0 || hv_guest_called(call, args, &guest, err) < 0 ||
	    change_affects(guest.name, guest_is_active(&guest), guest.persistent, flags, &affects, err) < 0)
		return -1;
	/* a running guest's supervisor changes both, so that neither is changed when the other cannot be */
	if (affects & AFFECT_LIVE)
		return hv_forward_to(call, &guest, args, ret, hv->timeout_ms, err);
	struct change c = { .args = args, .flags = flags & ~AFFECT_BOTH, .sched_params = guest.kind->sched_params };
	return change_stored(hv, &guest, row, &c, err);
}

int hv_view(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const struct hv *hv = call->ctx;
	const struct view_row *row = view_row(call->proc);
	AUTO_GUEST struct guest guest = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;
	unsigned flags, affects;

	if (view_flags(row, args, &flags, err) < 0 || hv_guest_called(call, args, &guest, err) < 0 ||
	    change_affects(guest.name, guest_is_active(&guest), guest.persistent, flags, &affects, err) < 0)
		return -1;
	if (affects & AFFECT_LIVE)
		return hv_forward_to(call, &guest, args, ret, hv->timeout_ms, err);
	if (!(def = hv_load(guest.kind, guest.name, err)))
		return -1;
	struct view v = { def, args, ret, guest.kind->scheduler, guest.kind->sched_params, guest.kind->host_cpus };
	return row->fn(&v, err);
}
