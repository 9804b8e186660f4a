/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where an image is: <source> of disks, backing stores, mirrors and <nvram>; with <auth>, <encryption>, <reservations>. */
#ifndef BERTH_CONF_DOMAIN_SOURCE_H
#define BERTH_CONF_DOMAIN_SOURCE_H

#include "conf/domain_info.h"

#define DOMAIN_SOURCE_TYPES(X) \
	X(DOMAIN_SOURCE_FILE, "file") \
	X(DOMAIN_SOURCE_BLOCK, "block") \
	X(DOMAIN_SOURCE_DIR, "dir") \
	X(DOMAIN_SOURCE_NETWORK, "network") \
	X(DOMAIN_SOURCE_VOLUME, "volume") \
	X(DOMAIN_SOURCE_NVME, "nvme") \
	X(DOMAIN_SOURCE_VHOSTUSER, "vhostuser")
CONF_ENUM(domain_source_type, DOMAIN_SOURCE_TYPES);

#define DOMAIN_PROTOCOLS(X) \
	X(DOMAIN_PROTOCOL_NBD, "nbd") \
	X(DOMAIN_PROTOCOL_RBD, "rbd") \
	X(DOMAIN_PROTOCOL_SHEEPDOG, "sheepdog") \
	X(DOMAIN_PROTOCOL_GLUSTER, "gluster") \
	X(DOMAIN_PROTOCOL_ISCSI, "iscsi") \
	X(DOMAIN_PROTOCOL_HTTP, "http") \
	X(DOMAIN_PROTOCOL_HTTPS, "https") \
	X(DOMAIN_PROTOCOL_FTP, "ftp") \
	X(DOMAIN_PROTOCOL_FTPS, "ftps") \
	X(DOMAIN_PROTOCOL_TFTP, "tftp") \
	X(DOMAIN_PROTOCOL_SSH, "ssh") \
	X(DOMAIN_PROTOCOL_VXHS, "vxhs") \
	X(DOMAIN_PROTOCOL_NFS, "nfs")
CONF_ENUM(domain_protocol, DOMAIN_PROTOCOLS);

#define DOMAIN_HOST_TRANSPORTS(X) \
	X(DOMAIN_HOST_TCP, "tcp") \
	X(DOMAIN_HOST_UNIX, "unix") \
	X(DOMAIN_HOST_RDMA, "rdma")
CONF_ENUM(domain_host_transport, DOMAIN_HOST_TRANSPORTS);

#define DOMAIN_STARTUP_POLICIES(X) \
	X(DOMAIN_STARTUP_MANDATORY, "mandatory") \
	X(DOMAIN_STARTUP_REQUISITE, "requisite") \
	X(DOMAIN_STARTUP_OPTIONAL, "optional")
CONF_ENUM(domain_startup_policy, DOMAIN_STARTUP_POLICIES);

#define DOMAIN_VOLUME_MODES(X) X(DOMAIN_VOLUME_HOST, "host") X(DOMAIN_VOLUME_DIRECT, "direct")
CONF_ENUM(domain_volume_mode, DOMAIN_VOLUME_MODES);

#define DOMAIN_AUTH_TYPES(X) X(DOMAIN_AUTH_CEPH, "ceph") X(DOMAIN_AUTH_ISCSI, "iscsi")
CONF_ENUM(domain_auth_type, DOMAIN_AUTH_TYPES);

#define DOMAIN_ENCRYPTION_FORMATS(X) \
	X(DOMAIN_ENCRYPTION_DEFAULT, "default") \
	X(DOMAIN_ENCRYPTION_QCOW, "qcow") \
	X(DOMAIN_ENCRYPTION_LUKS, "luks") \
	X(DOMAIN_ENCRYPTION_LUKS2, "luks2")
CONF_ENUM(domain_encryption_format, DOMAIN_ENCRYPTION_FORMATS);

#define DOMAIN_ENCRYPTION_ENGINES(X) X(DOMAIN_ENCRYPTION_QEMU, "qemu") X(DOMAIN_ENCRYPTION_LIBRBD, "librbd")
CONF_ENUM(domain_encryption_engine, DOMAIN_ENCRYPTION_ENGINES);

#define DOMAIN_SECRET_TYPES(X) X(DOMAIN_SECRET_PASSPHRASE, "passphrase")
CONF_ENUM(domain_secret_type, DOMAIN_SECRET_TYPES);

