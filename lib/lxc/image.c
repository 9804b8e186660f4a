/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/image.h"

#include "lxc/mount.h"
#include "util/loop.h"

#include <blkid/blkid.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

static inline void free_probe_(blkid_probe *p)
{
	blkid_free_probe(*p);
}

/* The kernel's name of the file system in an open image or device. */
static int find_type(int fd, const char *path, char *type, size_t size, struct error *err)
{
	AUTO(free_probe_) blkid_probe probe = blkid_new_probe();
	const char *name = NULL, *usage = NULL;
	int r;

	if (!probe || blkid_probe_set_device(probe, fd, 0, 0) < 0)
		return error_errno(err, "cannot look for a file system in %s", path);
	blkid_probe_enable_partitions(probe, 0);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE);
	r = blkid_do_safeprobe(probe);
	if (r == -2)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s looks like several file systems at once: refused", path);
	if (r < 0)
		return error_errno(err, "cannot look for a file system in %s", path);
	if (r > 0 || blkid_probe_lookup_value(probe, "TYPE", &name, NULL) < 0)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s holds no file system that is known", path);
	if (blkid_probe_lookup_value(probe, "USAGE", &usage, NULL) < 0 || strcmp(usage, "filesystem"))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s holds no file system but '%s'", path, name);
	snprintf(type, size, "%s", name);
	return 0;
}

static int mount_device(const char *type, const char *device, const char *path, unsigned attr, struct error *err)
{
	AUTO_CLOSE int fs = fsopen(type, FSOPEN_CLOEXEC);
	int fd;

	if (fs < 0 && errno == ENODEV)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s holds a file system of type %s, which this kernel does not have", path, type);
	if (fs < 0 || fsconfig(fs, FSCONFIG_SET_STRING, "source", device, 0) < 0 ||
	    ((attr & MOUNT_ATTR_RDONLY) && fsconfig(fs, FSCONFIG_SET_FLAG, "ro", NULL, 0) < 0) || fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ||
	    (fd = fsmount(fs, FSMOUNT_CLOEXEC, attr | MOUNT_ATTR_NODEV)) < 0)
		return error_errno(err, "cannot mount %s (%s)", path, type);
	return fd;
}

int lxc_image_mount(const char *path, bool block_device, unsigned attr, struct error *err)
{
	bool readonly = attr & MOUNT_ATTR_RDONLY;
	AUTO_CLOSE int source = open(path, (readonly ? O_RDONLY : O_RDWR) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (block_device ? 0 : O_NOFOLLOW));
	AUTO_CLOSE int loop = -1;
	char type[64], device[40];
	struct stat st;
	int number = -1;

	if (source < 0 || fstat(source, &st) < 0)
		return error_errno(err, "cannot open %s", path);
	if (block_device ? !S_ISBLK(st.st_mode) : !S_ISREG(st.st_mode))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s is no %s", path, block_device ? "block device" : "image file");
	if (find_type(source, path, type, sizeof(type), err) < 0)
		return -1;
	if (block_device) {
		snprintf(device, sizeof(device), "/proc/self/fd/%d", source);
	} else {
		loop = loop_attach(&(struct loop_wish){ .file = source, .path = path, .mark = path, .readonly = readonly, .autoclear = true }, &number, err);
		if (loop < 0)
			return -1;
		snprintf(device, sizeof(device), "/dev/loop%d", number);
	}
	/* the loop device goes when this descriptor and the mount have gone */
	return mount_device(type, device, path, attr, err);
}
