/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/cgroup_impl.h"

#include "util/cgroup_devices.h"
#include "util/str.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

static const char *const controller[HIERARCHIES] = {
	"unified", "memory", "cpu", "cpuacct", "cpuset", "devices", "freezer", "blkio", "pids",
};

static bool without;

void cgroup_do_without(void)
{
	without = true;
}

bool cgroup_allowed(void)
{
	return !without;
}

struct cgroup *cgroup_new(const char *name, struct error *err)
{
	struct cgroup *cg = NULL;

	if (name[0] == '/' || strstr(name, "..") || !*name) {
		error_set(err, ERR_INVALID_ARG, "'%s' is no name of a control group", name);
		return NULL;
	}
	cg = calloc(1, sizeof(*cg));
	if (cg)
		cg->name = strdup(name);
	if (!cg || !cg->name) {
		error_errno(err, "control group %s", name);
		free(cg);
		return NULL;
	}
	for (int h = 0; h < HIERARCHIES; h++)
		cg->root[h] = cg->fd[h] = cg->tasks[h] = -1;
	return cg;
}

void cgroup_free(struct cgroup *cg)
{
	if (!cg)
		return;
	for (int h = 0; h < HIERARCHIES; h++) {
		int *fds[] = { &cg->root[h], &cg->fd[h], &cg->tasks[h] };
		for (size_t i = 0; i < ARRAY_LEN(fds); i++)
			if (*fds[i] >= 0)
				close(*fds[i]);
	}
	free(cg->name);
	free(cg);
}

const char *cgroup_name(const struct cgroup *cg)
{
	return cg->name;
}

static bool is_cgroup(int fd, int h)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == (h == V2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC);
}

/* Whether it is pure version 2; looked at once. */
static bool is_pure(struct cgroup *cg)
{
	if (!cg->looked) {
		struct statfs fs;
		cg->pure = statfs(CGROUP_ROOT, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
		cg->looked = true;
	}
	return cg->pure;
}

/* The mount points are fixed by convention (cgroups(7)): reading the mount table at each start would cost more than all groups together. */
static void hierarchy_path(struct cgroup *cg, int h, const char *below, char *path, size_t size)
{
	bool pure = is_pure(cg);

	snprintf(path, size, CGROUP_ROOT "%s%s%s%s", pure ? "" : "/", pure ? "" : controller[h], below ? "/" : "", below ? below : "");
}

/* The root directory of a hierarchy, or -1. */
static int hierarchy_root(struct cgroup *cg, int h)
{
	char path[64];
	struct stat st;

	if (without || cg->root[h] >= 0 || (is_pure(cg) && h != V2))
		return cg->root[h];
	hierarchy_path(cg, h, NULL, path, sizeof(path));
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || !is_cgroup(fd, h) || fstat(fd, &st) < 0)
		return -1;
	cg->dev[h] = st.st_dev;
	for (int o = 0; o < HIERARCHIES; o++)
		if (o != h && cg->root[o] >= 0 && cg->dev[o] == st.st_dev)
			cg->alias[h] = true;
	return cg->root[h] = STEAL_FD(fd);
}

/* Whether the group is there, by one system call. */
static bool group_exists(struct cgroup *cg, int h)
{
	char path[PATH_MAX];

	if (is_pure(cg) && h != V2)
		return false;
	hierarchy_path(cg, h, cg->name, path, sizeof(path));
	return access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

static int open_group(struct cgroup *cg, int h)
{
	int root = hierarchy_root(cg, h);

	if (root < 0)
		return -1;
	if (cg->fd[h] < 0)
		cg->fd[h] = openat(root, cg->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (cg->fd[h] >= 0 && h != V2 && cg->tasks[h] < 0)
		cg->tasks[h] = openat(cg->fd[h], "tasks", O_WRONLY | O_CLOEXEC);
	return cg->fd[h];
}

int cgroup_write_file(int fd, const char *file, const char *fmt, ...)
{
	char text[128];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text)) {
		errno = EINVAL;
		return -1;
	}
	AUTO_CLOSE int f = openat(fd, file, O_WRONLY | O_CLOEXEC);
	return f < 0 || RETRY_EINTR(write(f, text, n)) != n ? -1 : 0;
}

