/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <filesystem> */
#ifndef BERTH_CONF_DOMAIN_FILESYSTEM_H
#define BERTH_CONF_DOMAIN_FILESYSTEM_H

#include "conf/domain_source.h"
#include "conf/domain_virtio.h"

#define DOMAIN_FS_TYPES(X) \
	X(DOMAIN_FS_MOUNT, "mount") \
	X(DOMAIN_FS_BLOCK, "block") \
	X(DOMAIN_FS_FILE, "file") \
	X(DOMAIN_FS_TEMPLATE, "template") \
	X(DOMAIN_FS_RAM, "ram") \
	X(DOMAIN_FS_BIND, "bind") \
	X(DOMAIN_FS_VOLUME, "volume")
CONF_ENUM(domain_fs_type, DOMAIN_FS_TYPES);

#define DOMAIN_FS_DRIVERS(X) \
	X(DOMAIN_FS_DRIVER_PATH, "path") \
	X(DOMAIN_FS_DRIVER_HANDLE, "handle") \
	X(DOMAIN_FS_DRIVER_LOOP, "loop") \
	X(DOMAIN_FS_DRIVER_NBD, "nbd") \
	X(DOMAIN_FS_DRIVER_PLOOP, "ploop") \
	X(DOMAIN_FS_DRIVER_VIRTIOFS, "virtiofs") \
	X(DOMAIN_FS_DRIVER_MTP, "mtp")
CONF_ENUM(domain_fs_driver, DOMAIN_FS_DRIVERS);

#define DOMAIN_FS_ACCESSMODES(X) \
	X(DOMAIN_FS_PASSTHROUGH, "passthrough") \
	X(DOMAIN_FS_MAPPED, "mapped") \
	X(DOMAIN_FS_SQUASH, "squash")
CONF_ENUM(domain_fs_accessmode, DOMAIN_FS_ACCESSMODES);

#define DOMAIN_FS_WRPOLICIES(X) X(DOMAIN_FS_WRPOLICY_IMMEDIATE, "immediate")
CONF_ENUM(domain_fs_wrpolicy, DOMAIN_FS_WRPOLICIES);

#define DOMAIN_FS_MULTIDEVS(X) \
	X(DOMAIN_FS_MULTIDEVS_REMAP, "remap") \
	X(DOMAIN_FS_MULTIDEVS_FORBID, "forbid") \
	X(DOMAIN_FS_MULTIDEVS_WARN, "warn")
CONF_ENUM(domain_fs_multidevs, DOMAIN_FS_MULTIDEVS);

#define DOMAIN_FS_CACHES(X) X(DOMAIN_FS_CACHE_NONE, "none") X(DOMAIN_FS_CACHE_ALWAYS, "always")
CONF_ENUM(domain_fs_cache, DOMAIN_FS_CACHES);

#define DOMAIN_FS_SANDBOXES(X) X(DOMAIN_FS_SANDBOX_NAMESPACE, "namespace") X(DOMAIN_FS_SANDBOX_CHROOT, "chroot")
CONF_ENUM(domain_fs_sandbox, DOMAIN_FS_SANDBOXES);

struct domain_fs {
	enum domain_fs_type type;               /* always set after parsing */
	enum domain_fs_accessmode accessmode;   /* always set after parsing */
	enum domain_virtio_model model;
	enum domain_fs_multidevs multidevs;
	char *fmode, *dmode;                    /* octal */
	enum domain_fs_driver driver;
	enum domain_storage_format format;      /* of the image */
	enum domain_fs_wrpolicy wrpolicy;
	uint64_t queue;
	struct domain_virtio virtio;
	struct {
		char *path;
		enum conf_onoff xattr, posix_lock, flock;
		enum domain_fs_cache cache;
		enum domain_fs_sandbox sandbox;
		struct conf_int threads;
	} binary;                               /* virtiofsd */
	char *socket;                           /* MOUNT with virtiofs: instead of src */
	char *src;                              /* MOUNT, BIND: directory; BLOCK: device; FILE: image; TEMPLATE: name; RAM: NULL */
	struct conf_num usage;                  /* RAM: KiB */
	char *pool, *volume;                    /* VOLUME */
	char *dst;                              /* where in the guest; "/" is its root */
	bool readonly;
	struct conf_num space_hard_limit, space_soft_limit;   /* bytes */
	struct domain_info info;
};

extern const struct conf_elem domain_fs_elem;

#endif
