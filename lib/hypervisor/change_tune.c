/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a guest may use: memory, time, bandwidth; and what follows its end. */
#include "hypervisor/change.h"
#include "hypervisor/params.h"

#include <string.h>

int change_memory(struct change *c, struct error *err)
{
	const wire_domain_set_memory_args *a = c->args;
	struct domain *def = c->next;

	if (a->memory == 0)
		return error_set(err, ERR_INVALID_ARG, "'%s': a guest cannot be without memory", def->name);
	if (c->flags & CHANGE_FLAG_MAXIMUM) {
		c->what = CHANGE_MAX_MEMORY;
		if (def->cpu && def->cpu->cells.n)
			return error_set(err, ERR_OPERATION_INVALID, "'%s': its memory is the sum of its NUMA cells: edit those", def->name);
		def->memory = (struct conf_num){ a->memory, true };
		if (def->current_memory.value > a->memory)
			def->current_memory.value = a->memory;
		return 0;
	}
	c->what = CHANGE_MEMORY;
	if (a->memory > def->memory.value)
		return error_set(err, ERR_INVALID_ARG, "'%s': %llu KiB is more than the most that it can have, %llu KiB", def->name,
				 (unsigned long long)a->memory, (unsigned long long)def->memory.value);
	def->current_memory = (struct conf_num){ a->memory, true };
	return 0;
}

int change_stats_period(struct change *c, struct error *err)
{
	const wire_domain_set_memory_stats_period_args *a = c->args;

	if (a->period < 0)
		return error_set(err, ERR_INVALID_ARG, "a period of %d seconds", a->period);
	if (!c->next->devices.memballoon || c->next->devices.memballoon->model == DOMAIN_MEMBALLOON_NONE)
		return error_set(err, ERR_OPERATION_INVALID, "'%s' has no memory balloon, which would count", c->next->name);
	c->next->devices.memballoon->stats_period = (uint32_t)a->period;
	return 0;
}

int change_memtune(struct change *c, struct error *err)
{
	const wire_domain_set_memory_parameters_args *a = c->args;
	const struct domain_memtune *t = &c->next->memtune;

	if (params_write(PARAMS_MEMORY, c->next, 0, PARAMS(a->params), err) < 0)
		return -1;
	if (t->swap_hard_limit.set && t->hard_limit.set && t->hard_limit.value > t->swap_hard_limit.value)
		return error_set(err, ERR_INVALID_ARG, "hard_limit (%llu KiB) is more than swap_hard_limit (%llu KiB), which counts memory and swap",
				 (unsigned long long)t->hard_limit.value, (unsigned long long)t->swap_hard_limit.value);
	return 0;
}

int change_blkiotune(struct change *c, struct error *err)
{
	const wire_domain_set_blkio_parameters_args *a = c->args;
	const struct domain_blkiotune *t = &c->next->blkiotune;

	if (params_write(PARAMS_BLKIO, c->next, 0, PARAMS(a->params), err) < 0)
		return -1;
	if (t->weight && (t->weight < 10 || t->weight > 1000))
		return error_set(err, ERR_INVALID_ARG, "a weight is from 10 to 1000, not %u", t->weight);
	for (size_t i = 0; i < t->devices.n; i++)
		if (t->devices.items[i]->weight && (t->devices.items[i]->weight < 10 || t->devices.items[i]->weight > 1000))
			return error_set(err, ERR_INVALID_ARG, "a weight is from 10 to 1000, not %u", t->devices.items[i]->weight);
	return 0;
}

int change_scheduler(struct change *c, struct error *err)
{
	const wire_domain_set_scheduler_parameters_args *a = c->args;

	return params_write(PARAMS_SCHEDULER, c->next, c->sched_params, PARAMS(a->params), err);
}

int change_numatune(struct change *c, struct error *err)
{
	const wire_domain_set_numa_parameters_args *a = c->args;
	struct domain *def = c->next;

	if (params_write(PARAMS_NUMA, def, 0, PARAMS(a->params), err) < 0)
		return -1;
	if (def->numatune.memory.nodeset) {
		def->numatune.memory.placement = DOMAIN_NUMATUNE_STATIC;
		if (!def->numatune.memory.mode)
			def->numatune.memory.mode = DOMAIN_NUMATUNE_STRICT;
	} else if (def->numatune.memory.placement != DOMAIN_NUMATUNE_AUTO) {
		if (params_has(PARAMS(a->params), "numa_mode") && !params_has(PARAMS(a->params), "numa_nodeset"))
			return error_set(err, ERR_INVALID_ARG, "'%s': a mode says nothing without the nodes that it is about", def->name);
		def->numatune.memory.mode = domain_numatune_mode_unset;
		def->numatune.memory.placement = domain_numatune_placement_unset;
	}
	return 0;
}

