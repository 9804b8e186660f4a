/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/storage_common.h"
#include "util/str.h"
#include "util/uuid.h"

#include <string.h>

CONF_ENUM_NAMES(storage_pool_type, STORAGE_POOL_TYPES);
CONF_ENUM_NAMES(storage_adapter_type, STORAGE_ADAPTERS);
CONF_ENUM_NAMES(storage_auth_type, STORAGE_AUTHS);
CONF_ENUM_NAMES(storage_refresh, STORAGE_REFRESHES);

/* --- what each type has ----------------------------------------------------------------------------------------- */

enum has {
	HAS_HOST = 1, HAS_DEVICE = 2, HAS_DIR = 4, HAS_ADAPTER = 8, HAS_NAME = 16, HAS_INITIATOR = 32,
	HAS_NO_TARGET = 64,       /* nothing of it is in the file system */
	HAS_ROOT_DIR = 128,       /* the directory is / unless another is said */
};

static const char *const fs_formats[] = {
	"auto", "ext2", "ext3", "ext4", "ufs", "iso9660", "udf", "gfs", "gfs2", "vfat", "hfs+", "xfs", "ocfs2", "vmfs", NULL
};
static const char *const netfs_formats[] = { "auto", "nfs", "glusterfs", "cifs", NULL };
static const char *const disk_formats[] = { "unknown", "dos", "dvh", "gpt", "mac", "bsd", "pc98", "sun", "lvm2", NULL };
static const char *const logical_formats[] = { "lvm2", "unknown", NULL };

static const struct {
	unsigned has;
	const char *const *formats;   /* the first is the default */
	const char *target;           /* the default's beginning; the name follows */
} types[] = {
	[STORAGE_POOL_DIR] = { 0, NULL, NULL },
	[STORAGE_POOL_FS] = { HAS_DEVICE, fs_formats, NULL },
	[STORAGE_POOL_NETFS] = { HAS_HOST | HAS_DIR, netfs_formats, NULL },
	[STORAGE_POOL_LOGICAL] = { HAS_NAME | HAS_DEVICE, logical_formats, "/dev/" },
	[STORAGE_POOL_DISK] = { HAS_DEVICE, disk_formats, NULL },
	[STORAGE_POOL_ISCSI] = { HAS_HOST | HAS_DEVICE | HAS_INITIATOR, NULL, NULL },
	[STORAGE_POOL_ISCSI_DIRECT] = { HAS_HOST | HAS_DEVICE | HAS_INITIATOR | HAS_NO_TARGET, NULL, NULL },
	[STORAGE_POOL_SCSI] = { HAS_ADAPTER, NULL, NULL },
	[STORAGE_POOL_MPATH] = { 0, NULL, NULL },
	[STORAGE_POOL_RBD] = { HAS_HOST | HAS_NAME | HAS_NO_TARGET, NULL, NULL },
	[STORAGE_POOL_SHEEPDOG] = { HAS_HOST | HAS_NAME | HAS_NO_TARGET, NULL, NULL },
	[STORAGE_POOL_GLUSTER] = { HAS_HOST | HAS_NAME | HAS_DIR | HAS_ROOT_DIR | HAS_NO_TARGET, NULL, NULL },
	[STORAGE_POOL_ZFS] = { HAS_NAME | HAS_DEVICE, NULL, "/dev/zvol/" },
	[STORAGE_POOL_VSTORAGE] = { HAS_NAME, NULL, NULL },
};

/* --- permissions ------------------------------------------------------------------------------------------------ */

static const struct conf_row permissions_rows[] = {
	CHILD_STRING("mode", struct storage_permissions, mode),
	CHILD_INT("owner", struct storage_permissions, owner),
	CHILD_INT("group", struct storage_permissions, group),
	CHILD_STRING("label", struct storage_permissions, label),
	CONF_END
};

