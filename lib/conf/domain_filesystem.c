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
	ATTR_STRING("pool", struct domain_fs, pool, .when = BIT(DOMAIN_FS_VOLUME)),
	ATTR_STRING("volume", struct domain_fs, volume, .when = BIT(DOMAIN_FS_VOLUME)),
	CONF_END
};

static const struct conf_row target_rows[] = {
	ATTR_STRING("dir", struct domain_fs, dst),
	CONF_END
};

/* <source usage='128' units='MiB'/>: written in KiB */
static int ram_read(struct conf_reader *r, struct xml_node *node, void *obj, void *member UNUSED)
{
	struct domain_fs *fs = obj;
	struct xml_node *source = xml_child(node, "source");
	const char *usage, *units;
	uint64_t bytes;

	if (!source)
		return conf_fail(r, "element <source usage='SIZE'/> is missing");
	usage = xml_attr(source, "usage");
	units = xml_attr(source, "units");
	source->used = true;
	if (!usage || conf_scale(usage, units, 1024, &bytes) < 0)
		return conf_fail(r, "<source usage='%.40s' units='%.40s'/> is not a size", usage ? usage : "", units ? units : "KiB");
	fs->usage = (struct conf_num){ bytes / 1024 + (bytes % 1024 != 0), true };
	return 0;
}

static void ram_write(struct conf_writer *w, const void *obj, const void *member UNUSED)
{
	const struct domain_fs *fs = obj;

	buf_indent(&w->out, w->depth);
	buf_printf(&w->out, "<source usage='%llu' units='KiB'/>\n", (unsigned long long)fs->usage.value);
}

static int ram_copy(void *to, const void *from)
{
	*(struct conf_num *)to = *(const struct conf_num *)from;
	return 0;
}

static bool ram_equal(const void *a, const void *b)
{
	return ((const struct conf_num *)a)->value == ((const struct conf_num *)b)->value;
}

static const struct conf_hook ram_hook = { .read = ram_read, .write = ram_write, .copy = ram_copy, .equal = ram_equal };

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
	GROUP("source", source_rows, .when = ~BIT(DOMAIN_FS_RAM)),
	HOOK("source", struct domain_fs, usage, ram_hook, .when = BIT(DOMAIN_FS_RAM)),
	GROUP("target", target_rows),
	FLAG("readonly", struct domain_fs, readonly),
	INCLUDE(struct domain_fs, info, struct domain_info, domain_info_elem),
	CHILD_SCALED("space_hard_limit", struct domain_fs, space_hard_limit, 1, .flags = CONF_UNIT_BYTES),
	CHILD_SCALED("space_soft_limit", struct domain_fs, space_soft_limit, 1, .flags = CONF_UNIT_BYTES),
	CONF_END
};

const struct conf_elem domain_fs_elem = ELEM_KIND(struct domain_fs, type, fs_rows, .kind_default = DOMAIN_FS_MOUNT, .fill = fs_fill);
