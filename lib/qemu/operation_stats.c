/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a machine has used of processors, memory and networks. */
#include "qemu/operation.h"

#include "hypervisor/change.h"
#include "hypervisor/params.h"
#include "hypervisor/stats.h"
#include "util/cgroup.h"
#include "util/cgroup_tune.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

#define ASK_MS 10000

/* ---- memory ---- */

/* Libvirt's virDomainMemoryStatTags, by the names that the balloon's driver in the guest has for them. */
static const struct { const char *name; int tag; bool bytes; } balloon[] = {
	{ "stat-swap-in", 0, true }, { "stat-swap-out", 1, true }, { "stat-major-faults", 2, false }, { "stat-minor-faults", 3, false },
	{ "stat-free-memory", 4, true }, { "stat-total-memory", 5, true }, { "stat-available-memory", 8, true }, { "stat-disk-caches", 10, true },
	{ "stat-htlb-pgalloc", 11, false }, { "stat-htlb-pgfail", 12, false },
};
enum { TAG_ACTUAL = 6, TAG_RSS = 7, TAG_UPDATED = 9, TAGS = 13 };

static void put(wire_domain_memory_stats_ret *r, unsigned max, int tag, uint64_t value)
{
	if (r->stats.stats_len < max && r->stats.stats_len < TAGS)
		r->stats.stats_val[r->stats.stats_len++] = (wire_domain_memory_stat){ .tag = tag, .val = value };
}

/* A guest whose driver tells nothing (or that has no balloon) has no such numbers. */
static void put_balloon(struct qemu_guest *g, wire_domain_memory_stats_ret *r, unsigned max)
{
	const struct domain_memballoon *b = g->sv->def->devices.memballoon;
	char path[100];
	struct error ignored;
	json_t *all;
	const json_t *stats, *v;

	if (!b || b->model == DOMAIN_MEMBALLOON_NONE || !b->info.alias.name)
		return;
	snprintf(path, sizeof(path), "/machine/peripheral/%.60s", b->info.alias.name);
	all = qmp_execute(g->qmp, "qom-get", json_pack("{s:s, s:s}", "path", path, "property", "guest-stats"), ASK_MS, &ignored);
	stats = json_object_get(all, "stats");
	for (size_t i = 0; stats && i < ARRAY_LEN(balloon); i++) {
		v = json_object_get(stats, balloon[i].name);
		/* -1: the guest did not say */
		if (json_is_integer(v) && json_integer_value(v) >= 0)
			put(r, max, balloon[i].tag, (uint64_t)json_integer_value(v) / (balloon[i].bytes ? 1024 : 1));
	}
	v = json_object_get(all, "last-update");
	if (json_integer_value(v) > 0)
		put(r, max, TAG_UPDATED, (uint64_t)json_integer_value(v));
	json_decref(all);
}

int qemu_memory_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_memory_stats_args *a = args;
	wire_domain_memory_stats_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	unsigned long long pages, resident;
	char path[40];

	if (!g)
		return -1;
	r->stats.stats_val = calloc(TAGS, sizeof(*r->stats.stats_val));
	if (!r->stats.stats_val)
		return error_errno(err, "%s: the statistics", g->sv->name);
	put(r, a->max_stats, TAG_ACTUAL, g->sv->def->current_memory.value);
	put_balloon(g, r, a->max_stats);
	snprintf(path, sizeof(path), "/proc/%d/statm", (int)g->pid);
	AUTO_FCLOSE FILE *f = fopen(path, "re");
	if (f && fscanf(f, "%llu %llu", &pages, &resident) == 2)
		put(r, a->max_stats, TAG_RSS, resident * (uint64_t)sysconf(_SC_PAGESIZE) / 1024);
	return 0;
}

/* ---- processors ---- */

int qemu_cpu_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_cpu_stats_args *a = args;
	wire_domain_get_cpu_stats_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);

	if (g && !g->cgroup)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "%s: the guest has no control group, which would count (its user was given none)", g->sv->name);
	return g ? stats_of_cpus(g->cgroup, a, r, err) < 0 ? error_wrap(err, "%s", g->sv->name) : 0 : -1;
}

struct vcpus {
	struct qemu_guest *g;
	const wire_domain_get_vcpus_args *args;
	wire_domain_get_vcpus_ret *ret;
};

/* virVcpuState: offline, running, blocked. /proc/PID/task/TID/stat: state is the 3rd field, user and system time the 14th and 15th, the processor the 39th. */
static void read_thread(struct qemu_guest *g, pid_t tid, wire_vcpu_info *v)
{
	char path[60], text[600], *at;
	unsigned long long user = 0, kernel = 0;
	char state = 'R';
	int cpu = -1;
	size_t n;

	v->state = 1;
	v->cpu = -1;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)g->pid, (int)tid);
	AUTO_FCLOSE FILE *f = fopen(path, "re");
	n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	text[n] = '\0';
	/* its name may have anything in it but is not longer than 16 bytes; what follows is numbers */
	at = strrchr(text, ')');
	if (!at || sscanf(at, ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d %*u %*u %*d %*u %*u %*u %*u %*u %*u %*u "
			  "%*u %*u %*u %*u %*u %*u %*d %d", &state, &user, &kernel, &cpu) != 4)
		return;
	v->cpu_time = (user + kernel) * (1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK));
	v->cpu = cpu;
}