ssize_t cgroup_read_file(int fd, const char *file, char *buf, size_t size)
{
	AUTO_CLOSE int f = openat(fd, file, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (f < 0 || (n = RETRY_EINTR(read(f, buf, size - 1))) < 0)
		return -1;
	buf[n] = '\0';
	return n;
}

int cgroup_read_number(int fd, const char *file, const char *key, uint64_t *value)
{
	char buf[4096], *p = buf;

	if (cgroup_read_file(fd, file, buf, sizeof(buf)) <= 0)
		return -1;
	while (key && p) {
		size_t n = strlen(key);
		if (!strncmp(p, key, n) && p[n] == ' ') {
			p += n + 1;
			break;
		}
		p = strchr(p, '\n');
		if (p)
			p++;
	}
	if (!p || *p < '0' || *p > '9')
		return -1;
	*value = strtoull(p, NULL, 10);
	return 0;
}

/* A new group of the version 1 cpuset controller is empty: it must be filled before anybody can join. */
static int fill_cpuset(int parent, int fd)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	char buf[1024];

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (cgroup_read_file(fd, files[i], buf, sizeof(buf)) > 1)
			continue;
		if (cgroup_read_file(parent, files[i], buf, sizeof(buf)) < 0)
			return -1;
		AUTO_CLOSE int f = openat(fd, files[i], O_WRONLY | O_CLOEXEC);
		if (f < 0 || write(f, buf, strlen(buf)) < 0)
			return -1;
	}
	return 0;
}

/* Version 2: lets the children of the root and of our own folder have the controllers. */
static void enable_controllers(int root, const char *parent)
{
	static const char *const names[] = { "+memory", "+cpu", "+pids", "+cpuset", "+io" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		cgroup_write_file(root, "cgroup.subtree_control", "%s", names[i]);
	AUTO_CLOSE int fd = openat(root, parent, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_LEN(names) && fd >= 0; i++)
		cgroup_write_file(fd, "cgroup.subtree_control", "%s", names[i]);
}

/* Makes the folders of the name one after the other. Somebody else's cleaning may take an empty one away meanwhile: then again. */
static int make_folders(int root, const char *name, int h)
{
	char part[PATH_MAX];
	const char *slash = name;

	if (mkdirat(root, name, 0755) == 0)
		return 0;
	while (errno == ENOENT && (slash = strchr(slash, '/'))) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - name), name);
		if (mkdirat(root, part, 0755) < 0 && errno != EEXIST)
			return -1;
		if (h == CPUSET) {
			AUTO_CLOSE int fd = openat(root, part, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			if (fd < 0 || fill_cpuset(root, fd) < 0)
				return -1;
		}
		slash++;
		errno = ENOENT;
	}
	return mkdirat(root, name, 0755);
}

int cgroup_create_one(struct cgroup *cg, int h, struct error *err)
{
	int root = hierarchy_root(cg, h), r = -1;

	if (without)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "this takes a control group, which only root can have");
	if (root < 0) {
		errno = ENODEV;
		return error_errno(err, "no control group hierarchy for %s", controller[h]);
	}
	for (int attempt = 0; r < 0 && attempt < 16; attempt++) {
		r = make_folders(root, cg->name, h);
		/* an empty one that a killed program left is in nobody's way; one in use cannot be removed */
		if (r < 0 && errno == EEXIST && !cg->alias[h] && unlinkat(root, cg->name, AT_REMOVEDIR) == 0)
			continue;
		if (r < 0 && errno != ENOENT)
			break;
	}
	if (r < 0 && !(errno == EEXIST && cg->alias[h]))
		return error_errno(err, "cannot make control group %s/%s", controller[h], cg->name);
	if (open_group(cg, h) < 0 || (h != V2 && cg->tasks[h] < 0)) {
		error_errno(err, "cannot open control group %s/%s", controller[h], cg->name);
		/* cgroup_remove() goes by what is open */
		if (r == 0 && cg->fd[h] < 0)
			unlinkat(root, cg->name, AT_REMOVEDIR);
		return -1;
	}
	if (h == CPUSET) {
		if (fill_cpuset(root, cg->fd[h]) < 0)
			return error_errno(err, "cannot set up control group cpuset/%s", cg->name);
	}
	return 0;
}

/* Which file of which hierarchy a limit is. */
static int put(struct cgroup *cg, int h, const char *v1, const char *v2, uint64_t value, struct error *err)
{
	int fd = cg->pure ? cg->fd[V2] : cg->fd[h];
	const char *file = cg->pure ? v2 : v1;

	if (value == 0)
		return 0;
	if (fd < 0)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "control group %s has no %s controller", cg->name, controller[h]);
	if (cgroup_write_file(fd, file, "%" PRIu64, value) == 0)
		return 0;
	if (errno == ENOENT)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "cannot set %s in control group %s: the %s controller is not there", file,
				 cg->name, controller[h]);
	return error_errno(err, "cannot set %s to %" PRIu64 " in control group %s", file, value, cg->name);
}