static int permissions_fill(struct conf_reader *r, void *obj)
{
	struct storage_permissions *p = obj;
	char *end;

	/* -1, however it is written, is whoever makes it */
	if (p->owner.value == -1 || p->owner.value == UINT32_MAX)
		p->owner = (struct conf_int){ 0 };
	if (p->group.value == -1 || p->group.value == UINT32_MAX)
		p->group = (struct conf_int){ 0 };
	if (p->owner.value < 0 || p->owner.value > UINT32_MAX || p->group.value < 0 || p->group.value > UINT32_MAX)
		return conf_fail(r, "<owner> and <group> are numbers of 32 bits, or -1");
	if (!p->mode)
		return 0;
	unsigned long mode = strtoul(p->mode, &end, 8);
	if (end == p->mode || *end || mode > 07777)
		return conf_fail(r, "<mode>: '%.20s' is no octal mode", p->mode);
	free(p->mode);
	p->mode = str_printf("0%lo", mode);
	return p->mode ? 0 : conf_no_memory(r);
}

const struct conf_elem storage_permissions_elem = ELEM(struct storage_permissions, permissions_rows, .fill = permissions_fill);

bool storage_word(const char *const *words, const char *word)
{
	for (; *words; words++)
		if (!strcmp(*words, word))
			return true;
	return false;
}

/* --- <source> --------------------------------------------------------------------------------------------------- */

static const struct conf_row host_rows[] = {
	ATTR_STRING("name", struct storage_host, name, .flags = CONF_REQUIRED),
	ATTR_NUM("port", struct storage_host, port, .max = 65535),
	CONF_END
};

static const struct conf_elem host_elem = ELEM(struct storage_host, host_rows);

