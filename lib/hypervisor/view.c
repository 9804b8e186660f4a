/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a definition tells of what can be tuned. */
#include "hypervisor/change.h"
#include "hypervisor/params.h"

#include <string.h>

/* A caller that has room for none asks how many there are; one that has too little room gets the first. */
static void cut(struct params *p, int room)
{
	while ((int)p->len > room) {
		xdr_free((xdrproc_t)xdr_wire_typed_param, &p->val[p->len - 1]);
		p->len--;
	}
}

static int give(enum param_group group, const void *base, unsigned max, int room, struct params *out, int *n, struct error *err)
{
	if (room < 0)
		return error_set(err, ERR_INVALID_ARG, "room for %d parameters", room);
	if (room == 0) {
		*n = (int)params_count(group, max);
		return 0;
	}
	if (params_read(group, base, max, out, err) < 0)
		return -1;
	cut(out, room);
	*n = (int)out->len;
	return 0;
}

#define GIVE(name, group) \
	static int name(const struct view *v, struct error *err) \
	{ \
		const wire_domain_get_##name##_args *a = v->args; \
		wire_domain_get_##name##_ret *r = v->ret; \
		return give(group, v->def, 0, a->nparams, PARAMS(r->params), &r->nparams, err); \
	}
GIVE(memory_parameters, PARAMS_MEMORY)
GIVE(blkio_parameters, PARAMS_BLKIO)
GIVE(numa_parameters, PARAMS_NUMA)

static int interface_parameters(const struct view *v, struct error *err)
{
	const wire_domain_get_interface_parameters_args *a = v->args;
	wire_domain_get_interface_parameters_ret *r = v->ret;
	const struct domain_net *net = change_find_net(v->def, a->device, err);

	return net ? give(PARAMS_INTERFACE, net, 0, a->nparams, PARAMS(r->params), &r->nparams, err) : -1;
}

static int block_io_tune(const struct view *v, struct error *err)
{
	const wire_domain_get_block_io_tune_args *a = v->args;
	wire_domain_get_block_io_tune_ret *r = v->ret;
	const struct domain_disk *disk;

	/* without a disk the number of parameters is asked for */
	if (!a->disk || a->nparams == 0) {
		r->nparams = (int)params_count(PARAMS_IOTUNE, 0);
		return 0;
	}
	disk = change_find_disk(v->def, *a->disk, err);
	return disk ? give(PARAMS_IOTUNE, &disk->iotune, 0, a->nparams, PARAMS(r->params), &r->nparams, err) : -1;
}

static int scheduler_type(const struct view *v, struct error *err)
{
	wire_domain_get_scheduler_type_ret *r = v->ret;

	r->nparams = (int)params_count(PARAMS_SCHEDULER, v->sched_params);
	r->type = strdup(v->scheduler ? v->scheduler : "posix");
	return r->type ? 0 : error_errno(err, "the scheduler");
}

static int scheduler_parameters(const struct view *v, struct error *err)
{
	const wire_domain_get_scheduler_parameters_args *a = v->args;
	wire_domain_get_scheduler_parameters_ret *r = v->ret;
	int n;

	return give(PARAMS_SCHEDULER, v->def, v->sched_params, a->nparams, PARAMS(r->params), &n, err);
}

static int perf_events(const struct view *v, struct error *err)
{
	wire_domain_get_perf_events_ret *r = v->ret;

	for (int name = 1; name < domain_perf_event_name_end; name++) {
		bool on = false;
		for (size_t i = 0; i < v->def->perf.n; i++)
			on |= (int)v->def->perf.items[i]->name == name && v->def->perf.items[i]->enabled == CONF_YES;
		if (params_add_bool(PARAMS(r->params), conf_enum_name(&domain_perf_event_name_names, name), on, err) < 0)
			return -1;
	}
	return 0;
}

/* --- CPUs -------------------------------------------------------------------------------------------------------- */

static int vcpus_flags(const struct view *v, struct error *err)
{
	const wire_domain_get_vcpus_flags_args *a = v->args;
	wire_domain_get_vcpus_flags_ret *r = v->ret;
	const struct domain_vcpus *vcpus = &v->def->vcpus;

	(void)err;
	r->num = (int)(a->flags & CHANGE_FLAG_MAXIMUM || !vcpus->current ? vcpus->n : vcpus->current);
	return 0;
}

static long host_cpus(const struct view *v)
{
	return v->host_cpus ? (long)v->host_cpus : sysconf(_SC_NPROCESSORS_CONF);
}

/* A set as libvirt's map, a bit per host CPU; NULL: all CPUs of the host. */
static void put_map(const struct view *v, const struct conf_bitmap *set, char *map, size_t len)
{
	long host = host_cpus(v);

	for (size_t i = 0; i < len * 8 && (long)i < host; i++)
		if (!set || conf_bitmap_test(set, (unsigned)i))
			map[i / 8] |= (char)(1 << i % 8);
}