#define DOMAIN_STORAGE_FORMATS(X) \
	X(DOMAIN_STORAGE_NONE, "none") \
	X(DOMAIN_STORAGE_RAW, "raw") \
	X(DOMAIN_STORAGE_DIR, "dir") \
	X(DOMAIN_STORAGE_BOCHS, "bochs") \
	X(DOMAIN_STORAGE_CLOOP, "cloop") \
	X(DOMAIN_STORAGE_DMG, "dmg") \
	X(DOMAIN_STORAGE_ISO, "iso") \
	X(DOMAIN_STORAGE_VPC, "vpc") \
	X(DOMAIN_STORAGE_VDI, "vdi") \
	X(DOMAIN_STORAGE_FAT, "fat") \
	X(DOMAIN_STORAGE_VHD, "vhd") \
	X(DOMAIN_STORAGE_PLOOP, "ploop") \
	X(DOMAIN_STORAGE_LUKS, "luks") \
	X(DOMAIN_STORAGE_COW, "cow") \
	X(DOMAIN_STORAGE_QCOW, "qcow") \
	X(DOMAIN_STORAGE_QCOW2, "qcow2") \
	X(DOMAIN_STORAGE_QED, "qed") \
	X(DOMAIN_STORAGE_VMDK, "vmdk") \
	X(DOMAIN_STORAGE_AIO, "aio")   /* Xen's old word; raw after parsing */
CONF_ENUM(domain_storage_format, DOMAIN_STORAGE_FORMATS);

#define DOMAIN_SOCKET_TYPES(X) X(DOMAIN_SOCKET_UNIX, "unix")
CONF_ENUM(domain_socket_type, DOMAIN_SOCKET_TYPES);

#define DOMAIN_NVME_TYPES(X) X(DOMAIN_NVME_PCI, "pci")
CONF_ENUM(domain_nvme_type, DOMAIN_NVME_TYPES);

#define DOMAIN_SLICE_TYPES(X) X(DOMAIN_SLICE_STORAGE, "storage")
CONF_ENUM(domain_slice_type, DOMAIN_SLICE_TYPES);

struct domain_host {
	enum domain_host_transport transport;
	char *name, *port, *socket;
};

/* The secret is named by its UUID or its usage. */
struct domain_secret_ref {
	unsigned char uuid[16];
	char *usage;
};

struct domain_auth {
	char *username;
	enum domain_auth_type type;
	struct domain_secret_ref secret;
};

struct domain_encryption_secret {
	enum domain_secret_type type;
	struct domain_secret_ref secret;
};

struct domain_encryption {
	enum domain_encryption_format format;
	enum domain_encryption_engine engine;
	CONF_LIST(struct domain_encryption_secret) secrets;
	struct { char *name, *mode, *hash; uint32_t size; } cipher;
	struct { char *name, *hash; } ivgen;
};

struct domain_device_seclabel {
	char *model;
	enum conf_yesno relabel;
	enum conf_yesno labelskip;
	char *label;
};

struct domain_reconnect {
	enum conf_yesno enabled;
	struct conf_num timeout;   /* seconds */
};

struct domain_reservations {
	enum conf_yesno managed;
	enum domain_socket_type type;             /* of the socket of the helper; so are the rest */
	char *path, *mode;
	struct domain_reconnect reconnect;
};

struct domain_cookie {
	char *name, *value;
};

/* Where a PCI function of the host is; always written in full. */
struct domain_pci_source {
	struct conf_num domain, bus, slot, function;
};

struct domain_source {
	enum domain_source_type type;             /* read from the element around */
	enum domain_startup_policy startup_policy;
	uint32_t index;                           /* of a running guest */
	char *path;                               /* FILE, BLOCK, DIR; VHOSTUSER: the socket */
	char *fdgroup;
	struct { enum domain_slice_type type; struct conf_num offset, size; } slice;
	/* NETWORK */
	enum domain_protocol protocol;
	char *name, *query;
	enum conf_yesno tls;
	char *tls_hostname;
	CONF_LIST(struct domain_host) hosts;
	char *snapshot, *config_file;
	char *initiator_iqn;
	char *nfs_user, *nfs_group;
	enum conf_yesno ssl_verify;
	CONF_LIST(struct domain_cookie) cookies;
	uint64_t readahead, timeout;
	/* VOLUME */
	char *pool, *volume;
	enum domain_volume_mode mode;
	/* NVME */
	enum domain_nvme_type nvme_type;
	struct conf_num nvme_namespace;
	enum conf_yesno nvme_managed;
	struct domain_pci_source nvme_address;
	/* VHOSTUSER */
	enum domain_socket_type socket_type;
	struct domain_reconnect reconnect;

	struct domain_auth *auth;
	struct domain_encryption *encryption;
	struct domain_reservations *reservations;
	CONF_LIST(struct domain_device_seclabel) seclabels;
};

extern const struct conf_elem domain_source_elem, domain_auth_elem, domain_encryption_elem, domain_device_seclabel_elem,
	domain_reconnect_elem, domain_host_elem, domain_pci_source_elem, domain_secret_ref_elem;

/* Adds LUN 0 to an iSCSI name that says none. */
int domain_iscsi_name(struct conf_reader *r, char **name) NODISCARD;

#endif
