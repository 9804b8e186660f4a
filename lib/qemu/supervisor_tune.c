/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits of the control group, threads and the processors that they run on. */
#include "qemu/supervisor_impl.h"

#include "conf/buf.h"
#include "cpu/x86.h"
#include "qemu/machine.h"
#include "util/cgroup.h"

#include <sched.h>
#include <string.h>

#define KIB 1024ULL
#define CPUS_MAX 4096

void qemu_sets_clear(struct qemu_sets *sets)
{
	free(sets->cpus);
	free(sets->nodes);
	*sets = (struct qemu_sets){ 0 };
}

static int format_set(const struct conf_bitmap *set, char **owned, const char **out, struct error *err)
{
	struct buf text = { 0 };

	conf_bitmap_format(set, &text);
	if (!(*out = *owned = buf_finish(&text)))
		return error_errno(err, "a set of processors or nodes");
	return 0;
}

int qemu_limits(const struct domain *def, struct cgroup_limits *l, struct qemu_sets *sets, struct error *err)
{
	const struct domain_numatune *n = &def->numatune;
	bool strict = n->memory.mode == DOMAIN_NUMATUNE_STRICT || n->memory.mode == DOMAIN_NUMATUNE_RESTRICTIVE;
	const struct domain_memtune *m = &def->memtune;
	const struct domain_cputune *c = &def->cputune;

	*l = (struct cgroup_limits){
		.memory = m->hard_limit.value * KIB, .memory_soft = m->soft_limit.value * KIB, .memory_swap = m->swap_hard_limit.value * KIB,
		.cpu_shares = c->shares.value, .cpu_period = c->global_period.value, .cpu_quota = c->global_quota.value,
		.blkio_weight = def->blkiotune.weight,
	};
	if (def->vcpus.cpuset && format_set(def->vcpus.cpuset, &sets->cpus, &l->cpuset, err) < 0)
		return -1;
	/* the other modes are wishes, which QEMU tells the kernel for the guest's memory */
	return n->memory.nodeset && strict ? format_set(n->memory.nodeset, &sets->nodes, &l->cpuset_nodes, err) : 0;
}

uint64_t qemu_locked_memory(const struct domain *def)
{
	/* as much as the guest has, and what QEMU itself needs: libvirt adds 1 GiB for devices that are passed through */
	if (def->memory_backing.locked)
		return (def->memtune.hard_limit.value ? def->memtune.hard_limit.value : def->memory.value + (1 << 20)) * KIB;
	return 0;
}

static int pin(pid_t tid, const struct conf_bitmap *cpus, const char *what, struct error *err)
{
	size_t size = CPU_ALLOC_SIZE(CPUS_MAX);
	cpu_set_t *set = CPU_ALLOC(CPUS_MAX);
	int r;

	if (!set)
		return error_errno(err, "%s", what);
	CPU_ZERO_S(size, set);
	for (unsigned i = 0; i < CPUS_MAX; i++)
		if (conf_bitmap_test(cpus, i))
			CPU_SET_S(i, size, set);
	r = sched_setaffinity(tid, size, set);
	CPU_FREE(set);
	return r < 0 ? error_errno(err, "cannot bind %s to the processors that the definition says", what) : 0;
}

/* QEMU names its threads; that they are QEMU's, and no stranger's, is checked by where the kernel keeps them. */
static bool thread_is_ours(const struct qemu_guest *g, pid_t tid)
{
	char path[60];

	snprintf(path, sizeof(path), "/proc/%d/task/%d", (int)g->pid, (int)tid);
	return tid > 0 && access(path, F_OK) == 0;
}

int qemu_each_thread(struct qemu_guest *g, bool iothreads, int (*fn)(void *ctx, unsigned id, pid_t tid, struct error *err), void *ctx,
		     struct error *err)
{
	json_t *list = qmp_execute(g->qmp, iothreads ? "query-iothreads" : "query-cpus-fast", NULL, QMP_TIMEOUT, err), *t;
	int r = list ? 0 : -1;
	size_t i;