static int vcpu_pin_info(const struct view *v, struct error *err)
{
	const wire_domain_get_vcpu_pin_info_args *a = v->args;
	wire_domain_get_vcpu_pin_info_ret *r = v->ret;
	uint32_t n = v->def->vcpus.n;

	if (a->ncpumaps < 0 || a->maplen < 0 || (uint64_t)a->ncpumaps * (uint64_t)a->maplen > WIRE_CPUMAPS_MAX)
		return error_set(err, ERR_INVALID_ARG, "room for %d maps of %d bytes", a->ncpumaps, a->maplen);
	if ((uint32_t)a->ncpumaps < n)
		n = (uint32_t)a->ncpumaps;
	r->cpumaps.cpumaps_val = calloc(n, (size_t)a->maplen + 1);
	if (!r->cpumaps.cpumaps_val)
		return error_errno(err, "the maps");
	r->cpumaps.cpumaps_len = n * (u_int)a->maplen;
	r->num = (int)n;
	for (uint32_t i = 0; i < n; i++)
		put_map(v, domain_vcpu_cpuset(v->def, i), r->cpumaps.cpumaps_val + i * (size_t)a->maplen, (size_t)a->maplen);
	return 0;
}

static int emulator_pin_info(const struct view *v, struct error *err)
{
	const wire_domain_get_emulator_pin_info_args *a = v->args;
	wire_domain_get_emulator_pin_info_ret *r = v->ret;

	if (a->maplen < 0 || a->maplen > WIRE_CPUMAPS_MAX)
		return error_set(err, ERR_INVALID_ARG, "room for a map of %d bytes", a->maplen);
	r->cpumaps.cpumaps_val = calloc(1, (size_t)a->maplen + 1);
	if (!r->cpumaps.cpumaps_val)
		return error_errno(err, "the map");
	r->cpumaps.cpumaps_len = (u_int)a->maplen;
	r->ret = 1;
	put_map(v, v->def->cputune.emulatorpin ? v->def->cputune.emulatorpin : v->def->vcpus.cpuset, r->cpumaps.cpumaps_val, (size_t)a->maplen);
	return 0;
}

static int iothread_info(const struct view *v, struct error *err)
{
	wire_domain_get_iothread_info_ret *r = v->ret;
	const struct domain *def = v->def;
	size_t len = (size_t)(host_cpus(v) + 7) / 8;

	r->info.info_val = calloc((size_t)def->iothreads + 1, sizeof(*r->info.info_val));
	if (!r->info.info_val)
		return error_errno(err, "the I/O threads");
	for (uint32_t i = 0; i < def->iothreads; i++) {
		wire_domain_iothread_info *out = &r->info.info_val[i];

		out->iothread_id = i < def->iothreadids.n ? def->iothreadids.items[i]->id : i + 1;
		out->cpumap.cpumap_val = calloc(1, len);
		if (!out->cpumap.cpumap_val)
			return error_errno(err, "the I/O threads");
		out->cpumap.cpumap_len = (u_int)len;
		r->info.info_len++;
		put_map(v, domain_iothread_cpuset(def, out->iothread_id), out->cpumap.cpumap_val, len);
	}
	r->ret = def->iothreads;
	return 0;
}

/* --- the table --------------------------------------------------------------------------------------------------- */

#define ARGS(name) .proc = &rpc_domain_get_##name, .flags_at = offsetof(wire_domain_get_##name##_args, flags)
#define BARE(name) .proc = &rpc_domain_get_##name

static const struct view_row rows[] = {
	{ ARGS(memory_parameters), .what = CHANGE_MEMTUNE, .fn = memory_parameters },
	{ ARGS(blkio_parameters), .what = CHANGE_BLKIOTUNE, .fn = blkio_parameters },
	{ BARE(scheduler_type), .what = CHANGE_SCHEDULER, .fn = scheduler_type },
	{ BARE(scheduler_parameters), .what = CHANGE_SCHEDULER, .fn = scheduler_parameters },
	{ ARGS(scheduler_parameters_flags), .what = CHANGE_SCHEDULER, .fn = scheduler_parameters },
	{ ARGS(numa_parameters), .what = CHANGE_NUMATUNE, .fn = numa_parameters },
	{ ARGS(interface_parameters), .what = CHANGE_BANDWIDTH, .fn = interface_parameters },
	{ ARGS(block_io_tune), .what = CHANGE_IOTUNE, .fn = block_io_tune },
	{ ARGS(perf_events), .what = CHANGE_PERF, .fn = perf_events },
	{ ARGS(vcpus_flags), .what = CHANGE_VCPUS, .known = CHANGE_FLAG_MAXIMUM, .fn = vcpus_flags },
	{ ARGS(vcpu_pin_info), .what = CHANGE_VCPU_PIN, .fn = vcpu_pin_info },
	{ ARGS(emulator_pin_info), .what = CHANGE_EMULATOR_PIN, .fn = emulator_pin_info },
	{ ARGS(iothread_info), .what = CHANGE_IOTHREAD, .fn = iothread_info },
	{ .proc = NULL }
};

const struct view_row *view_row(const struct rpc_proc *proc)
{
	for (const struct view_row *row = rows; row->proc; row++)
		if (row->proc == proc)
			return row;
	return NULL;
}

int view_flags(const struct view_row *row, const void *args, unsigned *flags, struct error *err)
{
	unsigned known = AFFECT_BOTH | VIEW_STRINGS | row->known;

	*flags = row->flags_at ? *(const unsigned *)((const char *)args + row->flags_at) : 0;
	if (*flags & ~known)
		return error_set(err, ERR_INVALID_ARG, "%s: flags 0x%x are not supported", row->proc->name, *flags & ~known);
	if ((*flags & AFFECT_BOTH) == AFFECT_BOTH)
		return error_set(err, ERR_INVALID_ARG, "%s: the live or the stored definition, not both", row->proc->name);
	return 0;
}
