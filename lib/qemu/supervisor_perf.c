/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Performance events of a machine: what the kernel counts of all threads of its QEMU. Facts: perf_event_open(2), <linux/perf_event.h>. */
#include "qemu/supervisor_impl.h"

#include "hypervisor/params.h"
#include "util/str.h"

#include <dirent.h>
#include <limits.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define THREADS_MAX 4096

struct qemu_perf {
	enum domain_perf_event_name event;
	size_t n;
	struct qemu_perf *next;
	int fd[];
};

#define HW(what) { PERF_TYPE_HARDWARE, PERF_COUNT_HW_##what, true }
#define SW(what) { PERF_TYPE_SOFTWARE, PERF_COUNT_SW_##what, true }

/* Of the monitoring of caches and memory no kernel since 4.14 has events. */
static const struct { uint32_t type; uint64_t config; bool known; } events[domain_perf_event_name_end] = {
	[DOMAIN_PERF_CPU_CYCLES] = HW(CPU_CYCLES), [DOMAIN_PERF_INSTRUCTIONS] = HW(INSTRUCTIONS), [DOMAIN_PERF_CACHE_REFERENCES] = HW(CACHE_REFERENCES),
	[DOMAIN_PERF_CACHE_MISSES] = HW(CACHE_MISSES), [DOMAIN_PERF_BRANCH_INSTRUCTIONS] = HW(BRANCH_INSTRUCTIONS),
	[DOMAIN_PERF_BRANCH_MISSES] = HW(BRANCH_MISSES), [DOMAIN_PERF_BUS_CYCLES] = HW(BUS_CYCLES),
	[DOMAIN_PERF_STALLED_CYCLES_FRONTEND] = HW(STALLED_CYCLES_FRONTEND), [DOMAIN_PERF_STALLED_CYCLES_BACKEND] = HW(STALLED_CYCLES_BACKEND),
	[DOMAIN_PERF_REF_CPU_CYCLES] = HW(REF_CPU_CYCLES), [DOMAIN_PERF_CPU_CLOCK] = SW(CPU_CLOCK), [DOMAIN_PERF_TASK_CLOCK] = SW(TASK_CLOCK),
	[DOMAIN_PERF_PAGE_FAULTS] = SW(PAGE_FAULTS), [DOMAIN_PERF_CONTEXT_SWITCHES] = SW(CONTEXT_SWITCHES),
	[DOMAIN_PERF_CPU_MIGRATIONS] = SW(CPU_MIGRATIONS), [DOMAIN_PERF_PAGE_FAULTS_MIN] = SW(PAGE_FAULTS_MIN),
	[DOMAIN_PERF_PAGE_FAULTS_MAJ] = SW(PAGE_FAULTS_MAJ), [DOMAIN_PERF_ALIGNMENT_FAULTS] = SW(ALIGNMENT_FAULTS),
	[DOMAIN_PERF_EMULATION_FAULTS] = SW(EMULATION_FAULTS),
};

static const char *name_of(int event)
{
	return conf_enum_name(&domain_perf_event_name_names, event);
}

static void drop(struct qemu_perf *p)
{
	for (size_t i = 0; p && i < p->n; i++)
		close(p->fd[i]);
	free(p);
}

static int refuse(int event, struct error *err)
{
	if (errno == ENOENT || errno == ENODEV || errno == EOPNOTSUPP || errno == EINVAL)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "the host's processors or kernel do not count the performance event '%s'", name_of(event));
	return error_errno(err, "performance event '%s'", name_of(event));
}

