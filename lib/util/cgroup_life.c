/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/cgroup_impl.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Waits until `key` in the version 2 group's cgroup.events is `value`. The kernel reports each change of the file (POLLPRI). */
static int wait_event(int fd, const char *key, uint64_t value, int timeout_ms)
{
	long long end = now_ms() + timeout_ms;
	AUTO_CLOSE int f = openat(fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd p = { .fd = f, .events = POLLPRI };
	char buf[256], *at;

	if (f < 0)
		return -1;
	for (;;) {
		ssize_t n = RETRY_EINTR(pread(f, buf, sizeof(buf) - 1, 0));
		if (n < 0)
			return -1;
		buf[n] = '\0';
		at = strstr(buf, key);
		if (at && strtoull(at + strlen(key), NULL, 10) == value)
			return 0;
		long long left = end - now_ms();
		if (left <= 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		if (RETRY_EINTR(poll(&p, 1, (int)left)) < 0)
			return -1;
	}
}

static int freeze_v1(int fd, bool frozen, int timeout_ms)
{
	const char *want = frozen ? "FROZEN" : "THAWED";
	long long end = now_ms() + timeout_ms;
	char state[32];
	int nap = 1;

	/* Version 1 tells nobody when it is done: the write is repeated, which also catches who was just being born. */
	for (;;) {
		if (cgroup_write_file(fd, "freezer.state", "%s", want) < 0 ||
		    cgroup_read_file(fd, "freezer.state", state, sizeof(state)) < 0)
			return -1;
		if (!strncmp(state, want, strlen(want)))
			return 0;
		if (now_ms() >= end) {
			errno = ETIMEDOUT;
			return -1;
		}
		poll(NULL, 0, nap);
		if (nap < 16)
			nap *= 2;
	}
}

int cgroup_freeze(struct cgroup *cg, bool frozen, int timeout_ms, struct error *err)
{
	int r;

	if (cg->fd[V2] >= 0) {
		r = cgroup_write_file(cg->fd[V2], "cgroup.freeze", "%d", frozen);
		if (r == 0)
			r = wait_event(cg->fd[V2], "frozen ", frozen, timeout_ms);
		if (r < 0 && frozen && errno == ETIMEDOUT) {
			(void)!cgroup_write_file(cg->fd[V2], "cgroup.freeze", "0");
			errno = ETIMEDOUT;
		}
	} else if (cg->fd[FREEZER] >= 0) {
		r = freeze_v1(cg->fd[FREEZER], frozen, timeout_ms);
		if (r < 0 && frozen && errno == ETIMEDOUT) {
			(void)!cgroup_write_file(cg->fd[FREEZER], "freezer.state", "THAWED");
			errno = ETIMEDOUT;
		}
	} else {
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s", cgroup_allowed() ? "the host has no freezer among its control groups" :
				 "this takes a control group, which only root can have");
	}
	return r < 0 ? error_errno(err, "cannot %s control group %s", frozen ? "freeze" : "thaw", cg->name) : 0;
}

int cgroup_frozen(struct cgroup *cg)
{
	char state[32];
	uint64_t v;

	if (cg->fd[V2] >= 0)
		return cgroup_read_number(cg->fd[V2], "cgroup.events", "frozen", &v) == 0 ? (int)v : -1;
	if (cg->fd[FREEZER] >= 0 && cgroup_read_file(cg->fd[FREEZER], "freezer.state", state, sizeof(state)) > 0)
		return strncmp(state, "THAWED", 6) != 0;
	return -1;
}

typedef int each_fn(int fd, void *arg);

/* Calls fn for the group and every group below it, the deepest first. */
static int each_group(int fd, int depth, each_fn *fn, void *arg)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	AUTO_CLOSEDIR DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	if (!d) {
		if (copy >= 0)
			close(copy);
		return -1;
	}
	while (r == 0 && (e = readdir(d))) {
		if (e->d_type != DT_DIR || e->d_name[0] == '.')
			continue;
		AUTO_CLOSE int sub = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub < 0)
			continue;
		if (depth > 64) {
			errno = ELOOP;
			return -1;
		}
		r = each_group(sub, depth + 1, fn, arg);
	}
	return r ? r : fn(fd, arg);
}

static int has_process(int fd, void *arg UNUSED)
{
	char c[2];

	return cgroup_read_file(fd, "cgroup.procs", c, sizeof(c)) > 0;
}

int cgroup_populated(struct cgroup *cg)
{
	uint64_t v;
	int r = 0;

	for (int h = 0; h < HIERARCHIES && r == 0; h++) {
		if (cg->fd[h] < 0 || cg->alias[h])
			continue;
		if (h == V2)
			r = cgroup_read_number(cg->fd[V2], "cgroup.events", "populated", &v) == 0 ? (int)v : -1;
		else
			r = each_group(cg->fd[h], 0, has_process, NULL);
		if (r < 0 && (errno == ENODEV || errno == ENOENT))
			r = 0;   /* removed meanwhile */
	}
	return r;
}

