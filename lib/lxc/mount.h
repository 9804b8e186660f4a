/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mounts as descriptors (fsopen(2), open_tree(2), move_mount(2), mount_setattr(2)) and paths that cannot leave a container's root. */
#ifndef BERTH_LXC_MOUNT_H
#define BERTH_LXC_MOUNT_H

#include "util/error.h"

#include <sys/types.h>

/* A new file system, mounted nowhere yet. options: NULL-terminated pairs of key and value. attr: MOUNT_ATTR_x. */
int mount_new(const char *fstype, const char *const *options, unsigned attr, struct error *err) NODISCARD;

/* A detached copy of what `path` shows below dirfd ("" : dirfd itself), with the mounts below it if recursive; private, so that nothing
 * that happens to it is seen outside. */
int mount_clone(int dirfd, const char *path, bool recursive, unsigned attr, struct error *err) NODISCARD;

/* Puts a detached mount onto an open directory or file. 0, or -1 with errno set. */
int mount_attach(int tree, int target) NODISCARD;

/* Opens a path of the container (absolute or relative to root) as O_PATH plus `flags`. Symbolic links lead nowhere but below `root`;
 * links of /proc ("magic" ones) are never followed. links false: no symbolic link at all. 0 or more, or -1 with errno set. */
int mount_open_inside(int root, const char *path, int flags, bool links) NODISCARD;

/* The same, for reading a small file: no terminal, no FIFO that would wait. */
int mount_open_file_inside(int root, const char *path) NODISCARD;

/* Opens a mount point, making the directories that are missing (mode 0755). directory false: the last one is a file. */
int mount_point_inside(int root, const char *path, bool directory, struct error *err) NODISCARD;

#endif
