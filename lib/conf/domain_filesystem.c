/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_filesystem.h"

CONF_ENUM_NAMES(domain_fs_type, DOMAIN_FS_TYPES);
CONF_ENUM_NAMES(domain_fs_driver, DOMAIN_FS_DRIVERS);
CONF_ENUM_NAMES(domain_fs_accessmode, DOMAIN_FS_ACCESSMODES);
CONF_ENUM_NAMES(domain_fs_wrpolicy, DOMAIN_FS_WRPOLICIES);
CONF_ENUM_NAMES(domain_fs_multidevs, DOMAIN_FS_MULTIDEVS, .unset = "default");
CONF_ENUM_NAMES(domain_fs_cache, DOMAIN_FS_CACHES);
CONF_ENUM_NAMES(domain_fs_sandbox, DOMAIN_FS_SANDBOXES);

static const struct conf_row driver_rows[] = {
	ATTR_ENUM("type", struct domain_fs, driver, domain_fs_driver),
	ATTR_ENUM("format", struct domain_fs, format, domain_storage_format),
	ATTR_ENUM("wrpolicy", struct domain_fs, wrpolicy, domain_fs_wrpolicy),
	ATTR_UINT("queue", struct domain_fs, queue),
	INCLUDE(struct domain_fs, virtio, struct domain_virtio, domain_virtio_elem),
	CONF_END
};

static const struct conf_row cache_rows[] = {
	ATTR_ENUM("mode", struct domain_fs, binary.cache, domain_fs_cache),
	CONF_END
};

static const struct conf_row sandbox_rows[] = {
	ATTR_ENUM("mode", struct domain_fs, binary.sandbox, domain_fs_sandbox),
	CONF_END
};

static const struct conf_row lock_rows[] = {
	ATTR_ONOFF("posix", struct domain_fs, binary.posix_lock),
	ATTR_ONOFF("flock", struct domain_fs, binary.flock),
	CONF_END
};

static const struct conf_row thread_pool_rows[] = {
	ATTR_INT("size", struct domain_fs, binary.threads),
	CONF_END
};

static const struct conf_row binary_rows[] = {
	ATTR_STRING("path", struct domain_fs, binary.path),
	ATTR_ONOFF("xattr", struct domain_fs, binary.xattr),
	GROUP("cache", cache_rows),
	GROUP("sandbox", sandbox_rows),
	GROUP("lock", lock_rows),
	GROUP("thread_pool", thread_pool_rows),
	CONF_END
};

static const struct conf_row source_rows[] = {
	ATTR_STRING("dir", struct domain_fs, src, .when = BIT(DOMAIN_FS_MOUNT) | BIT(DOMAIN_FS_BIND)),
	ATTR_STRING("socket", struct domain_fs, socket, .when = BIT(DOMAIN_FS_MOUNT)),
	ATTR_STRING("dev", struct domain_fs, src, .when = BIT(DOMAIN_FS_BLOCK)),
	ATTR_STRING("file", struct domain_fs, src, .when = BIT(DOMAIN_FS_FILE)),
	ATTR_STRING("name", struct domain_fs, src, .when = BIT(DOMAIN_FS_TEMPLATE)),
	ATTR_SCALED("usage", "units", struct domain_fs, usage, 1024, .when = BIT(DOMAIN_FS_RAM), .flags = CONF_REQUIRED),
	ATTR_STRING("pool", struct domain_fs, pool, .when = BIT(DOMAIN_FS_VOLUME)),
	ATTR_STRING("volume", struct domain_fs, volume, .when = BIT(DOMAIN_FS_VOLUME)),
	CONF_END
};

static const struct conf_row target_rows[] = {
	ATTR_STRING("dir", struct domain_fs, dst),
	CONF_END
};

static const char *wrong_mode(const char *s)
{
	size_t n = strspn(s, "01234567");

	return n && n <= 4 && !s[n] ? NULL : "is not an octal mode such as 0644";
}

static int fs_fill(struct conf_reader *r, void *obj)
{
	struct domain_fs *fs = obj;

	if (!fs->type)
		fs->type = DOMAIN_FS_MOUNT;
	if (!fs->accessmode)
		fs->accessmode = DOMAIN_FS_PASSTHROUGH;
	if (!fs->src && !fs->socket && fs->type != DOMAIN_FS_RAM && fs->type != DOMAIN_FS_VOLUME)
		return conf_fail(r, "<source> is missing or names nothing");
	if (!fs->dst)
		return conf_fail(r, "<target dir='...'/> is missing");
	return 0;
}

static const struct conf_row fs_rows[] = {
	ATTR_ENUM("type", struct domain_fs, type, domain_fs_type),
	ATTR_ENUM("accessmode", struct domain_fs, accessmode, domain_fs_accessmode),
	ATTR_ENUM("model", struct domain_fs, model, domain_virtio_model),
	ATTR_ENUM("multidevs", struct domain_fs, multidevs, domain_fs_multidevs),
	ATTR_STRING("fmode", struct domain_fs, fmode, .check = wrong_mode),
	ATTR_STRING("dmode", struct domain_fs, dmode, .check = wrong_mode),
	GROUP("driver", driver_rows),
	GROUP("binary", binary_rows),
	GROUP("source", source_rows),
	GROUP("target", target_rows),
	FLAG("readonly", struct domain_fs, readonly),
	INCLUDE(struct domain_fs, info, struct domain_info, domain_info_elem),
	CHILD_SCALED("space_hard_limit", struct domain_fs, space_hard_limit, 1, .flags = CONF_UNIT_BYTES),
	CHILD_SCALED("space_soft_limit", struct domain_fs, space_soft_limit, 1, .flags = CONF_UNIT_BYTES),
	CONF_END
};

const struct conf_elem domain_fs_elem = ELEM_KIND(struct domain_fs, type, fs_rows, .kind_default = DOMAIN_FS_MOUNT, .fill = fs_fill);
