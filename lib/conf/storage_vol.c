/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/storage_common.h"
#include "util/str.h"

#include <string.h>

CONF_ENUM_NAMES(storage_vol_type, STORAGE_VOL_TYPES);

/* of files, of what is on a device, of partitions */
static const char *const formats[] = {
	"unknown", "none", "raw", "dir", "bochs", "cloop", "dmg", "iso", "vpc", "vdi", "fat", "vhd", "ploop", "luks", "cow", "qcow", "qcow2",
	"qed", "vmdk", "auto", "ext2", "ext3", "ext4", "ufs", "iso9660", "udf", "gfs", "gfs2", "vfat", "hfs+", "xfs", "ocfs2", "vmfs", "linux",
	"fat16", "fat32", "linux-swap", "linux-lvm", "linux-raid", "extended", NULL
};

static const struct conf_row format_rows[] = { ATTR_STRING("type", struct storage_vol_target, format), CONF_END };

static const struct conf_row feature_rows[] = {
	FLAG("lazy_refcounts", struct storage_vol_target, lazy_refcounts),
	FLAG("extended_l2", struct storage_vol_target, extended_l2),
	CONF_END
};

/* Times and sizes on disk are the pool's to tell. */
static int skip_timestamps(struct conf_reader *r UNUSED, struct xml_node *node, void *obj UNUSED, void *member UNUSED)
{
	struct xml_node *c = xml_child(node, "timestamps");

	if (c)
		c->used = true;
	return 0;
}

static const struct conf_hook timestamps_hook = { .read = skip_timestamps };

static const struct conf_row target_rows[] = {
	CHILD_STRING("path", struct storage_vol_target, path),
	GROUP("format", format_rows),
	EMBED("permissions", struct storage_vol_target, permissions, struct storage_permissions, storage_permissions_elem),
	HOOK("timestamps", struct storage_vol_target, path, timestamps_hook),
	NODE("encryption", struct storage_vol_target, encryption, struct domain_encryption, domain_encryption_elem),
	CHILD_STRING("compat", struct storage_vol_target, compat),
	FLAG("nocow", struct storage_vol_target, nocow),
	CHILD_SCALED("clusterSize", struct storage_vol_target, cluster_size, 1, .flags = CONF_UNIT_BYTES),
	GROUP("features", feature_rows),
	CONF_END
};

static int target_fill(struct conf_reader *r, void *obj)
{
	struct storage_vol_target *t = obj;

	if (t->format && !storage_word(formats, t->format))
		return conf_unsupported(r, "there is no format '%.40s'", t->format);
	if (t->compat && (strchr(t->compat, '.') == NULL || t->compat[strspn(t->compat, "0123456789.")]))
		return conf_fail(r, "<compat>: '%.20s' is no version ('0.10', '1.1')", t->compat);
	if ((t->lazy_refcounts || t->extended_l2) && !t->compat && !(t->compat = strdup("1.1")))
		return conf_no_memory(r);
	return 0;
}

static const struct conf_elem target_elem = ELEM(struct storage_vol_target, target_rows, .fill = target_fill);

/* Where on the disk the volume lies: told by the pool, not asked for. */
static int skip_source(struct conf_reader *r UNUSED, struct xml_node *node, void *obj UNUSED, void *member UNUSED)
{
	for (struct xml_node *c = node->children; c; c = c->next)
		c->used = true;
	return 0;
}

static const struct conf_hook source_hook = { .read = skip_source };

static const struct conf_row source_rows[] = {
	HOOK("*", struct storage_vol_source, unused, source_hook),
	CONF_END
};

static const struct conf_elem source_elem = ELEM(struct storage_vol_source, source_rows);

static const char *check_vol_name(const char *s)
{
	if (!*s || !strcmp(s, ".") || !strcmp(s, ".."))
		return "no name for a volume";
	return strchr(s, '/') ? "a volume's name has no '/'" : conf_check_line(s);
}

static const struct conf_row vol_rows[] = {
	ATTR_ENUM("type", struct storage_vol, type, storage_vol_type),
	CHILD_STRING("name", struct storage_vol, name, .flags = CONF_REQUIRED | CONF_KEEP, .check = check_vol_name),
	CHILD_STRING("key", struct storage_vol, key),
	NODE("source", struct storage_vol, source, struct storage_vol_source, source_elem),
	CHILD_SCALED("capacity", struct storage_vol, capacity, 1, .flags = CONF_UNIT_BYTES),
	CHILD_SCALED("allocation", struct storage_vol, allocation, 1, .flags = CONF_UNIT_BYTES),
	CHILD_SCALED("physical", struct storage_vol, physical, 1, .flags = CONF_UNIT_BYTES | CONF_LIVE),
	EMBED("target", struct storage_vol, target, struct storage_vol_target, target_elem, .flags = CONF_KEEP),
	NODE("backingStore", struct storage_vol, backing, struct storage_vol_target, target_elem),
	CONF_END
};

/* The format that a volume has when none is said, by its type. */
static const char *default_format(enum storage_vol_type type)
{
	return type == STORAGE_VOL_FILE ? "raw" : type == STORAGE_VOL_NETWORK ? "unknown" : NULL;
}

static int vol_fill(struct conf_reader *r, void *obj)
{
	struct storage_vol *vol = obj;

	if (!vol->type)
		vol->type = STORAGE_VOL_FILE;
	const char *format = default_format(vol->type);
	if (!vol->target.format && format && !(vol->target.format = strdup(format)))
		return conf_no_memory(r);
	if (vol->backing && !vol->backing->path)
		return conf_fail(r, "<backingStore>: element <path> is missing");
	/* an image can take its size from what it is made of */
	if (!vol->capacity.set && !vol->backing && !vol->target.encryption)
		return conf_fail(r, "element <capacity> is missing");
	vol->capacity.set = true;
	if (!vol->allocation.set)
		vol->allocation = vol->capacity;
	return 0;
}

const struct conf_elem storage_vol_elem = ELEM(struct storage_vol, vol_rows, .fill = vol_fill);
const struct conf_document storage_vol_document = { "volume", &storage_vol_elem, 0 };

int storage_vol_place(struct storage_vol *vol, const struct storage_pool *pool, struct error *err)
{
	const char *dir = pool->target.path;
	char *path, *key;

	/* what is not in the file system is named by its server alone */
	if (!dir)
		return 0;
	path = str_printf("%s/%s", strcmp(dir, "/") ? dir : "", vol->name);
	key = path ? strdup(path) : NULL;
	if (!key) {
		free(path);
		return error_errno(err, "the volume '%s'", vol->name);
	}
	free(vol->target.path);
	free(vol->key);
	vol->target.path = path;
	vol->key = key;
	conf_free(&source_elem, vol->source);
	vol->source = NULL;
	if (vol->type == STORAGE_VOL_FILE && (pool->type == STORAGE_POOL_LOGICAL || pool->type == STORAGE_POOL_DISK)) {
		vol->type = STORAGE_VOL_BLOCK;
		if (vol->target.format && !strcmp(vol->target.format, "raw"))
			free(STEAL_PTR(vol->target.format));
	}
	return 0;
}