/* One counter for each thread; threads that these make are counted with them. */
static int open_threads(struct qemu_perf *p, DIR *tasks, struct error *err)
{
	/* without privileges a user's own threads are counted outside the kernel */
	struct perf_event_attr attr = {
		.type = events[p->event].type, .size = sizeof(attr), .config = events[p->event].config, .inherit = 1, .exclude_kernel = geteuid() != 0,
		.exclude_hv = geteuid() != 0, .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
	};
	struct dirent *e;

	while (p->n < THREADS_MAX && (e = readdir(tasks))) {
		uint64_t tid;
		int fd;

		if (str_to_u64(e->d_name, INT_MAX, &tid) < 0)
			continue;
		fd = (int)syscall(SYS_perf_event_open, &attr, (pid_t)tid, -1, -1, PERF_FLAG_FD_CLOEXEC);
		if (fd >= 0)
			p->fd[p->n++] = fd;
		else if (errno != ESRCH)
			return refuse(p->event, err);
	}
	return 0;
}

static int count(struct qemu_guest *g, enum domain_perf_event_name event, struct error *err)
{
	struct qemu_perf *p = NULL, *fit;
	char path[40];
	DIR *tasks;
	int r;

	if (!events[event].known) {
		errno = ENOENT;
		return refuse(event, err);
	}
	snprintf(path, sizeof(path), "/proc/%d/task", (int)g->pid);
	tasks = opendir(path);
	if (!tasks || !(p = calloc(1, sizeof(*p) + THREADS_MAX * sizeof(p->fd[0])))) {
		error_errno(err, "%s", path);
		if (tasks)
			closedir(tasks);
		return -1;
	}
	p->event = event;
	r = open_threads(p, tasks, err);
	closedir(tasks);
	if (r < 0) {
		drop(p);
		return -1;
	}
	fit = realloc(p, sizeof(*p) + p->n * sizeof(p->fd[0]));
	p = fit ? fit : p;
	p->next = g->perf;
	g->perf = p;
	return 0;
}

static bool wanted(const struct domain *def, enum domain_perf_event_name event)
{
	bool on = false;

	for (size_t i = 0; i < def->perf.n; i++)
		if (def->perf.items[i]->name == event)
			on = def->perf.items[i]->enabled == CONF_YES;
	return on;
}

static bool counted(const struct qemu_guest *g, enum domain_perf_event_name event)
{
	for (const struct qemu_perf *p = g->perf; p; p = p->next)
		if (p->event == event)
			return true;
	return false;
}

int qemu_perf_apply(struct qemu_guest *g, const struct domain *def, struct error *err)
{
	struct qemu_perf *before = g->perf;

	for (int e = 1; e < domain_perf_event_name_end; e++) {
		if (!wanted(def, e) || counted(g, e) || count(g, e, err) == 0)
			continue;
		while (g->perf != before) {
			struct qemu_perf *gone = g->perf;

			g->perf = gone->next;
			drop(gone);
		}
		return -1;
	}
	for (struct qemu_perf **p = &g->perf; *p;) {
		struct qemu_perf *gone = *p;

		if (wanted(def, gone->event)) {
			p = &gone->next;
			continue;
		}
		*p = gone->next;
		drop(gone);
	}
	return 0;
}

void qemu_perf_close(struct qemu_guest *g)
{
	while (g->perf) {
		struct qemu_perf *gone = g->perf;

		g->perf = gone->next;
		drop(gone);
	}
}

int qemu_perf_stats(struct qemu_guest *g, struct params *out, struct error *err)
{
	for (int e = 1; e < domain_perf_event_name_end; e++) {
		const struct qemu_perf *p = g->perf;
		uint64_t sum = 0;
		char name[60];

		while (p && (int)p->event != e)
			p = p->next;
		if (!p)
			continue;
		for (size_t i = 0; i < p->n; i++) {
			struct { uint64_t value, enabled, running; } now;

			/* one that had to share its counter with others was counted for a part of the time */
			if (read(p->fd[i], &now, sizeof(now)) == sizeof(now) && now.running)
				sum += now.running < now.enabled ? (uint64_t)((double)now.value * (double)now.enabled / (double)now.running) : now.value;
		}
		snprintf(name, sizeof(name), "perf.%s", name_of(e));
		if (params_add_ullong(out, name, sum, err) < 0)
			return -1;
	}
	return 0;
}
