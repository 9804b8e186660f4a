/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_filesystem.h"

CONF_ENUM_NAMES(domain_fs_type, DOMAIN_FS_TYPES);
CONF_ENUM_NAMES(domain_fs_driver, DOMAIN_FS_DRIVERS);
CONF_ENUM_NAMES(domain_fs_accessmode, DOMAIN_FS_ACCESSMODES);
CONF_ENUM_NAMES(domain_fs_wrpolicy, DOMAIN_FS_WRPOLICIES);

static const struct conf_row driver_rows[] = {
	ATTR_ENUM("type", struct domain_fs, driver, domain_fs_driver),
	ATTR_STRING("format", struct domain_fs, format),
	ATTR_ENUM("wrpolicy", struct domain_fs, wrpolicy, domain_fs_wrpolicy),
	CONF_END
};

static const struct conf_row source_rows[] = {
	ATTR_STRING("dir", struct domain_fs, src, .when = BIT(DOMAIN_FS_MOUNT) | BIT(DOMAIN_FS_BIND)),
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

static int fs_fill(struct conf_reader *r, void *obj)
{
	struct domain_fs *fs = obj;

	if (!fs->type)
		fs->type = DOMAIN_FS_MOUNT;
	if (!fs->accessmode)
		fs->accessmode = DOMAIN_FS_PASSTHROUGH;
	if (!fs->src && fs->type != DOMAIN_FS_RAM && fs->type != DOMAIN_FS_VOLUME)
		return conf_fail(r, "<source> is missing or names nothing");
	if (!fs->dst)
		return conf_fail(r, "<target dir='...'/> is missing");
	return 0;
}

static const struct conf_row fs_rows[] = {
	ATTR_ENUM("type", struct domain_fs, type, domain_fs_type),
	ATTR_ENUM("accessmode", struct domain_fs, accessmode, domain_fs_accessmode),
	GROUP("driver", driver_rows),
	GROUP("source", source_rows),
	GROUP("target", target_rows),
	FLAG("readonly", struct domain_fs, readonly),
	INCLUDE(struct domain_fs, info, struct domain_info, domain_info_elem),
	CHILD_SCALED("space_hard_limit", struct domain_fs, space_hard_limit, 1, .flags = CONF_UNIT_BYTES),
	CHILD_SCALED("space_soft_limit", struct domain_fs, space_soft_limit, 1, .flags = CONF_UNIT_BYTES),
	CONF_END
};

const struct conf_elem domain_fs_elem = ELEM_KIND(struct domain_fs, type, fs_rows, .kind_default = DOMAIN_FS_MOUNT, .fill = fs_fill);
