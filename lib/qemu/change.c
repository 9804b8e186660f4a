/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be changed while a machine runs: limits, memory, throttles; devices are in change_device.c, processors in change_vcpu.c. */
#include "qemu/change_impl.h"

#include "hypervisor/change.h"
#include "util/cgroup.h"
#include "util/cgroup_tune.h"

#include <string.h>

#define KIB 1024ULL

static int set_memory(struct supervisor *sv, struct change *c, struct error *err)
{
	struct qemu_guest *g = qemu_guest(sv);
	const struct domain_memballoon *b = sv->def->devices.memballoon;

	if (!b || b->model == DOMAIN_MEMBALLOON_NONE)
		return error_set(err, ERR_OPERATION_INVALID, "the guest has no balloon, and so its memory cannot be changed while it runs");
	return qmp_do(g->qmp, "balloon", json_pack("{s:I}", "value", (json_int_t)(c->next->current_memory.value * KIB)), QMP_TIMEOUT, err);
}

static int set_stats_period(struct supervisor *sv, struct change *c, struct error *err)
{
	const struct domain_memballoon *b = c->next->devices.memballoon;
	char path[100];

	if (!b || !b->info.alias.name)
		return error_set(err, ERR_OPERATION_INVALID, "the guest has no balloon");
	snprintf(path, sizeof(path), "/machine/peripheral/%.60s", b->info.alias.name);
	return qmp_do(qemu_guest(sv)->qmp, "qom-set", json_pack("{s:s, s:s, s:I}", "path", path, "property", "guest-stats-polling-interval", "value",
								 (json_int_t)b->stats_period), QMP_TIMEOUT, err);
}

/* The control group's limits, as a start would set them. */
static int set_limits(struct supervisor *sv, struct change *c, struct error *err)
{
	struct cgroup_limits limits;
	AUTO_QEMU_SETS struct qemu_sets sets = { 0 };

	if (qemu_limits(c->next, &limits, &sets, err) < 0)
		return -1;
	if (!qemu_guest(sv)->cgroup)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "the guest has no control group, which would hold it to the limit (its user was given none)");
	return cgroup_set(qemu_guest(sv)->cgroup, &limits, err);
}

/* Memory that is elsewhere moves. */
static int set_nodes(struct supervisor *sv, struct change *c, struct error *err)
{
	const struct domain_numatune *now = &c->now->numatune, *next = &c->next->numatune;
	struct cgroup_limits limits;
	AUTO_QEMU_SETS struct qemu_sets sets = { 0 };

	if (now->memory.mode && next->memory.mode != now->memory.mode)
		return error_set(err, ERR_OPERATION_INVALID, "the mode of memory cannot be changed while the machine runs (change its definition: --config)");
	if (qemu_limits(c->next, &limits, &sets, err) < 0)
		return -1;
	if (!sets.nodes)
		return error_set(err, ERR_OPERATION_INVALID, "the nodes of a running machine can be set in the modes 'strict' and 'restrictive' alone");
	if (!qemu_guest(sv)->cgroup)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "the guest has no control group, which would keep it to the nodes (its user was given none)");
	return cgroup_tune_cpuset(qemu_guest(sv)->cgroup, NULL, sets.nodes, err);
}

static int set_perf(struct supervisor *sv, struct change *c, struct error *err)
{
	return qemu_perf_apply(qemu_guest(sv), c->next, err);
}

static int set_pins(struct supervisor *sv, struct change *c, struct error *err)
{
	return qemu_pin_threads(qemu_guest(sv), c->next, err);
}

/* Read when it matters. */
static int nothing_to_do(struct supervisor *sv, struct change *c, struct error *err)
{
	(void)sv;
	(void)c;
	(void)err;
	return 0;
}

/* ---- disks' throttles ---- */

static const struct { const char *key; size_t at; } throttles[] = {
#define ROW(key, member) { key, offsetof(struct domain_iotune, member) }
	ROW("bps", total_bytes_sec), ROW("bps_rd", read_bytes_sec), ROW("bps_wr", write_bytes_sec), ROW("iops", total_iops_sec),
	ROW("iops_rd", read_iops_sec), ROW("iops_wr", write_iops_sec), ROW("bps_max", total_bytes_sec_max), ROW("bps_rd_max", read_bytes_sec_max),
	ROW("bps_wr_max", write_bytes_sec_max), ROW("iops_max", total_iops_sec_max), ROW("iops_rd_max", read_iops_sec_max),
	ROW("iops_wr_max", write_iops_sec_max), ROW("iops_size", size_iops_sec), ROW("bps_max_length", total_bytes_sec_max_length),
	ROW("bps_rd_max_length", read_bytes_sec_max_length), ROW("bps_wr_max_length", write_bytes_sec_max_length),
	ROW("iops_max_length", total_iops_sec_max_length), ROW("iops_rd_max_length", read_iops_sec_max_length),
	ROW("iops_wr_max_length", write_iops_sec_max_length),
#undef ROW
};