static int add_vcpu(void *ctx, unsigned id, pid_t tid, struct error *err)
{
	struct vcpus *v = ctx;
	wire_domain_get_vcpus_ret *r = v->ret;
	cpu_set_t set;

	(void)err;
	if (r->info.info_len >= (unsigned)v->args->maxinfo)
		return 0;
	r->info.info_val[r->info.info_len].number = id;
	read_thread(v->g, tid, &r->info.info_val[r->info.info_len]);
	if (v->args->maplen > 0 && sched_getaffinity(tid, sizeof(set), &set) == 0) {
		char *map = r->cpumaps.cpumaps_val + (size_t)r->info.info_len * v->args->maplen;

		for (int cpu = 0; cpu < v->args->maplen * 8 && cpu < CPU_SETSIZE; cpu++)
			if (CPU_ISSET(cpu, &set))
				map[cpu / 8] |= (char)(1 << cpu % 8);
	}
	r->info.info_len++;
	return 0;
}

int qemu_get_vcpus(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_get_vcpus_args *a = args;
	wire_domain_get_vcpus_ret *r = ret;
	struct vcpus v = { .g = qemu_of_call(call, &a->dom, err), .args = a, .ret = r };

	if (!v.g)
		return -1;
	if (a->maxinfo < 0 || a->maxinfo > WIRE_VCPUINFO_MAX || a->maplen < 0 || (int64_t)a->maxinfo * a->maplen > WIRE_CPUMAPS_MAX)
		return error_set(err, ERR_INVALID_ARG, "%s: too many processors are asked for", v.g->sv->name);
	r->info.info_val = calloc((size_t)a->maxinfo + 1, sizeof(*r->info.info_val));
	r->cpumaps.cpumaps_val = calloc((size_t)a->maxinfo * a->maplen + 1, 1);
	if (!r->info.info_val || !r->cpumaps.cpumaps_val)
		return error_errno(err, "%s: the statistics", v.g->sv->name);
	if (qemu_each_thread(v.g, false, add_vcpu, &v, err) < 0)
		return error_wrap(err, "%s", v.g->sv->name);
	r->cpumaps.cpumaps_len = r->info.info_len * (unsigned)a->maplen;
	return 0;
}

/* ---- networks ---- */

int qemu_interface_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_interface_stats_args *a = args;
	wire_domain_interface_stats_ret *r = ret;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);
	const struct domain_net *net = g ? change_find_net(g->sv->def, a->device, err) : NULL;
	int64_t rx[4], tx[4];

	if (!net)
		return -1;
	/* what the host's end sends is what the guest gets */
	if (!net->target || stats_of_interface(getpid(), net->target, tx, rx) < 0)
		return error_set(err, ERR_OPERATION_INVALID, "%s: the interface '%s' has no end on the host whose traffic is counted", g->sv->name, a->device);
	*r = (wire_domain_interface_stats_ret){
		.rx_bytes = rx[0], .rx_packets = rx[1], .rx_errs = rx[2], .rx_drop = rx[3],
		.tx_bytes = tx[0], .tx_packets = tx[1], .tx_errs = tx[2], .tx_drop = tx[3],
	};
	return 0;
}

/* ---- groups of statistics that no other procedure tells ---- */

static int iothread_stats(struct qemu_guest *g, struct params *out, struct error *err)
{
	json_t *list = qmp_execute(g->qmp, "query-iothreads", NULL, ASK_MS, err), *t;
	static const char *const values[] = { "poll-max-ns", "poll-grow", "poll-shrink" };
	char name[60];
	unsigned id;
	size_t i;
	int r = !list ? -1 : params_add_uint(out, "iothread.count", (unsigned)json_array_size(list), err);

	json_array_foreach(list, i, t) {
		const char *alias = json_string_value(json_object_get(t, "id"));

		if (!alias || sscanf(alias, "iothread%u", &id) != 1)
			continue;
		for (size_t k = 0; k < ARRAY_LEN(values) && r == 0; k++) {
			uint64_t value = (uint64_t)json_integer_value(json_object_get(t, values[k]));

			snprintf(name, sizeof(name), "iothread.%u.%s", id, values[k]);
			r = k == 0 ? params_add_ullong(out, name, value, err) : params_add_uint(out, name, (unsigned)value, err);
		}
	}
	json_decref(list);
	return r;
}

