/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/cgroup_tune.h"

#include "util/cgroup_devices.h"
#include "util/cgroup_impl.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

/* What version 1 shows where there is no limit: the most pages that a counter holds. */
#define V1_NO_LIMIT UINT64_C(0x7ffffffffffff000)
#define PERIOD_DEFAULT 100000
#define PROCESS_EXITING 0x4   /* the kernel's PF_EXITING */
#define ROUNDS 64   /* a fork while processes are moved makes another round necessary */

/* A process that is ending is not moved by the kernel any more, and one that is dead and that nobody has waited for stays listed. proc(5): the
 * third field is its state, the ninth its flags. */
static bool is_ending(int pid)
{
	char file[64], line[512], state, *name_end;
	unsigned flags;

	snprintf(file, sizeof(file), "/proc/%d/stat", pid);
	if (cgroup_read_file(AT_FDCWD, file, line, sizeof(line)) < 0 || !(name_end = strrchr(line, ')')))
		return true;
	if (sscanf(name_end + 1, " %c %*d %*d %*d %*d %*d %u", &state, &flags) != 2)
		return true;
	return state == 'Z' || state == 'X' || (flags & PROCESS_EXITING);
}

/* Moves every process of the version 2 group, which all are in, into a version 1 group that is new. */
static int move_all(struct cgroup *cg, int h, struct error *err)
{
	for (int round = 0; round < ROUNDS; round++) {
		AUTO_CLOSE int from = openat(cg->fd[V2] >= 0 ? cg->fd[V2] : cg->fd[MEMORY], "cgroup.procs", O_RDONLY | O_CLOEXEC);
		AUTO_FCLOSE FILE *f = from < 0 ? NULL : fdopen(from, "r");
		bool moved = false;
		int pid;

		if (!f)
			return error_errno(err, "the processes of control group %s", cg->name);
		from = -1;
		while (fscanf(f, "%d", &pid) == 1) {
			char file[64], line[4096], *at;
			/* who is there already costs a look, not a move */
			snprintf(file, sizeof(file), "/proc/%d/cgroup", pid);
			if (cgroup_read_file(AT_FDCWD, file, line, sizeof(line)) < 0)
				continue;
			at = strstr(line, h == CPU ? ":cpu:" : h == BLKIO ? ":blkio:" : h == CPUACCT ? ":cpuacct:" : h == CPUSET ? ":cpuset:" : ":memory:");
			if (at && strstr(at, cg->name) && strstr(at, cg->name) < strchrnul(at, '\n'))
				continue;
			if (is_ending(pid))
				continue;
			moved = true;
			if (cgroup_write_file(cg->fd[h], "cgroup.procs", "%d", pid) < 0 && errno != ESRCH)
				return error_errno(err, "cannot move process %d into control group %s", pid, cg->name);
		}
		if (!moved)
			return 0;
	}
	return error_set(err, ERR_RESOURCE_BUSY, "control group %s: its processes fork faster than they can be moved", cg->name);
}

/* The group's directory for a controller, made where it was not needed until now; -1 with *err set. */
static int group_of(struct cgroup *cg, int h, struct error *err)
{
	if (cg->pure)
		return cg->fd[V2];
	if (cg->fd[h] >= 0)
		return cg->fd[h];
	if (cgroup_create_one(cg, h, err) < 0 || move_all(cg, h, err) < 0)
		return -1;
	return cg->fd[h];
}

static int wrong(const struct cgroup *cg, const char *file, struct error *err)
{
	if (errno == EBUSY)
		return error_set(err, ERR_RESOURCE_BUSY, "%s of control group %s: what is in use cannot be taken back", file, cg->name);
	if (errno == ENOENT)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "the kernel has no %s for control group %s", file, cg->name);
	return error_errno(err, "cannot set %s of control group %s", file, cg->name);
}

static int put_v1(struct cgroup *cg, int fd, const char *file, uint64_t value, struct error *err)
{
	int r = value ? cgroup_write_file(fd, file, "%" PRIu64, value) : cgroup_write_file(fd, file, "-1");

	/* nobody asked for what is not there */
	return r == 0 || (!value && errno == ENOENT) ? 0 : wrong(cg, file, err);
}

static int put_v2(struct cgroup *cg, const char *file, uint64_t value, struct error *err)
{
	int r = value ? cgroup_write_file(cg->fd[V2], file, "%" PRIu64, value) : cgroup_write_file(cg->fd[V2], file, "max");

	return r == 0 || (!value && errno == ENOENT) ? 0 : wrong(cg, file, err);
}

