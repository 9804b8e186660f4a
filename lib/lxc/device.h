/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Device nodes of the host that a container has: <disk> and <hostdev>. */
#ifndef BERTH_LXC_DEVICE_H
#define BERTH_LXC_DEVICE_H

#include "util/cgroup.h"

#include <sys/types.h>

struct domain;
struct domain_disk;
struct domain_hostdev;

struct lxc_planner;

struct lxc_device {
	char *source;      /* path on the host, symbolic links followed; of an image: NULL until it is connected or found */
	char *target;      /* below the container's /dev, "sda", "bus/usb/001/002" */
	char *image;       /* a file, which is given a loop device; or NULL */
	bool block, readonly;
};

int lxc_device_from_disk(const struct domain_disk *def, struct lxc_device *d, struct error *err) NODISCARD;
int lxc_device_from_hostdev(const struct domain_hostdev *def, struct lxc_device *d, struct error *err) NODISCARD;

/* All of a definition's; hostdevs of type net are none. *devices is the caller's (lxc_devices_free()). */
int lxc_devices_from_domain(const struct domain *def, struct lxc_device **devices, size_t *n, struct error *err) NODISCARD;
void lxc_device_clear(struct lxc_device *d);
void lxc_devices_free(struct lxc_device *devices, size_t n);

/* Gives an image a loop device, which is in the plan first and stays until it is taken away; finds the one that it has, by the plan of the run directory; takes
 * it away. For what is no image: nothing. */
int lxc_device_connect(struct lxc_device *d, const struct lxc_planner *planner, struct error *err) NODISCARD;
int lxc_device_find(struct lxc_device *d, int run_fd, struct error *err) NODISCARD;
int lxc_device_disconnect(const struct lxc_device *d, int run_fd, struct error *err) NODISCARD;

/* Takes every loop device away that the plan of this run directory names. */
int lxc_devices_undo(int run_fd, struct error *err) NODISCARD;

/* Looks the host's device up. *rule: what the container's control group has to allow. */
int lxc_device_look(const struct lxc_device *d, struct cgroup_device *rule, struct error *err) NODISCARD;

/* Makes its node in `dev`, an open directory that shows the container's /dev, owned by uid and gid, mode 0600; takes it away again (one that is not there,
 * or another in its place, is fine). No link is followed and no path of the host is looked at. */
int lxc_device_node(const struct lxc_device *d, const struct cgroup_device *rule, int dev, uid_t uid, gid_t gid, struct error *err) NODISCARD;
int lxc_device_remove(const struct lxc_device *d, const struct cgroup_device *rule, int dev, struct error *err) NODISCARD;

#endif
