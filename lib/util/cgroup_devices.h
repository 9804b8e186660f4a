/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The device allow-list of a control group: which device nodes its processes may open or make. */
#ifndef BERTH_UTIL_CGROUP_DEVICES_H
#define BERTH_UTIL_CGROUP_DEVICES_H

#include "util/cgroup.h"

/* Version 1: by the files of the devices controller, `fd` is the group's directory; `more` besides the harmless ones. 0, or -1 with errno set. */
int cgroup_devices_v1(int fd, const struct cgroup_device *more, size_t n) NODISCARD;

/* Version 2: by a BPF program attached to the group. 0, or -1 with errno set. */
int cgroup_devices_v2(int fd, const struct cgroup_device *more, size_t n) NODISCARD;

/* Of a group that has its list: version 1 one device more or less, version 2 the whole list anew. */
int cgroup_devices_v1_change(int fd, const struct cgroup_device *d, bool allow) NODISCARD;
int cgroup_devices_v2_change(int fd, const struct cgroup_device *more, size_t n) NODISCARD;

#endif