/* Rates without an average are none: what is 0 in full is taken away. */
static void drop_idle(struct domain_rate **rate)
{
	if (*rate && !(*rate)->average && !(*rate)->floor) {
		free(*rate);
		*rate = NULL;
	}
}

int change_bandwidth(struct change *c, struct error *err)
{
	const wire_domain_set_interface_parameters_args *a = c->args;
	struct domain_net *net = change_find_net(c->next, a->device, err);

	if (!net || params_write(PARAMS_INTERFACE, net, 0, PARAMS(a->params), err) < 0)
		return -1;
	for (size_t i = 0; i < c->next->devices.interfaces.n; i++)
		if (c->next->devices.interfaces.items[i] == net)
			c->index = i;
	c->kind = DOMAIN_DEVICE_INTERFACE;
	c->old = c->now->devices.interfaces.items[c->index];
	c->dev = net;
	if (!net->bandwidth)
		return 0;
	drop_idle(&net->bandwidth->inbound);
	drop_idle(&net->bandwidth->outbound);
	if (!net->bandwidth->inbound && !net->bandwidth->outbound) {
		free(net->bandwidth);
		net->bandwidth = NULL;
	}
	return 0;
}

/* What is set together: of one that is named the others are 0 unless they are named too. */
static const char *const iotune_sets[][3] = {
	{ "total_bytes_sec", "read_bytes_sec", "write_bytes_sec" },
	{ "total_iops_sec", "read_iops_sec", "write_iops_sec" },
	{ "total_bytes_sec_max", "read_bytes_sec_max", "write_bytes_sec_max" },
	{ "total_iops_sec_max", "read_iops_sec_max", "write_iops_sec_max" },
	{ "total_bytes_sec_max_length", "read_bytes_sec_max_length", "write_bytes_sec_max_length" },
	{ "total_iops_sec_max_length", "read_iops_sec_max_length", "write_iops_sec_max_length" },
};

static uint64_t *iotune_member(struct domain_iotune *t, const char *name)
{
#define X(member) if (!strcmp(name, #member)) return &t->member;
	DOMAIN_IOTUNES(X)
#undef X
	return NULL;
}

static int check_iotune(struct domain_iotune *t, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(iotune_sets); i++) {
		const char *const *set = iotune_sets[i];
		if (*iotune_member(t, set[0]) && (*iotune_member(t, set[1]) || *iotune_member(t, set[2])))
			return error_set(err, ERR_INVALID_ARG, "%s and %s or %s cannot be set at the same time", set[0], set[1], set[2]);
	}
	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; j < 3; j++) {
			uint64_t normal = *iotune_member(t, iotune_sets[i][j]), most = *iotune_member(t, iotune_sets[i + 2][j]);
			if (most && (!normal || most <= normal))
				return error_set(err, ERR_INVALID_ARG, "%s must be more than %s, which it needs", iotune_sets[i + 2][j], iotune_sets[i][j]);
			if (*iotune_member(t, iotune_sets[i + 4][j]) && !most)
				return error_set(err, ERR_INVALID_ARG, "%s needs %s", iotune_sets[i + 4][j], iotune_sets[i + 2][j]);
		}
	}
	return 0;
}

static int write_iotune(struct domain_iotune *t, const struct params *in, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(iotune_sets); i++) {
		bool named = false;
		for (size_t j = 0; j < 3; j++)
			named |= params_has(in, iotune_sets[i][j]);
		for (size_t j = 0; j < 3 && named; j++)
			*iotune_member(t, iotune_sets[i][j]) = 0;
	}
	return params_write(PARAMS_IOTUNE, t, 0, in, err) < 0 ? -1 : check_iotune(t, err);
}

int change_iotune(struct change *c, struct error *err)
{
	const wire_domain_set_block_io_tune_args *a = c->args;
	struct domain_disk *disk = change_find_disk(c->next, a->disk, err);

	if (!disk)
		return -1;
	for (size_t i = 0; i < c->next->devices.disks.n; i++)
		if (c->next->devices.disks.items[i] == disk)
			c->index = i;
	c->kind = DOMAIN_DEVICE_DISK;
	c->old = c->now->devices.disks.items[c->index];
	c->dev = disk;
	return write_iotune(&disk->iotune, PARAMS(a->params), err);
}