/* libvirt's virDomainDirtyRateStatus, by QEMU's words */
static int dirty_rate_stats(struct qemu_guest *g, struct params *out, struct error *err)
{
	static const char *const states[] = { "unstarted", "measuring", "measured" };
	struct error none;
	json_t *r = qmp_execute(g->qmp, "query-dirty-rate", NULL, ASK_MS, &none), *v;
	const char *status = json_string_value(json_object_get(r, "status")), *mode = json_string_value(json_object_get(r, "mode"));
	int rc = 0, state = -1;
	char name[60];
	size_t i;

	for (i = 0; status && i < ARRAY_LEN(states); i++)
		if (!strcmp(status, states[i]))
			state = (int)i;
	if (state >= 0)
		rc = params_add_int(out, "dirtyrate.calc_status", state, err) < 0 ||
		     params_add_llong(out, "dirtyrate.calc_start_time", json_integer_value(json_object_get(r, "start-time")), err) < 0 ||
		     params_add_int(out, "dirtyrate.calc_period", (int)json_integer_value(json_object_get(r, "calc-time")), err) < 0 ||
		     params_add_string(out, "dirtyrate.calc_mode", mode ? mode : "page-sampling", err) < 0 ? -1 : 0;
	if (rc == 0 && state == 2)
		rc = params_add_llong(out, "dirtyrate.megabytes_per_second", json_integer_value(json_object_get(r, "dirty-rate")), err);
	/* by the dirty ring alone */
	json_array_foreach(json_object_get(r, "vcpu-dirty-rate"), i, v) {
		snprintf(name, sizeof(name), "dirtyrate.vcpu.%lld.megabytes_per_second", (long long)json_integer_value(json_object_get(v, "id")));
		if (rc == 0 && state == 2)
			rc = params_add_ullong(out, name, (uint64_t)json_integer_value(json_object_get(v, "dirty-rate")), err);
	}
	json_decref(r);
	return rc;
}

struct waits {
	struct qemu_guest *g;
	struct params *out;
};

static int add_named(struct params *out, unsigned vcpu, const char *what, uint64_t value, struct error *err)
{
	char name[40];

	snprintf(name, sizeof(name), "vcpu.%u.%s", vcpu, what);
	return params_add_ullong(out, name, value, err);
}

/* How long a processor's thread waited for the host's: /proc/PID/task/TID/schedstat has the times on a processor and in the queue in nanoseconds. A kernel
 * with statistics of its scheduler tells in `sched` how long for I/O, in milliseconds. */
static int add_waits(void *ctx, unsigned id, pid_t tid, struct error *err)
{
	const struct waits *w = ctx;
	unsigned long long on, queued;
	char path[60], line[160];
	double waited;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", (int)w->g->pid, (int)tid);
	AUTO_FCLOSE FILE *f = fopen(path, "re");
	if (f && fscanf(f, "%llu %llu", &on, &queued) == 2 && add_named(w->out, id, "delay", queued, err) < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/sched", (int)w->g->pid, (int)tid);
	AUTO_FCLOSE FILE *s = fopen(path, "re");
	while (s && fgets(line, sizeof(line), s)) {
		const char *at = strstr(line, "wait_sum");

		if (at && sscanf(at, "wait_sum : %lf", &waited) == 1)
			return add_named(w->out, id, "wait", (uint64_t)(waited * 1e6), err);
	}
	return 0;
}

int qemu_more_stats(struct supervisor *sv, unsigned groups, struct params *out, struct error *err)
{
	struct qemu_guest *g = qemu_guest(sv);

	if (!g || !g->lives || !qmp_is_open(g->qmp))
		return 0;
	struct waits waits = { g, out };

	if ((groups & STATS_VCPU) && qemu_each_thread(g, false, add_waits, &waits, err) < 0)
		return -1;
	if (qemu_counters(g, groups, out, err) < 0 || ((groups & STATS_PERF) && qemu_perf_stats(g, out, err) < 0))
		return -1;
	if ((groups & STATS_BLOCK) && qemu_block_more_stats(g, groups, out, err) < 0)
		return -1;
	if ((groups & STATS_IOTHREAD) && iothread_stats(g, out, err) < 0)
		return -1;
	return groups & STATS_DIRTYRATE ? dirty_rate_stats(g, out, err) : 0;
}

int qemu_start_dirty_rate(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	/* virDomainDirtyRateCalcFlags: 0 page sampling, 1 dirty bitmap, 2 dirty ring */
	static const char *const modes[] = { "page-sampling", "dirty-bitmap", "dirty-ring" };
	const wire_domain_start_dirty_rate_calc_args *a = args;
	struct qemu_guest *g = qemu_of_call(call, &a->dom, err);

	(void)ret;
	if (!g)
		return -1;
	if (a->seconds < 1 || a->seconds > 60 || a->flags >= ARRAY_LEN(modes))
		return error_set(err, ERR_INVALID_ARG, "%s: the dirty rate is measured for 1 to 60 seconds", g->sv->name);
	if (qmp_do(g->qmp, "calc-dirty-rate", json_pack("{s:i, s:s}", "calc-time", a->seconds, "mode", modes[a->flags]), ASK_MS, err) < 0)
		return error_wrap(err, "%s", g->sv->name);
	return 0;
}