static const struct conf_row extent_rows[] = {
	ATTR_NUM("start", struct storage_extent, start, .flags = CONF_REQUIRED),
	ATTR_NUM("end", struct storage_extent, end, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem extent_elem = ELEM(struct storage_extent, extent_rows);

static const struct conf_row device_rows[] = {
	ATTR_STRING("path", struct storage_device, path, .flags = CONF_REQUIRED),
	ATTR_YESNO("part_separator", struct storage_device, part_separator),
	LIST("freeExtent", struct storage_device, free_extents, struct storage_extent, extent_elem, .flags = CONF_LIVE),
	CONF_END
};

static const struct conf_elem device_elem = ELEM(struct storage_device, device_rows);

static const struct conf_row parentaddr_rows[] = {
	ATTR_NUM("unique_id", struct storage_adapter, unique_id, .max = INT32_MAX),
	NODE("address", struct storage_adapter, address, struct domain_pci_source, domain_pci_source_elem, .flags = CONF_REQUIRED),
	CONF_END
};

#define SCSI_HOST BIT(STORAGE_ADAPTER_SCSI_HOST)
#define FC_HOST BIT(STORAGE_ADAPTER_FC_HOST)

static const struct conf_row adapter_rows[] = {
	ATTR_ENUM("type", struct storage_adapter, type, storage_adapter_type),
	ATTR_STRING("name", struct storage_adapter, name, .when = SCSI_HOST),
	ATTR_STRING("parent", struct storage_adapter, parent, .when = FC_HOST),
	ATTR_STRING("parent_wwnn", struct storage_adapter, parent_wwnn, .when = FC_HOST),
	ATTR_STRING("parent_wwpn", struct storage_adapter, parent_wwpn, .when = FC_HOST),
	ATTR_STRING("parent_fabric_wwn", struct storage_adapter, parent_fabric_wwn, .when = FC_HOST),
	ATTR_YESNO("managed", struct storage_adapter, managed, .when = FC_HOST),
	ATTR_STRING("wwnn", struct storage_adapter, wwnn, .when = FC_HOST, .flags = CONF_REQUIRED),
	ATTR_STRING("wwpn", struct storage_adapter, wwpn, .when = FC_HOST, .flags = CONF_REQUIRED),
	GROUP("parentaddr", parentaddr_rows, .when = SCSI_HOST),
	CONF_END
};

static const char *bad_wwn(const char *wwn)
{
	return wwn && (strlen(wwn) != 16 || wwn[strspn(wwn, "0123456789abcdefABCDEF")]) ? wwn : NULL;
}

static int adapter_fill(struct conf_reader *r, void *obj)
{
	struct storage_adapter *a = obj;
	const char *const wwns[] = { a->wwnn, a->wwpn, a->parent_wwnn, a->parent_wwpn, a->parent_fabric_wwn };

	if (!a->type)
		a->type = STORAGE_ADAPTER_SCSI_HOST;
	if (a->type == STORAGE_ADAPTER_SCSI_HOST && !a->name == !a->address)
		return conf_fail(r, a->name ? "'name' and <parentaddr> exclude each other" : "neither 'name' nor <parentaddr> says which adapter");
	if (a->address && !a->unique_id.set)
		return conf_fail(r, "<parentaddr>: attribute 'unique_id' is missing");
	if (!a->parent_wwnn != !a->parent_wwpn)
		return conf_fail(r, "'parent_wwnn' and 'parent_wwpn' go together");
	for (size_t i = 0; i < ARRAY_LEN(wwns); i++)
		if (bad_wwn(wwns[i]))
			return conf_fail(r, "'%.40s' is no WWN (16 hexadecimal digits)", wwns[i]);
	return 0;
}

static const struct conf_elem adapter_elem =
	ELEM_KIND(struct storage_adapter, type, adapter_rows, .kind_default = STORAGE_ADAPTER_SCSI_HOST, .fill = adapter_fill);

static const struct conf_row auth_rows[] = {
	ATTR_ENUM("type", struct storage_auth, type, storage_auth_type, .flags = CONF_REQUIRED),
	ATTR_STRING("username", struct storage_auth, username, .flags = CONF_REQUIRED),
	EMBED("secret", struct storage_auth, secret, struct domain_secret_ref, domain_secret_ref_elem, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem auth_elem = ELEM(struct storage_auth, auth_rows);

static const struct conf_row dir_rows[] = { ATTR_STRING("path", struct storage_pool, source.dir), CONF_END };
static const struct conf_row iqn_rows[] = { ATTR_STRING("name", struct storage_pool, source.initiator), CONF_END };
static const struct conf_row initiator_rows[] = { GROUP("iqn", iqn_rows), CONF_END };
static const struct conf_row format_rows[] = { ATTR_STRING("type", struct storage_pool, source.format), CONF_END };
static const struct conf_row vendor_rows[] = { ATTR_STRING("name", struct storage_pool, source.vendor), CONF_END };
static const struct conf_row product_rows[] = { ATTR_STRING("name", struct storage_pool, source.product), CONF_END };
static const struct conf_row protocol_rows[] = { ATTR_STRING("ver", struct storage_pool, source.protocol_ver), CONF_END };

static const struct conf_row source_rows[] = {
	LIST("host", struct storage_pool, source.hosts, struct storage_host, host_elem, .max = 1024),
	LIST("device", struct storage_pool, source.devices, struct storage_device, device_elem, .max = 4096),
	GROUP("dir", dir_rows),
	NODE("adapter", struct storage_pool, source.adapter, struct storage_adapter, adapter_elem),
	CHILD_STRING("name", struct storage_pool, source.name),
	GROUP("initiator", initiator_rows),
	NODE("auth", struct storage_pool, source.auth, struct storage_auth, auth_elem),
	GROUP("format", format_rows),
	GROUP("vendor", vendor_rows),
	GROUP("product", product_rows),
	GROUP("protocol", protocol_rows),
	CONF_END
};

/* --- <pool> ----------------------------------------------------------------------------------------------------- */

static const struct conf_row cow_rows[] = { ATTR_YESNO("state", struct storage_pool, cow, .flags = CONF_REQUIRED), CONF_END };
static const struct conf_row features_rows[] = { GROUP("cow", cow_rows), CONF_END };

static const struct conf_row target_rows[] = {
	CHILD_STRING("path", struct storage_pool, target.path),
	EMBED("permissions", struct storage_pool, target.permissions, struct storage_permissions, storage_permissions_elem),
	CONF_END
};

static const struct conf_row refresh_volume_rows[] = { ATTR_ENUM("allocation", struct storage_pool, refresh, storage_refresh), CONF_END };
static const struct conf_row refresh_rows[] = { GROUP("volume", refresh_volume_rows), CONF_END };

static const struct conf_row mount_opt_rows[] = {
	ATTR_STRING("name", struct storage_option, name, .flags = CONF_REQUIRED),
	CONF_END
};
static const struct conf_elem mount_opt_elem = ELEM(struct storage_option, mount_opt_rows);
static const struct conf_row mount_opts_rows[] = {
	LIST("fs:option", struct storage_pool, mount_opts, struct storage_option, mount_opt_elem),
	CONF_END
};

static const struct conf_row config_opt_rows[] = {
	ATTR_STRING("name", struct storage_option, name, .flags = CONF_REQUIRED),
	ATTR_STRING("value", struct storage_option, value, .flags = CONF_REQUIRED),
	CONF_END
};
static const struct conf_elem config_opt_elem = ELEM(struct storage_option, config_opt_rows);
static const struct conf_row config_opts_rows[] = {
	LIST("rbd:option", struct storage_pool, config_opts, struct storage_option, config_opt_elem),
	CONF_END
};

#define FS (BIT(STORAGE_POOL_FS) | BIT(STORAGE_POOL_NETFS))

static const struct conf_row pool_rows[] = {
	ATTR_ENUM("type", struct storage_pool, type, storage_pool_type, .flags = CONF_REQUIRED),
	CHILD_STRING("name", struct storage_pool, name, .flags = CONF_RAW_TEXT, .check = conf_check_name),
	CHILD_UUID("uuid", struct storage_pool, uuid),
	GROUP("features", features_rows),
	CHILD_SCALED("capacity", struct storage_pool, capacity, 1, .flags = CONF_UNIT_BYTES),
	CHILD_SCALED("allocation", struct storage_pool, allocation, 1, .flags = CONF_UNIT_BYTES),
	CHILD_SCALED("available", struct storage_pool, available, 1, .flags = CONF_UNIT_BYTES),
	GROUP("source", source_rows, .flags = CONF_KEEP),
	GROUP("target", target_rows),
	GROUP("refresh", refresh_rows),
	GROUP("fs:mount_opts", mount_opts_rows, .when = FS),
	GROUP("rbd:config_opts", config_opts_rows, .when = BIT(STORAGE_POOL_RBD)),
	CONF_END
};

static int fill_name(struct conf_reader *r, struct storage_pool *pool)
{
	struct storage_pool_source *s = &pool->source;
	bool named = types[pool->type].has & HAS_NAME;
	const char *why;

	if (!pool->name && named && s->name) {
		pool->name = strdup(s->name);
		if (!pool->name)
			return conf_no_memory(r);
		why = conf_check_name(pool->name);
		if (why)
			return conf_fail(r, "the source's name cannot be the pool's: %s", why);
	}
	if (!pool->name)
		return conf_fail(r, "element <name> is missing");
	if (named && !s->name && !(s->name = strdup(pool->name)))
		return conf_no_memory(r);
	return 0;
}

static int check_source(struct conf_reader *r, struct storage_pool *pool)
{
	struct storage_pool_source *s = &pool->source;
	unsigned has = types[pool->type].has;
	const char *const *formats = types[pool->type].formats;

	if ((has & HAS_HOST) && !s->hosts.n)
		return conf_fail(r, "<source>: element <host> is missing");
	if ((has & HAS_ROOT_DIR) && !s->dir && !(s->dir = strdup("/")))
		return conf_no_memory(r);
	if ((has & HAS_DIR) && !s->dir)
		return conf_fail(r, "<source>: element <dir> with a 'path' is missing");
	if ((has & HAS_ADAPTER) && !s->adapter)
		return conf_fail(r, "<source>: element <adapter> is missing");
	if (has == HAS_DEVICE && !s->devices.n)
		return conf_fail(r, "<source>: element <device> with a 'path' is missing");
	if (pool->type == STORAGE_POOL_ISCSI_DIRECT && (!s->devices.n || !s->initiator))
		return conf_fail(r, "<source>: <device> and <initiator> with its <iqn> are needed");
	if (s->format && formats && !storage_word(formats, s->format))
		return conf_unsupported(r, "<source>: a pool of this type has no format '%.40s'", s->format);
	if (!s->format && formats && !(s->format = strdup(formats[0])))
		return conf_no_memory(r);
	return 0;
}

/* What the type does not have is not kept. */
static void drop_foreign(struct storage_pool *pool)
{
	struct storage_pool_source *s = &pool->source;
	unsigned has = types[pool->type].has;

	if (!(has & HAS_NAME))
		free(STEAL_PTR(s->name));
	if (!(has & HAS_DIR))
		free(STEAL_PTR(s->dir));
	if (!(has & HAS_INITIATOR))
		free(STEAL_PTR(s->initiator));
	if (!types[pool->type].formats)
		free(STEAL_PTR(s->format));
	if (!(has & HAS_ADAPTER)) {
		conf_free(&adapter_elem, s->adapter);
		s->adapter = NULL;
	}
	if (has & HAS_NO_TARGET) {
		free(STEAL_PTR(pool->target.path));
		conf_clear(&storage_permissions_elem, &pool->target.permissions);
		pool->target.permissions = (struct storage_permissions){ 0 };
	}
}

/* Repeated and final slashes go. */
static void clean_path(char *path)
{
	char *to = path;

	for (char *from = path; *from; from++)
		if (*from != '/' || to == path || to[-1] != '/')
			*to++ = *from;
	if (to > path + 1 && to[-1] == '/')
		to--;
	*to = '\0';
}

static int fill_target(struct conf_reader *r, struct storage_pool *pool)
{
	const char *prefix = types[pool->type].target;

	if (types[pool->type].has & HAS_NO_TARGET)
		return 0;
	if (prefix) {
		free(pool->target.path);
		pool->target.path = str_printf("%s%s", prefix, pool->source.name);
		if (!pool->target.path)
			return conf_no_memory(r);
	}
	if (!pool->target.path || !*pool->target.path)
		return conf_fail(r, "<target>: element <path> is missing");
	clean_path(pool->target.path);
	return 0;
}

static int pool_fill(struct conf_reader *r, void *obj)
{
	static const unsigned char none[16];
	struct storage_pool *pool = obj;

	if (!(r->flags & CONF_PARSE_LIVE))
		pool->capacity = pool->allocation = pool->available = (struct conf_num){ 0, true };
	if (!memcmp(pool->uuid, none, sizeof(none)) && uuid_generate(pool->uuid, r->err) < 0)
		return -1;
	if (fill_name(r, pool) < 0 || check_source(r, pool) < 0)
		return -1;
	drop_foreign(pool);
	return fill_target(r, pool);
}

const struct conf_elem storage_pool_elem = ELEM_KIND(struct storage_pool, type, pool_rows, .fill = pool_fill);
const struct conf_document storage_pool_document = { "pool", &storage_pool_elem, 0 };

char *storage_source_format(const struct storage_pool *pool, struct error *err)
{
	static const struct conf_elem source_elem = ELEM(struct storage_pool, source_rows);

	return conf_format(&source_elem, "source", pool, 0, err);
}