static int put_cpu_quota(struct cgroup *cg, const struct cgroup_limits *l, struct error *err)
{
	if (!cg->pure) {
		if (put(cg, CPU, "cpu.cfs_period_us", NULL, l->cpu_period, err) < 0)
			return -1;
		return l->cpu_quota > 0 ? put(cg, CPU, "cpu.cfs_quota_us", NULL, l->cpu_quota, err) : 0;
	}
	if (l->cpu_quota <= 0 && !l->cpu_period)
		return 0;
	uint64_t period = l->cpu_period ? l->cpu_period : 100000;
	int r = l->cpu_quota > 0 ? cgroup_write_file(cg->fd[V2], "cpu.max", "%" PRId64 " %" PRIu64, l->cpu_quota, period)
				 : cgroup_write_file(cg->fd[V2], "cpu.max", "max %" PRIu64, period);
	return r < 0 ? error_errno(err, "cannot set cpu.max in control group %s", cg->name) : 0;
}

static int put_memory(struct cgroup *cg, const struct cgroup_limits *l, struct error *err)
{
	if (put(cg, MEMORY, "memory.limit_in_bytes", "memory.max", l->memory, err) < 0 ||
	    put(cg, MEMORY, "memory.soft_limit_in_bytes", "memory.high", l->memory_soft, err) < 0)
		return -1;
	if (!l->memory_swap)
		return 0;
	/* version 2 counts swap alone, version 1 both together */
	if (!cg->pure)
		return put(cg, MEMORY, "memory.memsw.limit_in_bytes", NULL, l->memory_swap, err);
	uint64_t swap = l->memory_swap > l->memory ? l->memory_swap - l->memory : 0;
	if (cgroup_write_file(cg->fd[V2], "memory.swap.max", "%" PRIu64, swap) < 0)
		return error_errno(err, "cannot set memory.swap.max in control group %s", cg->name);
	return 0;
}

static int put_cpuset(struct cgroup *cg, const char *file, const char *list, struct error *err)
{
	int fd = cg->fd[cg->pure ? V2 : CPUSET];
	AUTO_CLOSE int f = fd < 0 || !list ? -1 : openat(fd, file, O_WRONLY | O_CLOEXEC);

	if (list && (f < 0 || write(f, list, strlen(list)) < 0))
		return error_errno(err, "cannot set %s to %s in control group %s", file, list, cg->name);
	return 0;
}

int cgroup_set(struct cgroup *cg, const struct cgroup_limits *l, struct error *err)
{
	if (put_memory(cg, l, err) < 0 ||
	    put(cg, CPU, "cpu.shares", "cpu.weight", l->cpu_shares, err) < 0 ||
	    put_cpu_quota(cg, l, err) < 0 ||
	    put(cg, PIDS, "pids.max", "pids.max", l->pids, err) < 0 ||
	    put(cg, BLKIO, "blkio.weight", "io.weight", l->blkio_weight, err) < 0)
		return -1;
	return put_cpuset(cg, "cpuset.cpus", l->cpuset, err) < 0 ? -1 : put_cpuset(cg, "cpuset.mems", l->cpuset_nodes, err);
}

int cgroup_create_first(struct cgroup *cg, struct error *err)
{
	return hierarchy_root(cg, V2) < 0 || cg->fd[V2] >= 0 ? 0 : cgroup_create_one(cg, V2, err);
}

static int create_v2(struct cgroup *cg, const struct cgroup_limits *l, struct error *err)
{
	uint64_t ignored;

	if (cgroup_create_first(cg, err) < 0)
		return -1;
	if (cg->fd[V2] < 0)
		return 0;
	if (cg->pure && cgroup_read_number(cg->fd[V2], "pids.current", NULL, &ignored) < 0) {
		AUTO_FREE char *parent = strdup(cg->name);
		if (parent && strchr(parent, '/')) {
			*strrchr(parent, '/') = '\0';
			enable_controllers(cg->root[V2], parent);
		}
	}
	/* version 1's rules take the kernel a fifth of the time that a program takes */
	if (l->devices && hierarchy_root(cg, DEVICES) < 0 && cgroup_devices_v2(cg->fd[V2], l->more_devices, l->n_more_devices) < 0)
		return error_errno(err, "cannot limit the devices of control group %s", cg->name);
	return 0;
}

