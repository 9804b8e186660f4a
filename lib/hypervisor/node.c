/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the host does at this moment: its processors' time and its memory, from /proc and /sys. */
#include "hypervisor/local.h"

#include <string.h>

#define ALL (-1)   /* libvirt's VIR_NODE_CPU_STATS_ALL_CPUS and VIR_NODE_MEMORY_STATS_ALL_CELLS */
#define FIELDS 4

struct field {
	const char *name;
	uint64_t value;
};

/* Whether the client asked for the fields: one that has room for none asks how many there are. 1, 0 or -1. */
static int wants(const struct rpc_call *call, int asked, size_t n, struct error *err)
{
	if (asked == 0)
		return 0;
	if (asked < 0 || (size_t)asked < n)
		return error_set(err, ERR_INVALID_ARG, "%s: room for %d values, where there are %zu", call->proc->name, asked, n);
	return 1;
}

/* ---- processors ---- */

static bool parse_times(const char *line, struct field out[FIELDS])
{
	unsigned long long user, nice, system, idle, iowait, irq, softirq, tick = 1000000000ULL / (unsigned long)sysconf(_SC_CLK_TCK);

	if (sscanf(line, "%llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle, &iowait, &irq, &softirq) != 7)
		return false;
	out[0] = (struct field){ "kernel", (system + irq + softirq) * tick };
	out[1] = (struct field){ "user", (user + nice) * tick };
	out[2] = (struct field){ "idle", idle * tick };
	out[3] = (struct field){ "iowait", iowait * tick };
	return true;
}

static int cpu_times(int cpu, struct field out[FIELDS], struct error *err)
{
	AUTO_FCLOSE FILE *f = fopen("/proc/stat", "re");
	AUTO_FREE char *line = NULL;
	size_t size = 0;
	char label[32];

	if (!f)
		return error_errno(err, "cannot read /proc/stat");
	snprintf(label, sizeof(label), cpu == ALL ? "cpu " : "cpu%d ", cpu);
	while (getline(&line, &size, f) > 0)
		if (!strncmp(line, label, strlen(label)) && parse_times(line + strlen(label), out))
			return 0;
	return error_set(err, ERR_INVALID_ARG, "there is no processor %d that is online", cpu);
}

int hv_node_get_cpu_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_node_get_cpu_stats_args *a = args;
	wire_node_get_cpu_stats_ret *r = ret;
	struct field field[FIELDS];
	int want;

	if (hv_flags(call, a->flags, 0, err) < 0 || (want = wants(call, a->nparams, FIELDS, err)) < 0)
		return -1;
	r->nparams = FIELDS;
	if (want == 0)
		return 0;
	if (cpu_times(a->cpu_num, field, err) < 0)
		return -1;
	r->params.params_val = calloc(FIELDS, sizeof(*r->params.params_val));
	if (!r->params.params_val)
		return error_errno(err, "no memory for the answer");
	for (size_t i = 0; i < FIELDS; i++) {
		wire_node_get_cpu_stats *to = &r->params.params_val[i];

		to->value = field[i].value;
		if (!(to->field = strdup(field[i].name)))
			return error_errno(err, "no memory for the answer");
		r->params.params_len++;
	}
	return 0;
}

int hv_node_get_cpu_map(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_node_get_cpu_map_args *a = args;
	wire_node_get_cpu_map_ret *r = ret;
	long present = sysconf(_SC_NPROCESSORS_CONF);
	AUTO_FREE char *map = NULL;
	unsigned online = 0;

	if (hv_flags(call, a->flags, 0, err) < 0)
		return -1;
	if (present < 1 || !(map = calloc(1, (size_t)(present + 7) / 8)))
		return error_errno(err, "cannot count the processors");
	for (long i = 0; i < present; i++) {
		struct field unused[FIELDS];

		/* /proc/stat has those that are online */
		if (cpu_times((int)i, unused, NULL) < 0)
			continue;
		map[i / 8] |= (char)(1 << i % 8);
		online++;
	}
	if (a->need_map) {
		r->cpumap.cpumap_len = (unsigned)(present + 7) / 8;
		r->cpumap.cpumap_val = STEAL_PTR(map);
	}
	if (a->need_online)
		r->online = online;
	r->ret = (int)present;
	return 0;
}

/* ---- memory ---- */

/* Of the whole host, or of a NUMA node, which tells less: the number of fields, or -1. In KiB. */
static int memory(int node, struct field out[FIELDS], struct error *err)
{
	static const char *const labels[FIELDS][2] = {
		{ "MemTotal:", "total" }, { "MemFree:", "free" }, { "Buffers:", "buffers" }, { "Cached:", "cached" },
	};
	int n = node == ALL ? FIELDS : 2, found = 0;
	AUTO_FREE char *line = NULL;
	char path[80];
	size_t size = 0;

	snprintf(path, sizeof(path), node == ALL ? "/proc/meminfo" : "/sys/devices/system/node/node%d/meminfo", node);
	AUTO_FCLOSE FILE *f = fopen(path, "re");
	if (!f)
		return error_set(err, ERR_INVALID_ARG, "there is no NUMA node %d", node);
	while (found < n && getline(&line, &size, f) > 0) {
		/* a node's lines begin with "Node 0 " */
		const char *at = strstr(line, labels[found][0]);
		unsigned long long value;

		if (!at || (at != line && at[-1] != ' ') || sscanf(at + strlen(labels[found][0]), "%llu", &value) != 1)
			continue;
		out[found] = (struct field){ labels[found][1], value };
		found++;
	}
	return found == n ? n : error_set(err, ERR_INTERNAL, "%s is not as it was known", path);
}

int hv_node_get_memory_stats(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_node_get_memory_stats_args *a = args;
	wire_node_get_memory_stats_ret *r = ret;
	struct field field[FIELDS];
	int n, want;

	if (hv_flags(call, a->flags, 0, err) < 0 || (n = memory(a->cell_num, field, err)) < 0 ||
	    (want = wants(call, a->nparams, (size_t)n, err)) < 0)
		return -1;
	r->nparams = n;
	if (want == 0)
		return 0;
	r->params.params_val = calloc((size_t)n, sizeof(*r->params.params_val));
	if (!r->params.params_val)
		return error_errno(err, "no memory for the answer");
	for (int i = 0; i < n; i++) {
		wire_node_get_memory_stats *to = &r->params.params_val[i];

		to->value = field[i].value;
		if (!(to->field = strdup(field[i].name)))
			return error_errno(err, "no memory for the answer");
		r->params.params_len++;
	}
	return 0;
}

int hv_node_get_free_memory(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	wire_node_get_free_memory_ret *r = ret;
	struct field field[FIELDS];

	(void)call;
	(void)args;
	if (memory(ALL, field, err) < 0)
		return -1;
	r->free_mem = field[1].value * 1024;
	return 0;
}

int hv_node_get_cells_free_memory(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_node_get_cells_free_memory_args *a = args;
	wire_node_get_cells_free_memory_ret *r = ret;
	struct field field[FIELDS];

	(void)call;
	if (a->start_cell < 0 || a->maxcells <= 0 || a->maxcells > WIRE_NODE_MAX_CELLS)
		return error_set(err, ERR_INVALID_ARG, "%d NUMA nodes from node %d on", a->maxcells, a->start_cell);
	r->cells.cells_val = calloc((size_t)a->maxcells, sizeof(*r->cells.cells_val));
	if (!r->cells.cells_val)
		return error_errno(err, "no memory for the answer");
	for (int i = 0; i < a->maxcells; i++) {
		struct error why;
		/* a host without NUMA is one node */
		if (memory(a->start_cell + i, field, &why) < 0 && (a->start_cell + i > 0 || memory(ALL, field, &why) < 0))
			break;
		r->cells.cells_val[r->cells.cells_len++] = field[1].value * 1024;
	}
	return r->cells.cells_len ? 0 : error_set(err, ERR_INVALID_ARG, "there is no NUMA node %d", a->start_cell);
}

/* Free pages of a size in KiB on a node, or (-1) on the host; the system's own size counts all free memory. */
static int free_pages(int node, unsigned size, uint64_t *count, struct error *err)
{
	struct field field[FIELDS];
	unsigned own = (unsigned)sysconf(_SC_PAGESIZE) / 1024;
	unsigned long long value;
	char path[128];

	if (size == own) {
		if (memory(node, field, err) < 0 && (node > 0 || memory(ALL, field, err) < 0))
			return -1;
		*count = field[1].value / own;
		return 0;
	}
	if (node == ALL)
		snprintf(path, sizeof(path), "/sys/kernel/mm/hugepages/hugepages-%ukB/free_hugepages", size);
	else
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/hugepages/hugepages-%ukB/free_hugepages", node, size);
	AUTO_FCLOSE FILE *f = fopen(path, "re");
	if (!f || fscanf(f, "%llu", &value) != 1)
		return error_set(err, ERR_OPERATION_FAILED, "this host has no pages of %u KiB%s", size, node == ALL ? "" : " on that node");
	*count = value;
	return 0;
}

int hv_node_get_free_pages(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_node_get_free_pages_args *a = args;
	wire_node_get_free_pages_ret *r = ret;
	u_int sizes = a->pages.pages_len;

	if (hv_flags(call, a->flags, 0, err) < 0)
		return -1;
	if (!sizes || !a->cell_count || a->cell_count > WIRE_NODE_MAX_CELLS / sizes)
		return error_set(err, ERR_INVALID_ARG, "%u sizes on %u nodes", sizes, a->cell_count);
	r->counts.counts_val = calloc((size_t)sizes * a->cell_count, sizeof(*r->counts.counts_val));
	if (!r->counts.counts_val)
		return error_errno(err, "no memory for the answer");
	for (unsigned cell = 0; cell < a->cell_count; cell++) {
		for (u_int i = 0; i < sizes; i++) {
			uint64_t count = 0;
			if (free_pages(a->start_cell + (int)cell, a->pages.pages_val[i], &count, err) < 0)
				return -1;
			r->counts.counts_val[r->counts.counts_len++] = count;
		}
	}
	return 0;
}