static int set_iotune(struct supervisor *sv, struct change *c, struct error *err)
{
	const wire_domain_set_block_io_tune_args *a = c->args;
	const struct domain_disk *disk = change_find_disk(c->next, a->disk, err);
	json_t *args;
	char path[120];

	if (!disk)
		return -1;
	/* of a virtio disk the place on the bus has the name, and what is behind it the image */
	snprintf(path, sizeof(path), "/machine/peripheral/%.80s%s", disk->info.alias.name, disk->bus == DOMAIN_DISK_VIRTIO ? "/virtio-backend" : "");
	args = json_pack("{s:s}", "id", path);
	for (size_t i = 0; i < ARRAY_LEN(throttles); i++) {
		uint64_t value = *(const uint64_t *)((const char *)&disk->iotune + throttles[i].at);

		/* a length of 0 is none at all to QEMU */
		if (value || !strstr(throttles[i].key, "_length"))
			json_object_set_new(args, throttles[i].key, json_integer((json_int_t)value));
	}
	if (disk->iotune.group_name)
		json_object_set_new(args, "group", json_string(disk->iotune.group_name));
	return qmp_do(qemu_guest(sv)->qmp, "block_set_io_throttle", args, QMP_TIMEOUT, err);
}

static int set_throttle_group(struct supervisor *sv, struct change *c, struct error *err)
{
	const wire_domain_set_throttle_group_args *a = c->args;
	const struct domain_iotune *group = change_find_throttle(c->next, a->group);
	json_t *limits;

	if (!change_find_throttle(c->now, a->group))
		return qmp_do(qemu_guest(sv)->qmp, "object-add", qemu_throttle_group(group), QMP_TIMEOUT, err);
	/* what is not named stays as it was: all are named */
	limits = qemu_throttle_limits(group, true);
	return qmp_do(qemu_guest(sv)->qmp, "qom-set", json_pack("{s:s+, s:s, s:o}", "path", "/objects/throttle-", a->group, "property", "limits", "value", limits),
		      QMP_TIMEOUT, err);
}

static int del_throttle_group(struct supervisor *sv, struct change *c, struct error *err)
{
	const wire_domain_del_throttle_group_args *a = c->args;

	return qmp_do(qemu_guest(sv)->qmp, "object-del", json_pack("{s:s+}", "id", "throttle-", *a->group), QMP_TIMEOUT, err);
}

static int set_bandwidth(struct supervisor *sv, struct change *c, struct error *err)
{
	const wire_domain_set_interface_parameters_args *a = c->args;
	const struct domain_net *net = change_find_net(c->next, a->device, err);

	return net ? qemu_change_bandwidth(qemu_guest(sv), net, err) : -1;
}

/* ---- I/O threads ---- */

static int add_iothread(struct supervisor *sv, struct change *c, struct error *err)
{
	const wire_domain_add_iothread_args *a = c->args;
	struct qemu_guest *g = qemu_guest(sv);
	struct error ignored;
	char id[24];

	snprintf(id, sizeof(id), "iothread%u", a->iothread_id);
	if (qmp_do(g->qmp, "object-add", json_pack("{s:s, s:s}", "qom-type", "iothread", "id", id), QMP_TIMEOUT, err) < 0)
		return -1;
	if (qemu_pin_threads(g, c->next, err) == 0)
		return 0;
	(void)!qmp_do(g->qmp, "object-del", json_pack("{s:s}", "id", id), QMP_TIMEOUT, &ignored);
	return -1;
}

static int del_iothread(struct supervisor *sv, struct change *c, struct error *err)
{
	const wire_domain_del_iothread_args *a = c->args;
	char id[24];

	snprintf(id, sizeof(id), "iothread%u", a->iothread_id);
	return qmp_do(qemu_guest(sv)->qmp, "object-del", json_pack("{s:s}", "id", id), QMP_TIMEOUT, err);
}

