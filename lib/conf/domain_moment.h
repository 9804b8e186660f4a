/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest at a moment: <domainsnapshot>, <domaincheckpoint>, and the <domainbackup> of its disks. */
#ifndef BERTH_CONF_DOMAIN_MOMENT_H
#define BERTH_CONF_DOMAIN_MOMENT_H

#include "conf/document.h"
#include "conf/domain.h"

#define SNAPSHOT_STATES(X) \
	X(SNAPSHOT_STATE_NOSTATE, "nostate") \
	X(SNAPSHOT_STATE_RUNNING, "running") \
	X(SNAPSHOT_STATE_BLOCKED, "blocked") \
	X(SNAPSHOT_STATE_PAUSED, "paused") \
	X(SNAPSHOT_STATE_SHUTDOWN, "shutdown") \
	X(SNAPSHOT_STATE_SHUTOFF, "shutoff") \
	X(SNAPSHOT_STATE_CRASHED, "crashed") \
	X(SNAPSHOT_STATE_PMSUSPENDED, "pmsuspended") \
	X(SNAPSHOT_STATE_DISK, "disk-snapshot")
CONF_ENUM(snapshot_state, SNAPSHOT_STATES);   /* one more than libvirt's virDomainState; DISK: none of them */

#define SNAPSHOT_LOCATIONS(X) \
	X(SNAPSHOT_NO, "no") X(SNAPSHOT_INTERNAL, "internal") X(SNAPSHOT_EXTERNAL, "external") X(SNAPSHOT_MANUAL, "manual")
CONF_ENUM(snapshot_location, SNAPSHOT_LOCATIONS);

#define CHECKPOINT_TYPES(X) X(CHECKPOINT_NO, "no") X(CHECKPOINT_BITMAP, "bitmap")
CONF_ENUM(checkpoint_type, CHECKPOINT_TYPES);

#define BACKUP_MODES(X) X(BACKUP_PUSH, "push") X(BACKUP_PULL, "pull")
CONF_ENUM(backup_mode, BACKUP_MODES);

#define BACKUP_DISK_MODES(X) X(BACKUP_DISK_FULL, "full") X(BACKUP_DISK_INCREMENTAL, "incremental")
CONF_ENUM(backup_disk_mode, BACKUP_DISK_MODES);

#define BACKUP_TRANSPORTS(X) X(BACKUP_TCP, "tcp") X(BACKUP_UNIX, "unix")
CONF_ENUM(backup_transport, BACKUP_TRANSPORTS);

struct snapshot_disk {
	char *name;                            /* target device or path */
	enum snapshot_location snapshot;       /* 0: the guest's choice */
	enum domain_storage_format format;
	struct domain_source source;           /* EXTERNAL */
};

struct domain_snapshot {
	char *name, *description;
	enum snapshot_state state;
	char *parent;
	struct conf_int creation_time;         /* seconds since 1970; set: the snapshot of an earlier time */
	struct { enum snapshot_location snapshot; char *file; } memory;
	bool has_disks;
	CONF_LIST(struct snapshot_disk) disks;
	struct domain *domain;                 /* virt 0: nothing is known but the UUID */
	struct domain *inactive_domain;
	CONF_LIST(struct conf_raw) cookie;
	struct conf_num active;
};

struct checkpoint_disk {
	char *name;
	enum checkpoint_type checkpoint;
	char *bitmap;
	struct conf_num size;
};

struct domain_checkpoint {
	char *name, *description, *parent;
	struct conf_int creation_time;
	CONF_LIST(struct checkpoint_disk) disks;
	struct domain *domain;
};

struct backup_disk {
	char *name;
	enum conf_yesno backup;
	enum backup_disk_mode mode;
	char *incremental, *exportname, *exportbitmap;
	struct conf_num index;                 /* of a running job */
	enum domain_storage_format format;
	enum domain_source_type type;
	struct domain_source *target, *scratch;
};

struct backup_server {
	enum backup_transport transport;
	enum conf_yesno tls;
	char *name, *socket;
	struct conf_num port;
};

struct domain_backup {
	enum backup_mode mode;                 /* always set after parsing */
	char *incremental;
	struct backup_server *server;
	CONF_LIST(struct backup_disk) disks;
};

extern const struct conf_elem domain_snapshot_elem, domain_checkpoint_elem, domain_backup_elem;
extern const struct conf_document domain_snapshot_document, domain_checkpoint_document, domain_backup_document;

#endif
