/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared by cgroup.c (making groups), cgroup_life.c (what becomes of their processes), cgroup_tune.c and cgroup_stat.c (what they may use and
 * use); nobody else's. */
#ifndef BERTH_UTIL_CGROUP_IMPL_H
#define BERTH_UTIL_CGROUP_IMPL_H

#include "util/cgroup.h"

/* Hierarchies. On a version 2 host there is V2 alone; on a hybrid host V2 has no controllers, but the freezer, cgroup.kill, cpu.stat
 * and device programs, which belong to its core. */
enum hierarchy { V2, MEMORY, CPU, CPUACCT, CPUSET, DEVICES, FREEZER, BLKIO, PIDS, HIERARCHIES };

struct cgroup {
	char *name;
	bool pure;                  /* version 2 holds the controllers */
	bool looked;
	int root[HIERARCHIES];      /* the hierarchy's root directory */
	dev_t dev[HIERARCHIES];     /* its device number: the same for controllers that are mounted together */
	int fd[HIERARCHIES];        /* the group's directory */
	int tasks[HIERARCHIES];     /* version 1: its "tasks", open for writing */
	bool alias[HIERARCHIES];    /* mounted together with one before it */
};

/* A file of a group: a whole small file as a string, or formatted text into it. -1 with errno set. */
ssize_t cgroup_read_file(int fd, const char *file, char *buf, size_t size);
int cgroup_write_file(int fd, const char *file, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The number after `key` in a file of "key number" lines; key NULL: the file is the number. 0, or -1. */
int cgroup_read_number(int fd, const char *file, const char *key, uint64_t *value);

/* Makes the group below one hierarchy and opens it. */
int cgroup_create_one(struct cgroup *cg, int h, struct error *err) NODISCARD;

#endif