struct domain_iotune *change_find_throttle(const struct domain *def, const char *name)
{
	for (size_t i = 0; i < def->throttlegroups.n; i++)
		if (!strcmp(def->throttlegroups.items[i]->group_name, name))
			return def->throttlegroups.items[i];
	return NULL;
}

int change_throttle_set(struct change *c, struct error *err)
{
	const wire_domain_set_throttle_group_args *a = c->args;
	struct domain_iotune *group = change_find_throttle(c->next, a->group);

	if (!*a->group)
		return error_set(err, ERR_INVALID_ARG, "a throttle group without a name");
	if (!group && (!(group = CONF_LIST_ADD(&c->next->throttlegroups)) || !(group->group_name = strdup(a->group))))
		return error_errno(err, "throttle group '%s'", a->group);
	if (write_iotune(group, PARAMS(a->params), err) < 0)
		return -1;
	if (!group->group_name || strcmp(group->group_name, a->group) != 0)
		return error_set(err, ERR_INVALID_ARG, "throttle group '%s' cannot get another name", a->group);
	return 0;
}

static const char *throttled_disk(const struct domain *def, const char *group)
{
	for (size_t i = 0; i < def->devices.disks.n; i++)
		for (size_t k = 0; k < def->devices.disks.items[i]->throttlefilters.n; k++)
			if (!strcmp(def->devices.disks.items[i]->throttlefilters.items[k]->group, group))
				return def->devices.disks.items[i]->dst;
	return NULL;
}

int change_throttle_del(struct change *c, struct error *err)
{
	const wire_domain_del_throttle_group_args *a = c->args;
	const char *name = a->group ? *a->group : "", *disk = throttled_disk(c->next, name);
	struct domain_iotune *group = change_find_throttle(c->next, name);
	size_t kept = 0;

	if (!group)
		return error_set(err, ERR_INVALID_ARG, "'%s' has no throttle group '%s'", c->next->name, name);
	if (disk)
		return error_set(err, ERR_OPERATION_INVALID, "throttle group '%s' is used by disk %s", name, disk);
	for (size_t i = 0; i < c->next->throttlegroups.n; i++)
		if (c->next->throttlegroups.items[i] != group)
			c->next->throttlegroups.items[kept++] = c->next->throttlegroups.items[i];
	c->next->throttlegroups.n = kept;
	conf_free(&domain_throttlegroup_elem, group);
	return 0;
}

static struct domain_perf_event *perf_event(struct domain *def, int name)
{
	struct domain_perf_event *e;

	for (size_t i = 0; i < def->perf.n; i++)
		if ((int)def->perf.items[i]->name == name)
			return def->perf.items[i];
	e = CONF_LIST_ADD(&def->perf);
	if (e)
		e->name = name;
	return e;
}

int change_perf(struct change *c, struct error *err)
{
	const wire_domain_set_perf_events_args *a = c->args;

	for (u_int i = 0; i < a->params.params_len; i++) {
		const wire_typed_param *p = &a->params.params_val[i];
		int name = conf_enum_value(&domain_perf_event_name_names, p->field);
		struct domain_perf_event *e;

		if (name <= 0)
			return error_set(err, ERR_INVALID_ARG, "there is no performance event '%.100s'", p->field);
		if (p->value.type != WIRE_PARAM_BOOLEAN)
			return error_set(err, ERR_INVALID_ARG, "the parameter '%s' is of the type boolean", p->field);
		if (!(e = perf_event(c->next, name)))
			return error_errno(err, "performance event %s", p->field);
		e->enabled = p->value.wire_typed_param_value_u.b ? CONF_YES : CONF_NO;
	}
	return 0;
}

/* libvirt's virDomainLifecycle and virDomainLifecycleAction; the actions are ours less one. */
int change_lifecycle(struct change *c, struct error *err)
{
	const wire_domain_set_lifecycle_action_args *a = c->args;
	enum { POWEROFF, REBOOT, CRASH };

	if (a->type > CRASH)
		return error_set(err, ERR_INVALID_ARG, "there is no lifecycle event %u", a->type);
	if (a->action + 1 >= (a->type == CRASH ? (unsigned)domain_crash_action_end : (unsigned)domain_action_end))
		return error_set(err, ERR_INVALID_ARG, "there is no such action (%u) for that event", a->action);
	if (a->type == POWEROFF)
		c->next->on_poweroff = a->action + 1;
	else if (a->type == REBOOT)
		c->next->on_reboot = a->action + 1;
	else
		c->next->on_crash = a->action + 1;
	return 0;
}
