/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hypervisor/stats.h"

#include "util/cgroup_tune.h"

#include <string.h>
#include <unistd.h>

static int total_cpu(struct cgroup *cg, const wire_domain_get_cpu_stats_args *a, wire_domain_get_cpu_stats_ret *r, struct error *err)
{
	struct cgroup_cpu cpu;

	if (a->nparams == 0) {
		r->nparams = 3;
		return 0;
	}
	if (cgroup_cpu_time(cg, &cpu, err) < 0)
		return -1;
	const struct { const char *name; uint64_t value; } all[] = {
		{ "cpu_time", cpu.total }, { "user_time", cpu.user }, { "system_time", cpu.system },
	};
	for (size_t i = 0; i < ARRAY_LEN(all) && i < a->nparams; i++, r->nparams++)
		if (params_add_ullong(PARAMS(r->params), all[i].name, all[i].value, err) < 0)
			return -1;
	return 0;
}

int stats_of_cpus(struct cgroup *cg, const wire_domain_get_cpu_stats_args *a, wire_domain_get_cpu_stats_ret *r, struct error *err)
{
	uint64_t ns[WIRE_DOMAIN_GET_CPU_STATS_NCPUS_MAX];
	int n;

	if (a->start_cpu == -1)
		return total_cpu(cg, a, r, err);
	/* how many CPUs, or how many values of each */
	if (a->nparams == 0) {
		r->nparams = a->ncpus == 0 ? (int)sysconf(_SC_NPROCESSORS_CONF) : 1;
		return 0;
	}
	n = cgroup_cpu_each(cg, ns, ARRAY_LEN(ns), err);
	if (n < 0)
		return -1;
	if (a->start_cpu < 0 || a->start_cpu >= n)
		return error_set(err, ERR_INVALID_ARG, "there is no CPU %d", a->start_cpu);
	r->nparams = 1;
	for (int i = a->start_cpu; i < n && i < (int)ARRAY_LEN(ns) && (unsigned)(i - a->start_cpu) < a->ncpus; i++)
		if (params_add_ullong(PARAMS(r->params), "cpu_time", ns[i], err) < 0)
			return -1;
	return 0;
}

/* A line of /proc/PID/net/dev: receive bytes packets errs drop (four more), transmit the same. */
int stats_of_interface(pid_t pid, const char *name, int64_t rx[4], int64_t tx[4])
{
	char path[40], line[512];
	AUTO_FCLOSE FILE *f = NULL;

	snprintf(path, sizeof(path), "/proc/%d/net/dev", (int)pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		char *colon = strchr(line, ':'), *word = line + strspn(line, " ");
		long long v[12];

		if (!colon || (size_t)(colon - word) != strlen(name) || strncmp(word, name, strlen(name)) != 0)
			continue;
		if (sscanf(colon + 1, "%lld %lld %lld %lld %lld %lld %lld %lld %lld %lld %lld %lld", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5],
			   &v[6], &v[7], &v[8], &v[9], &v[10], &v[11]) != 12)
			return -1;
		for (int i = 0; i < 4; i++) {
			rx[i] = v[i];
			tx[i] = v[8 + i];
		}
		return 0;
	}
	return -1;
}