	json_array_foreach(list, i, t) {
		const char *name = json_string_value(json_object_get(t, "id"));
		unsigned id = iothreads ? 0 : (unsigned)json_integer_value(json_object_get(t, "cpu-index"));

		if (r == 0 && iothreads && (!name || sscanf(name, "iothread%u", &id) != 1))
			continue;
		if (r == 0 && thread_is_ours(g, (pid_t)json_integer_value(json_object_get(t, "thread-id"))))
			r = fn(ctx, id, (pid_t)json_integer_value(json_object_get(t, "thread-id")), err);
	}
	json_decref(list);
	return r;
}

static int pin_vcpu(void *ctx, unsigned id, pid_t tid, struct error *err)
{
	const struct conf_bitmap *set = domain_vcpu_cpuset(ctx, id);
	char what[40];

	snprintf(what, sizeof(what), "vcpu %u", id);
	return set ? pin(tid, set, what, err) : 0;
}

static int pin_iothread(void *ctx, unsigned id, pid_t tid, struct error *err)
{
	const struct domain_cputune *c = &((const struct domain *)ctx)->cputune;
	char what[40];

	snprintf(what, sizeof(what), "iothread %u", id);
	for (size_t i = 0; i < c->iothreadpins.n; i++)
		if (c->iothreadpins.items[i]->iothread.value == id)
			return pin(tid, c->iothreadpins.items[i]->cpuset, what, err);
	return 0;
}

bool qemu_pins_threads(const struct domain *def)
{
	return def->cputune.emulatorpin || def->cputune.vcpupins.n || def->cputune.iothreadpins.n;
}

int qemu_pin_threads(struct qemu_guest *g, const struct domain *def, struct error *err)
{
	const struct domain_cputune *c = &def->cputune;

	if (c->emulatorpin && pin(g->pid, c->emulatorpin, "the emulator", err) < 0)
		return -1;
	if (c->vcpupins.n && qemu_each_thread(g, false, pin_vcpu, (void *)def, err) < 0)
		return -1;
	return c->iothreadpins.n ? qemu_each_thread(g, true, pin_iothread, (void *)def, err) : 0;
}

/* ---- the processor ---- */

static bool may_lack(const struct domain_cpu *cpu, const char *name)
{
	int bit = x86_feature_find(name);

	for (size_t i = 0; i < cpu->features.n; i++) {
		const struct domain_cpu_feature *f = cpu->features.items[i];

		if (!strcmp(f->name, name) || (bit >= 0 && x86_feature_find(f->name) == bit))
			return f->policy != DOMAIN_CPU_REQUIRE;
	}
	return false;
}

int qemu_verify_cpu(struct qemu_guest *g, struct error *err)
{
	json_t *cpus = qmp_execute(g->qmp, "query-cpus-fast", NULL, QMP_TIMEOUT, err), *missing = NULL, *name;
	const char *path = json_string_value(json_object_get(json_array_get(cpus, 0), "qom-path"));
	AUTO_BUF struct buf text = { 0 };
	int r = 0;
	size_t i;

	/* what was asked for and is not there; a processor that is no x86 does not tell */
	if (path && qemu_is_x86(g->sv->def))
		missing = qmp_execute(g->qmp, "qom-get", json_pack("{s:s, s:s}", "path", path, "property", "unavailable-features"), QMP_TIMEOUT, err);
	if (!cpus || (path && qemu_is_x86(g->sv->def) && !missing))
		r = -1;
	json_array_foreach(missing, i, name)
		if (json_is_string(name) && !may_lack(g->sv->def->cpu, json_string_value(name)))
			buf_printf(&text, "%s%.40s", text.len ? ", " : "", json_string_value(name));
	if (r == 0 && text.len)
		r = error_set(err, ERR_OPERATION_FAILED, "guest CPU doesn't match specification: missing features: %s", text.data);
	json_decref(cpus);
	json_decref(missing);
	return r;
}