int cgroup_create(struct cgroup *cg, const struct cgroup_limits *l, struct error *err)
{
	bool v2 = hierarchy_root(cg, V2) >= 0;
	bool wanted[HIERARCHIES] = {
		[MEMORY] = l->memory || l->memory_soft || l->memory_swap,
		[CPU] = l->cpu_shares || l->cpu_period || l->cpu_quota > 0,
		[CPUSET] = l->cpuset || l->cpuset_nodes,
		[BLKIO] = l->blkio_weight,
		[PIDS] = l->pids,
		[DEVICES] = l->devices && (!v2 || hierarchy_root(cg, DEVICES) >= 0),
		/* without version 2 these two are all that can stop and count */
		[FREEZER] = !v2 && hierarchy_root(cg, FREEZER) >= 0,
		[CPUACCT] = !v2 && hierarchy_root(cg, CPUACCT) >= 0,
	};

	if (create_v2(cg, l, err) < 0)
		return -1;
	for (int h = V2 + 1; h < HIERARCHIES && !cg->pure; h++)
		if (wanted[h] && cgroup_create_one(cg, h, err) < 0)
			return -1;
	if (cg->fd[DEVICES] >= 0 && cgroup_devices_v1(cg->fd[DEVICES], l->more_devices, l->n_more_devices) < 0)
		return error_errno(err, "cannot limit the devices of control group %s", cg->name);
	return cgroup_set(cg, l, err);
}

int cgroup_open(struct cgroup *cg, struct error *err)
{
	int n = 0;

	for (int h = 0; h < HIERARCHIES; h++) {
		if (cg->fd[h] < 0 && !group_exists(cg, h))
			continue;
		if (open_group(cg, h) >= 0)
			n++;
		else if (errno != ENOENT && hierarchy_root(cg, h) >= 0)
			return error_errno(err, "control group %s/%s", controller[h], cg->name);
	}
	return n;
}

int cgroup_v2_fd(const struct cgroup *cg)
{
	return cg->fd[V2];
}

bool cgroup_delegable(struct cgroup *cg)
{
	AUTO_FREE char *line = NULL;
	size_t size = 0;
	bool found = false;

	if (!is_pure(cg))
		return true;
	AUTO_FCLOSE FILE *mounts = fopen("/proc/self/mountinfo", "re");
	while (mounts && !found && getline(&line, &size, mounts) > 0)
		found = strstr(line, " " CGROUP_ROOT " ") && strstr(line, " - cgroup2 ") && strstr(line, "nsdelegate");
	return found;
}

size_t cgroup_join_list(const struct cgroup *cg, int *fds)
{
	size_t n = 0;

	for (int h = V2 + 1; h < HIERARCHIES; h++)
		if (cg->tasks[h] >= 0 && !cg->alias[h])
			fds[n++] = cg->tasks[h];
	return n;
}

int cgroup_join_each(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (write(fds[i], "0", 1) != 1)
			return -1;
	return 0;
}

int cgroup_join(const struct cgroup *cg)
{
	int fds[CGROUP_JOIN_MAX];

	return cgroup_join_each(fds, cgroup_join_list(cg, fds));
}

int cgroup_usage(struct cgroup *cg, uint64_t *cpu_ns, uint64_t *memory, struct error *err)
{
	uint64_t usec;

	*cpu_ns = *memory = 0;
	if (cg->fd[V2] < 0 && cg->fd[CPUACCT] < 0)
		return error_set(err, ERR_OPERATION_INVALID, "control group %s is not open", cg->name);
	if (cg->fd[V2] >= 0 && cgroup_read_number(cg->fd[V2], "cpu.stat", "usage_usec", &usec) == 0)
		*cpu_ns = usec * 1000;
	else if (cg->fd[CPUACCT] >= 0 && cgroup_read_number(cg->fd[CPUACCT], "cpuacct.usage", NULL, cpu_ns) < 0)
		return error_errno(err, "cannot read the CPU time of control group %s", cg->name);
	if (cg->pure)
		(void)!cgroup_read_number(cg->fd[V2], "memory.current", NULL, memory);
	else if (cg->fd[MEMORY] >= 0)
		(void)!cgroup_read_number(cg->fd[MEMORY], "memory.usage_in_bytes", NULL, memory);
	return 0;
}
