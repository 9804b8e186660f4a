/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/cgroup_impl.h"
#include "util/cgroup_tune.h"

#include <string.h>

#define BIG (64 * 1024)

int cgroup_cpu_time(struct cgroup *cg, struct cgroup_cpu *cpu, struct error *err)
{
	uint64_t memory, ticks = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);

	*cpu = (struct cgroup_cpu){ 0 };
	if (cgroup_usage(cg, &cpu->total, &memory, err) < 0)
		return -1;
	if (cg->fd[V2] >= 0 && cgroup_read_number(cg->fd[V2], "cpu.stat", "user_usec", &cpu->user) == 0 &&
	    cgroup_read_number(cg->fd[V2], "cpu.stat", "system_usec", &cpu->system) == 0) {
		cpu->user *= 1000;
		cpu->system *= 1000;
	} else if (cg->fd[CPUACCT] >= 0 && cgroup_read_number(cg->fd[CPUACCT], "cpuacct.stat", "user", &cpu->user) == 0 &&
		   cgroup_read_number(cg->fd[CPUACCT], "cpuacct.stat", "system", &cpu->system) == 0) {
		cpu->user *= ticks;
		cpu->system *= ticks;
	}
	return 0;
}

int cgroup_cpu_each(struct cgroup *cg, uint64_t *ns, size_t n, struct error *err)
{
	AUTO_FREE char *text = malloc(BIG);
	int found = 0;
	char *at = text, *end;

	if (!text)
		return error_errno(err, "control group %s", cg->name);
	if (cg->fd[CPUACCT] < 0 || cgroup_read_file(cg->fd[CPUACCT], "cpuacct.usage_percpu", text, BIG) < 0)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "the control groups of this host do not count the time of each CPU");
	for (;;) {
		uint64_t value = strtoull(at, &end, 10);
		if (end == at)
			return found;
		if ((size_t)found < n)
			ns[found] = value;
		found++;
		at = end;
	}
}

/* A name's number in a "name number" file that is as large as it likes; 0 when it is not there. */
static uint64_t named(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (!strncmp(at, name, len) && at[len] == ' ')
			return strtoull(at + len, NULL, 10);
	}
	return 0;
}

int cgroup_memory_use(struct cgroup *cg, struct cgroup_memory *m, struct error *err)
{
	int fd = cg->fd[cg->pure ? V2 : MEMORY];
	AUTO_FREE char *text = malloc(BIG);
	struct cgroup_limits limits = { 0 };

	*m = (struct cgroup_memory){ 0 };
	if (!text)
		return error_errno(err, "control group %s", cg->name);
	if (fd < 0)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "nobody counts the memory of control group %s", cg->name);
	if (cgroup_read_number(fd, cg->pure ? "memory.current" : "memory.usage_in_bytes", NULL, &m->usage) < 0 ||
	    cgroup_read_file(fd, "memory.stat", text, BIG) < 0)
		return error_errno(err, "cannot read the memory of control group %s", cg->name);
	cgroup_look(cg, &limits);
	m->limit = limits.memory;
	m->rss = named(text, cg->pure ? "anon" : "total_rss");
	m->cache = named(text, cg->pure ? "file" : "total_cache");
	m->faults = named(text, cg->pure ? "pgfault" : "total_pgfault");
	m->major_faults = named(text, cg->pure ? "pgmajfault" : "total_pgmajfault");
	m->swap = named(text, "total_swap");
	if (cg->pure)
		(void)!cgroup_read_number(fd, "memory.swap.current", NULL, &m->swap);
	return 0;
}

/* "8:0 Read 4096" lines; the last is "Total 8192". */
static int count_v1(int fd, const char *file, unsigned major, unsigned minor, uint64_t *reads, uint64_t *writes)
{
	AUTO_FREE char *text = malloc(BIG);
	char *save = NULL;

	if (!text || cgroup_read_file(fd, file, text, BIG) < 0)
		return -1;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		unsigned a, b;
		unsigned long long value;
		char word[16];
		if (sscanf(line, "%u:%u %15s %llu", &a, &b, word, &value) != 4 || (major && (a != major || b != minor)))
			continue;
		if (!strcmp(word, "Read"))
			*reads += value;
		else if (!strcmp(word, "Write"))
			*writes += value;
	}
	return 0;
}

/* "8:0 rbytes=1 wbytes=2 rios=3 wios=4 ..." */
static int count_v2(int fd, unsigned major, unsigned minor, struct cgroup_io *io)
{
	AUTO_FREE char *text = malloc(BIG);
	char *save = NULL;

	if (!text || cgroup_read_file(fd, "io.stat", text, BIG) < 0)
		return -1;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		unsigned a, b;
		unsigned long long rb, wb, r, w;
		if (sscanf(line, "%u:%u rbytes=%llu wbytes=%llu rios=%llu wios=%llu", &a, &b, &rb, &wb, &r, &w) != 6 ||
		    (major && (a != major || b != minor)))
			continue;
		io->read_bytes += rb;
		io->write_bytes += wb;
		io->read_requests += r;
		io->write_requests += w;
	}
	return 0;
}

int cgroup_block_io(struct cgroup *cg, unsigned major, unsigned minor, struct cgroup_io *io, struct error *err)
{
	int fd = cg->fd[cg->pure ? V2 : BLKIO];

	*io = (struct cgroup_io){ 0 };
	if (fd < 0)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "nobody counts the block I/O of control group %s", cg->name);
	if (cg->pure ? count_v2(fd, major, minor, io) < 0
		     : count_v1(fd, "blkio.throttle.io_service_bytes_recursive", major, minor, &io->read_bytes, &io->write_bytes) < 0 ||
		       count_v1(fd, "blkio.throttle.io_serviced_recursive", major, minor, &io->read_requests, &io->write_requests) < 0)
		return error_errno(err, "cannot read the block I/O of control group %s", cg->name);
	return 0;
}