static int kill_processes(int fd, void *arg UNUSED)
{
	AUTO_CLOSE int f = openat(fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	FILE *in = f < 0 ? NULL : fdopen(f, "re");
	long pid;

	if (!in)
		return -1;
	steal_fd_(&f);
	/* 0 is a process outside of our pid namespace */
	while (fscanf(in, "%ld", &pid) == 1)
		if (pid > 1 && pid != getpid())
			kill((pid_t)pid, SIGKILL);
	fclose(in);
	return 0;
}

/* Version 1: stop them so that none can fork between the look and the signal, signal, let them die. */
static void kill_v1(struct cgroup *cg)
{
	bool stopped = cg->fd[FREEZER] >= 0 && freeze_v1(cg->fd[FREEZER], true, 100) == 0;

	for (int h = V2 + 1; h < HIERARCHIES; h++)
		if (cg->fd[h] >= 0 && !cg->alias[h])
			each_group(cg->fd[h], 0, kill_processes, NULL);
	if (stopped || cg->fd[FREEZER] >= 0)
		(void)!cgroup_write_file(cg->fd[FREEZER], "freezer.state", "THAWED");
}

int cgroup_kill(struct cgroup *cg, int timeout_ms, struct error *err)
{
	long long end = now_ms() + timeout_ms;
	int r, nap = 1;

	while ((r = cgroup_populated(cg)) > 0) {
		bool v2 = cg->fd[V2] >= 0 && cgroup_write_file(cg->fd[V2], "cgroup.kill", "1") == 0;
		if (v2)
			(void)!wait_event(cg->fd[V2], "populated ", 0, (int)(end - now_ms()));
		if (cgroup_populated(cg) == 0)
			return 0;
		kill_v1(cg);
		if (now_ms() >= end)
			return error_set(err, ERR_OPERATION_TIMEOUT, "processes of control group %s do not die", cg->name);
		/* version 1 has no event for the last process's end */
		poll(NULL, 0, nap);
		if (nap < 16)
			nap *= 2;
	}
	return r < 0 ? error_errno(err, "control group %s", cg->name) : 0;
}

/* rmdir(2) works bottom up; the folder itself is removed by its parent's descriptor. */
static int remove_below(int fd, int depth)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSEDIR DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	if (!d) {
		if (copy >= 0)
			close(copy);
		return -1;
	}
	while ((e = readdir(d))) {
		if (e->d_type != DT_DIR || e->d_name[0] == '.')
			continue;
		AUTO_CLOSE int sub = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub >= 0 && depth < 64)
			remove_below(sub, depth + 1);
		if (unlinkat(fd, e->d_name, AT_REMOVEDIR) < 0 && errno != ENOENT)
			return -1;
	}
	return 0;
}

static int remove_one(int root, const char *name)
{
	if (unlinkat(root, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	AUTO_CLOSE int fd = openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (remove_below(fd, 0) < 0 && errno != EBUSY)
		return -1;
	return unlinkat(root, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -1 : 0;
}

int cgroup_remove(struct cgroup *cg, struct error *err)
{
	const char *slash = strrchr(cg->name, '/');
	AUTO_FREE char *parent = slash ? strndup(cg->name, slash - cg->name) : NULL;
	int failed = 0;

	for (int h = 0; h < HIERARCHIES; h++) {
		if (cg->fd[h] < 0 || cg->alias[h])
			continue;
		/* A process that has just died can hold its group for an instant; its end is an event of version 2 alone. */
		for (int nap = 1; remove_one(cg->root[h], cg->name) < 0; nap *= 2) {
			if (errno != EBUSY || nap > 64) {
				failed = errno;
				break;
			}
			if (h == V2)
				(void)!wait_event(cg->fd[V2], "populated ", 0, 100);
			else
				poll(NULL, 0, nap);
		}
		/* goes with the last guest: an error only means that others are there */
		if (parent)
			(void)!unlinkat(cg->root[h], parent, AT_REMOVEDIR);
	}
	if (!failed)
		return 0;
	errno = failed;
	return error_errno(err, "cannot remove control group %s", cg->name);
}

int cgroup_clean(const char *name, int timeout_ms, struct error *err)
{
	struct cgroup *cg = cgroup_new(name, err);
	int r;

	if (!cg)
		return -1;
	r = cgroup_open(cg, err);
	if (r > 0)
		r = cgroup_kill(cg, timeout_ms, err);
	if (r >= 0)
		r = cgroup_remove(cg, err);
	cgroup_free(cg);
	return r < 0 ? -1 : 0;
}