/* The polling of a thread, and how many workers it has. */
static int set_iothread(struct supervisor *sv, struct change *c, struct error *err)
{
	static const struct { const char *field, *property; } names[] = {
		{ "poll_max_ns", "poll-max-ns" }, { "poll_grow", "poll-grow" }, { "poll_shrink", "poll-shrink" },
		{ "thread_pool_min", "thread-pool-min" }, { "thread_pool_max", "thread-pool-max" },
	};
	const wire_domain_set_iothread_params_args *a = c->args;
	char path[40];

	snprintf(path, sizeof(path), "/objects/iothread%u", a->iothread_id);
	for (u_int i = 0; i < a->params.params_len; i++) {
		const wire_typed_param *p = &a->params.params_val[i];
		json_int_t value = p->value.type == WIRE_PARAM_ULLONG ? (json_int_t)p->value.wire_typed_param_value_u.ul
				 : p->value.type == WIRE_PARAM_INT    ? p->value.wire_typed_param_value_u.i
								      : (json_int_t)p->value.wire_typed_param_value_u.ui;
		size_t n = 0;

		while (n < ARRAY_LEN(names) && strcmp(names[n].field, p->field))
			n++;
		if (n == ARRAY_LEN(names))
			return error_set(err, ERR_INVALID_ARG, "an I/O thread has no parameter '%s'", p->field);
		if (qmp_do(qemu_guest(sv)->qmp, "qom-set", json_pack("{s:s, s:s, s:I}", "path", path, "property", names[n].property, "value", value),
			   QMP_TIMEOUT, err) < 0)
			return -1;
	}
	return 0;
}

static int attach(struct supervisor *sv, struct change *c, struct error *err)
{
	struct qemu_guest *g = qemu_guest(sv);
	const char *helper = qemu_helper_name(c->kind, c->dev);
	size_t made = 0;
	int r;

	/* nobody who has laid aside what a supervisor lays aside could start it as what it must be */
	if (helper)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "this <%s> needs %s, which is started with the machine alone (change its definition: --config)",
				 domain_device_name(c->kind), helper);
	if (qemu_assign_aliases(c->next, err) < 0)
		return -1;
	r = qemu_plug_base(g, c->now, c->next, c->dev, &made, err);
	if (r == 0 && c->kind == DOMAIN_DEVICE_DISK)
		r = qemu_attach_disk(g, c->next, c->dev, err);
	else if (r == 0 && c->kind == DOMAIN_DEVICE_INTERFACE)
		r = qemu_attach_net(g, c->next, c->dev, err);
	else if (r == 0)
		r = qemu_plug(g, c->next, c->kind, c->dev, err);
	if (r < 0)
		qemu_unplug_base(g, c->now, c->next, c->dev, made);
	return r;
}

static int detach(struct supervisor *sv, struct change *c, struct error *err)
{
	return qemu_unplug_device(qemu_guest(sv), c->kind, c->old, err);
}

static int update(struct supervisor *sv, struct change *c, struct error *err)
{
	struct qemu_guest *g = qemu_guest(sv);

	if (qemu_assign_aliases(c->next, err) < 0)
		return -1;
	switch (c->kind) {
	case DOMAIN_DEVICE_DISK:
		return qemu_change_medium(g, c->next, c->old, c->dev, c->flags & CHANGE_FLAG_FORCE, err);
	case DOMAIN_DEVICE_INTERFACE:
		return qemu_update_net(g, c->old, c->dev, err);
	case DOMAIN_DEVICE_GRAPHICS:
		return qemu_update_graphics(g, c->old, c->dev, err);
	case DOMAIN_DEVICE_MEMORY:
		return qemu_update_memdev(g, c->old, c->dev, err);
	default:
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "a <%s> cannot be changed while the machine runs (change its definition: --config)",
				 domain_device_name(c->kind));
	}
}

supervisor_change_fn *const qemu_changes[CHANGES] = {
	[CHANGE_ATTACH] = attach,
	[CHANGE_DETACH] = detach,
	[CHANGE_UPDATE] = update,
	[CHANGE_MEMORY] = set_memory,
	[CHANGE_STATS_PERIOD] = set_stats_period,
	[CHANGE_VCPUS] = qemu_set_vcpus,
	[CHANGE_VCPU] = qemu_set_vcpus,
	[CHANGE_VCPU_PIN] = set_pins,
	[CHANGE_EMULATOR_PIN] = set_pins,
	[CHANGE_IOTHREAD_PIN] = set_pins,
	[CHANGE_IOTHREAD_ADD] = add_iothread,
	[CHANGE_IOTHREAD_DEL] = del_iothread,
	[CHANGE_IOTHREAD] = set_iothread,
	[CHANGE_BANDWIDTH] = set_bandwidth,
	[CHANGE_MEMTUNE] = set_limits,
	[CHANGE_BLKIOTUNE] = set_limits,
	[CHANGE_SCHEDULER] = set_limits,
	[CHANGE_NUMATUNE] = set_nodes,
	[CHANGE_PERF] = set_perf,
	[CHANGE_IOTUNE] = set_iotune,
	[CHANGE_THROTTLE_SET] = set_throttle_group,
	[CHANGE_THROTTLE_DEL] = del_throttle_group,
	[CHANGE_LIFECYCLE] = nothing_to_do,
};
