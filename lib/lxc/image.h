/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* File systems that are in an image file or on a block device. */
#ifndef BERTH_LXC_IMAGE_H
#define BERTH_LXC_IMAGE_H

#include "util/error.h"

/* Opens a block device's or an image file's path of the host, finds out which file system it holds (libblkid) and makes a detached mount of it:
 * never a device node in it, and no path of it is looked at. An image gets a loop device that is gone with the last mount of it, whatever
 * happens to us. attr: MOUNT_ATTR_RDONLY or 0. The mount's descriptor, or -1. */
int lxc_image_mount(const char *path, bool block_device, unsigned attr, struct error *err) NODISCARD;

#endif