/* Version 1 keeps the limit of both together at or above that of memory alone at every moment. */
static int memory_v1(struct cgroup *cg, int fd, uint64_t hard, uint64_t soft, uint64_t swap, struct error *err)
{
	static const char memory[] = "memory.limit_in_bytes", both[] = "memory.memsw.limit_in_bytes", wanted[] = "memory.soft_limit_in_bytes";

	if (put_v1(cg, fd, both, 0, err) < 0 || put_v1(cg, fd, memory, hard, err) < 0)
		return -1;
	return put_v1(cg, fd, both, swap, err) < 0 || put_v1(cg, fd, wanted, soft, err) < 0 ? -1 : 0;
}

static int memory_v2(struct cgroup *cg, uint64_t hard, uint64_t soft, uint64_t swap, struct error *err)
{
	if (put_v2(cg, "memory.max", hard, err) < 0 || put_v2(cg, "memory.high", soft, err) < 0)
		return -1;
	/* it counts swap alone */
	if (swap && swap <= hard)
		return cgroup_write_file(cg->fd[V2], "memory.swap.max", "0") < 0 ? wrong(cg, "memory.swap.max", err) : 0;
	return put_v2(cg, "memory.swap.max", swap ? swap - hard : 0, err);
}

int cgroup_tune_memory(struct cgroup *cg, uint64_t hard, uint64_t soft, uint64_t swap, struct error *err)
{
	struct cgroup_limits was = { 0 };
	struct error ignored;
	int fd = group_of(cg, MEMORY, err), r;

	if (fd < 0)
		return -1;
	cgroup_look(cg, &was);
	r = cg->pure ? memory_v2(cg, hard, soft, swap, err) : memory_v1(cg, fd, hard, soft, swap, err);
	if (r == 0)
		return 0;
	r = cg->pure ? memory_v2(cg, was.memory, was.memory_soft, was.memory_swap, &ignored)
		     : memory_v1(cg, fd, was.memory, was.memory_soft, was.memory_swap, &ignored);
	return r < 0 ? error_wrap(err, "the limits before could not be put back (%s)", ignored.text) : -1;
}

int cgroup_tune_cpu(struct cgroup *cg, uint64_t shares, uint64_t period, int64_t quota, struct error *err)
{
	int fd;

	/* nothing is asked for that would need a group */
	if (!cg->pure && cg->fd[CPU] < 0 && !shares && !period && quota <= 0)
		return 0;
	if ((fd = group_of(cg, CPU, err)) < 0)
		return -1;
	if (!period)
		period = PERIOD_DEFAULT;
	if (cg->pure) {
		if (cgroup_write_file(fd, "cpu.weight", "%" PRIu64, shares ? shares : 100) < 0)
			return wrong(cg, "cpu.weight", err);
		int r = quota > 0 ? cgroup_write_file(fd, "cpu.max", "%" PRId64 " %" PRIu64, quota, period)
				  : cgroup_write_file(fd, "cpu.max", "max %" PRIu64, period);
		return r < 0 ? wrong(cg, "cpu.max", err) : 0;
	}
	if (cgroup_write_file(fd, "cpu.shares", "%" PRIu64, shares ? shares : 1024) < 0)
		return wrong(cg, "cpu.shares", err);
	/* no quota first: a period alone must fit to the one that is there */
	if (cgroup_write_file(fd, "cpu.cfs_quota_us", "-1") < 0 || cgroup_write_file(fd, "cpu.cfs_period_us", "%" PRIu64, period) < 0)
		return wrong(cg, "cpu.cfs_period_us", err);
	if (quota > 0 && cgroup_write_file(fd, "cpu.cfs_quota_us", "%" PRId64, quota) < 0)
		return wrong(cg, "cpu.cfs_quota_us", err);
	return 0;
}

static int put_text(struct cgroup *cg, int fd, const char *file, const char *text, struct error *err)
{
	AUTO_CLOSE int f = openat(fd, file, O_WRONLY | O_CLOEXEC);

	if (f < 0 || write(f, text, strlen(text)) < 0)
		return wrong(cg, file, err);
	return 0;
}

int cgroup_tune_cpuset(struct cgroup *cg, const char *cpus, const char *nodes, struct error *err)
{
	int fd = group_of(cg, CPUSET, err);

	/* version 2 always does */
	if (fd >= 0 && nodes)
		(void)!cgroup_write_file(fd, "cpuset.memory_migrate", "1");
	if (fd < 0 || (cpus && put_text(cg, fd, "cpuset.cpus", cpus, err) < 0) || (nodes && put_text(cg, fd, "cpuset.mems", nodes, err) < 0))
		return -1;
	return 0;
}

/* The file's name depends on the I/O scheduler that keeps to weights. */
static int put_weight(struct cgroup *cg, int fd, const char *const names[2], const char *text, struct error *err)
{
	for (size_t i = 0; i < 2; i++) {
		if (cgroup_write_file(fd, names[i], "%s", text) == 0)
			return 0;
		if (errno != ENOENT)
			return wrong(cg, names[i], err);
	}
	return wrong(cg, names[0], err);
}

