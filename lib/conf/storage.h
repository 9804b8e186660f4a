/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The formats of storage: <pool>, <volume>, <source> of a discovery, <storagepoolCapabilities>. */
#ifndef BERTH_CONF_STORAGE_H
#define BERTH_CONF_STORAGE_H

#include "conf/document.h"
#include "conf/domain_source.h"

#define STORAGE_POOL_TYPES(X) \
	X(STORAGE_POOL_DIR, "dir") \
	X(STORAGE_POOL_FS, "fs") \
	X(STORAGE_POOL_NETFS, "netfs") \
	X(STORAGE_POOL_LOGICAL, "logical") \
	X(STORAGE_POOL_DISK, "disk") \
	X(STORAGE_POOL_ISCSI, "iscsi") \
	X(STORAGE_POOL_ISCSI_DIRECT, "iscsi-direct") \
	X(STORAGE_POOL_SCSI, "scsi") \
	X(STORAGE_POOL_MPATH, "mpath") \
	X(STORAGE_POOL_RBD, "rbd") \
	X(STORAGE_POOL_SHEEPDOG, "sheepdog") \
	X(STORAGE_POOL_GLUSTER, "gluster") \
	X(STORAGE_POOL_ZFS, "zfs") \
	X(STORAGE_POOL_VSTORAGE, "vstorage")
CONF_ENUM(storage_pool_type, STORAGE_POOL_TYPES);

#define STORAGE_ADAPTERS(X) X(STORAGE_ADAPTER_SCSI_HOST, "scsi_host") X(STORAGE_ADAPTER_FC_HOST, "fc_host")
CONF_ENUM(storage_adapter_type, STORAGE_ADAPTERS);

#define STORAGE_AUTHS(X) X(STORAGE_AUTH_CHAP, "chap") X(STORAGE_AUTH_CEPH, "ceph")
CONF_ENUM(storage_auth_type, STORAGE_AUTHS);

#define STORAGE_REFRESHES(X) X(STORAGE_REFRESH_DEFAULT, "default") X(STORAGE_REFRESH_CAPACITY, "capacity")
CONF_ENUM(storage_refresh, STORAGE_REFRESHES);

#define STORAGE_VOL_TYPES(X) \
	X(STORAGE_VOL_FILE, "file") \
	X(STORAGE_VOL_BLOCK, "block") \
	X(STORAGE_VOL_DIR, "dir") \
	X(STORAGE_VOL_NETWORK, "network") \
	X(STORAGE_VOL_NETDIR, "netdir") \
	X(STORAGE_VOL_PLOOP, "ploop")
CONF_ENUM(storage_vol_type, STORAGE_VOL_TYPES);

/* Of a directory, file or device. An owner or group of -1 is whoever makes it. */
struct storage_permissions {
	char *mode;                    /* "0644", octal */
	struct conf_int owner, group;
	char *label;
};

struct storage_extent {
	struct conf_num start, end;
};

struct storage_device {
	char *path;
	enum conf_yesno part_separator;
	CONF_LIST(struct storage_extent) free_extents;
};

struct storage_host {
	char *name;
	struct conf_num port;
};

struct storage_adapter {
	enum storage_adapter_type type;        /* always set after parsing */
	char *name;                            /* SCSI_HOST, this or the parent's address */
	struct conf_num unique_id;
	struct domain_pci_source *address;
	char *parent, *parent_wwnn, *parent_wwpn, *parent_fabric_wwn, *wwnn, *wwpn;   /* FC_HOST */
	enum conf_yesno managed;
};

struct storage_auth {
	enum storage_auth_type type;
	char *username;
	struct domain_secret_ref secret;
};

struct storage_option {
	char *name, *value;
};

struct storage_pool_source {
	CONF_LIST(struct storage_host) hosts;
	CONF_LIST(struct storage_device) devices;
	char *dir, *name, *initiator;
	struct storage_adapter *adapter;
	struct storage_auth *auth;
	char *format;                          /* always set after parsing where the type has formats */
	char *vendor, *product, *protocol_ver;
};

struct storage_pool {
	enum storage_pool_type type;
	char *name;
	unsigned char uuid[16];
	enum conf_yesno cow;
	struct conf_num capacity, allocation, available;   /* bytes; 0 unless CONF_PARSE_LIVE */
	struct storage_pool_source source;
	struct { char *path; struct storage_permissions permissions; } target;
	enum storage_refresh refresh;
	CONF_LIST(struct storage_option) mount_opts, config_opts;
};

struct storage_vol_target {
	char *path, *format;
	struct storage_permissions permissions;
	struct domain_encryption *encryption;
	char *compat;
	bool nocow;
	struct conf_num cluster_size;          /* bytes */
	bool has_features, lazy_refcounts, extended_l2;
};

struct storage_vol_source {
	char unused;
};

struct storage_vol {
	enum storage_vol_type type;            /* always set after parsing */
	char *name, *key;
	struct storage_vol_source *source;     /* given, however little it says */
	struct conf_num capacity, allocation, physical;   /* bytes */
	struct storage_vol_target target;
	struct storage_vol_target *backing;
};

extern const struct conf_elem storage_pool_elem, storage_vol_elem;
extern const struct conf_document storage_pool_document, storage_vol_document;

/* The <source> of a pool alone, as a search for sources takes it; the caller's. */
char *storage_source_format(const struct storage_pool *pool, struct error *err) NODISCARD;

/* What the pool decides of a volume: its type, key and path. 0, or -1: ERR_NO_MEMORY. */
int storage_vol_place(struct storage_vol *vol, const struct storage_pool *pool, struct error *err) NODISCARD;

#endif