int cgroup_tune_weight(struct cgroup *cg, unsigned weight, struct error *err)
{
	static const char *const v1[] = { "blkio.weight", "blkio.bfq.weight" }, *const v2[] = { "io.weight", "io.bfq.weight" };
	char text[16];
	int fd;

	if (!cg->pure && cg->fd[BLKIO] < 0 && !weight)
		return 0;
	if ((fd = group_of(cg, BLKIO, err)) < 0)
		return -1;
	snprintf(text, sizeof(text), "%u", weight ? weight : cg->pure ? 100 : 500);
	return put_weight(cg, fd, cg->pure ? v2 : v1, text, err);
}

int cgroup_tune_device(struct cgroup *cg, const struct cgroup_blkio *d, struct error *err)
{
	static const char *const v1[] = { "blkio.weight_device", "blkio.bfq.weight_device" }, *const v2[] = { "io.weight", "io.bfq.weight" };
	const struct { const char *v1, *v2; uint64_t value; } limits[] = {
		{ "blkio.throttle.read_iops_device", "riops", d->read_iops }, { "blkio.throttle.write_iops_device", "wiops", d->write_iops },
		{ "blkio.throttle.read_bps_device", "rbps", d->read_bytes }, { "blkio.throttle.write_bps_device", "wbps", d->write_bytes },
	};
	int fd = group_of(cg, BLKIO, err);
	char text[64];

	if (fd < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		int r;
		if (!cg->pure)
			r = cgroup_write_file(fd, limits[i].v1, "%u:%u %" PRIu64, d->major, d->minor, limits[i].value);
		else if (limits[i].value)
			r = cgroup_write_file(fd, "io.max", "%u:%u %s=%" PRIu64, d->major, d->minor, limits[i].v2, limits[i].value);
		else
			r = cgroup_write_file(fd, "io.max", "%u:%u %s=max", d->major, d->minor, limits[i].v2);
		if (r < 0 && (limits[i].value || errno != ENOENT))
			return wrong(cg, cg->pure ? "io.max" : limits[i].v1, err);
	}
	if (!d->weight)
		return 0;
	snprintf(text, sizeof(text), "%u:%u %u", d->major, d->minor, d->weight);
	return put_weight(cg, fd, cg->pure ? v2 : v1, text, err);
}

int cgroup_tune_count(struct cgroup *cg, struct error *err)
{
	return group_of(cg, BLKIO, err) < 0 ? -1 : 0;
}

int cgroup_tune_allow(struct cgroup *cg, const struct cgroup_device *d, bool allow, const struct cgroup_device *all, size_t n, struct error *err)
{
	int r = cg->fd[DEVICES] >= 0 ? cgroup_devices_v1_change(cg->fd[DEVICES], d, allow) : cgroup_devices_v2_change(cg->fd[V2], all, n);

	return r < 0 ? error_errno(err, "cannot change the devices of control group %s", cg->name) : 0;
}

static uint64_t limit_of(int fd, const char *file)
{
	uint64_t value;

	return fd >= 0 && cgroup_read_number(fd, file, NULL, &value) == 0 && value < V1_NO_LIMIT ? value : 0;
}

void cgroup_look(struct cgroup *cg, struct cgroup_limits *l)
{
	int memory = cg->fd[cg->pure ? V2 : MEMORY], cpu = cg->fd[cg->pure ? V2 : CPU], io = cg->fd[cg->pure ? V2 : BLKIO];
	char text[64];

	l->memory = limit_of(memory, cg->pure ? "memory.max" : "memory.limit_in_bytes");
	l->memory_soft = limit_of(memory, cg->pure ? "memory.high" : "memory.soft_limit_in_bytes");
	l->memory_swap = limit_of(memory, cg->pure ? "memory.swap.max" : "memory.memsw.limit_in_bytes");
	if (cg->pure && l->memory_swap)
		l->memory_swap += l->memory;
	l->cpu_shares = limit_of(cpu, cg->pure ? "cpu.weight" : "cpu.shares");
	l->blkio_weight = (unsigned)limit_of(io, cg->pure ? "io.weight" : "blkio.weight");
	if (!l->blkio_weight)
		l->blkio_weight = (unsigned)limit_of(io, cg->pure ? "io.bfq.weight" : "blkio.bfq.weight");
	if (!cg->pure) {
		l->cpu_period = limit_of(cpu, "cpu.cfs_period_us");
		l->cpu_quota = (int64_t)limit_of(cpu, "cpu.cfs_quota_us");
	} else if (cgroup_read_file(cpu, "cpu.max", text, sizeof(text)) > 0) {
		l->cpu_quota = strncmp(text, "max", 3) ? strtoll(text, NULL, 10) : 0;
		l->cpu_period = strchr(text, ' ') ? strtoull(strchr(text, ' '), NULL, 10) : 0;
	}
}
