/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <disk> */
#ifndef BERTH_CONF_DOMAIN_DISK_H
#define BERTH_CONF_DOMAIN_DISK_H

#include "conf/domain_source.h"
#include "conf/domain_virtio.h"

#define DOMAIN_DISK_DEVICES(X) \
	X(DOMAIN_DISK_DISK, "disk") \
	X(DOMAIN_DISK_CDROM, "cdrom") \
	X(DOMAIN_DISK_FLOPPY, "floppy") \
	X(DOMAIN_DISK_LUN, "lun")
CONF_ENUM(domain_disk_device, DOMAIN_DISK_DEVICES);

#define DOMAIN_DISK_BUSES(X) \
	X(DOMAIN_DISK_IDE, "ide") \
	X(DOMAIN_DISK_FDC, "fdc") \
	X(DOMAIN_DISK_SCSI, "scsi") \
	X(DOMAIN_DISK_VIRTIO, "virtio") \
	X(DOMAIN_DISK_XEN, "xen") \
	X(DOMAIN_DISK_USB, "usb") \
	X(DOMAIN_DISK_UML, "uml") \
	X(DOMAIN_DISK_SATA, "sata") \
	X(DOMAIN_DISK_SD, "sd")
CONF_ENUM(domain_disk_bus, DOMAIN_DISK_BUSES);

#define DOMAIN_DISK_SNAPSHOTS(X) \
	X(DOMAIN_DISK_SNAPSHOT_NO, "no") \
	X(DOMAIN_DISK_SNAPSHOT_INTERNAL, "internal") \
	X(DOMAIN_DISK_SNAPSHOT_EXTERNAL, "external") \
	X(DOMAIN_DISK_SNAPSHOT_MANUAL, "manual")
CONF_ENUM(domain_disk_snapshot, DOMAIN_DISK_SNAPSHOTS);

#define DOMAIN_SGIOS(X) X(DOMAIN_SGIO_FILTERED, "filtered") X(DOMAIN_SGIO_UNFILTERED, "unfiltered")
CONF_ENUM(domain_sgio, DOMAIN_SGIOS);

#define DOMAIN_DISK_CACHES(X) \
	X(DOMAIN_DISK_CACHE_NONE, "none") \
	X(DOMAIN_DISK_CACHE_WRITETHROUGH, "writethrough") \
	X(DOMAIN_DISK_CACHE_WRITEBACK, "writeback") \
	X(DOMAIN_DISK_CACHE_DIRECTSYNC, "directsync") \
	X(DOMAIN_DISK_CACHE_UNSAFE, "unsafe")
CONF_ENUM(domain_disk_cache, DOMAIN_DISK_CACHES);

#define DOMAIN_DISK_ERROR_POLICIES(X) \
	X(DOMAIN_DISK_ERROR_STOP, "stop") \
	X(DOMAIN_DISK_ERROR_REPORT, "report") \
	X(DOMAIN_DISK_ERROR_IGNORE, "ignore") \
	X(DOMAIN_DISK_ERROR_ENOSPACE, "enospace")
CONF_ENUM(domain_disk_error_policy, DOMAIN_DISK_ERROR_POLICIES);

#define DOMAIN_DISK_IOS(X) X(DOMAIN_DISK_IO_NATIVE, "native") X(DOMAIN_DISK_IO_THREADS, "threads") X(DOMAIN_DISK_IO_URING, "io_uring")
CONF_ENUM(domain_disk_io, DOMAIN_DISK_IOS);

#define DOMAIN_DISK_DISCARDS(X) X(DOMAIN_DISK_UNMAP, "unmap") X(DOMAIN_DISK_IGNORE, "ignore")
CONF_ENUM(domain_disk_discard, DOMAIN_DISK_DISCARDS);

#define DOMAIN_DISK_DETECTS(X) X(DOMAIN_DISK_DETECT_OFF, "off") X(DOMAIN_DISK_DETECT_ON, "on") X(DOMAIN_DISK_DETECT_UNMAP, "unmap")
CONF_ENUM(domain_disk_detect_zeroes, DOMAIN_DISK_DETECTS);

#define DOMAIN_DISK_TRAYS(X) X(DOMAIN_DISK_TRAY_OPEN, "open")   /* else closed */
CONF_ENUM(domain_disk_tray, DOMAIN_DISK_TRAYS);

#define DOMAIN_DISK_TRANSLATIONS(X) X(DOMAIN_DISK_TRANS_NONE, "none") X(DOMAIN_DISK_TRANS_AUTO, "auto") X(DOMAIN_DISK_TRANS_LBA, "lba")
CONF_ENUM(domain_disk_translation, DOMAIN_DISK_TRANSLATIONS);

#define DOMAIN_DISK_JOBS(X) X(DOMAIN_DISK_JOB_COPY, "copy") X(DOMAIN_DISK_JOB_COMMIT, "commit") X(DOMAIN_DISK_JOB_ACTIVE_COMMIT, "active-commit")
CONF_ENUM(domain_disk_job, DOMAIN_DISK_JOBS);

#define DOMAIN_DISK_READIES(X) X(DOMAIN_DISK_READY_YES, "yes") X(DOMAIN_DISK_READY_ABORT, "abort") X(DOMAIN_DISK_READY_PIVOT, "pivot")
CONF_ENUM(domain_disk_ready, DOMAIN_DISK_READIES);

/* An image below the disk's own; an empty one (source.type unset, no format) ends the chain. */
struct domain_backing {
	enum domain_storage_format format;
	struct conf_num metadata_cache;    /* bytes */
	uint32_t index;
	struct domain_source src;
	struct domain_backing *backing;
};

/* The target of a running block job. */
struct domain_mirror {
	enum domain_disk_job job;
	enum domain_disk_ready ready;
	char *old_file;                    /* as libvirt before 1.2 wrote it */
	enum domain_storage_format format;
	struct domain_source src;
	struct domain_backing *backing;
};

#define DOMAIN_IOTUNES(X) \
	X(total_bytes_sec) X(read_bytes_sec) X(write_bytes_sec) X(total_iops_sec) X(read_iops_sec) X(write_iops_sec) \
	X(total_bytes_sec_max) X(read_bytes_sec_max) X(write_bytes_sec_max) X(total_iops_sec_max) X(read_iops_sec_max) \
	X(write_iops_sec_max) X(size_iops_sec) X(total_bytes_sec_max_length) X(read_bytes_sec_max_length) \
	X(write_bytes_sec_max_length) X(total_iops_sec_max_length) X(read_iops_sec_max_length) X(write_iops_sec_max_length)

struct domain_iotune {
#define DOMAIN_IOTUNE_MEMBER_(name) uint64_t name;
	DOMAIN_IOTUNES(DOMAIN_IOTUNE_MEMBER_)
	char *group_name;
};

/* <throttlefilter>: a group of <throttlegroups> that a disk's requests go through */
struct domain_throttlefilter {
	char *group;
};

struct domain_disk {
	enum domain_disk_device device;         /* always set after parsing */
	enum domain_virtio_model model;
	enum conf_yesno rawio;
	enum domain_sgio sgio;
	enum domain_disk_snapshot snapshot;
	struct {
		char *name;
		enum domain_storage_format type;
		enum domain_disk_cache cache;
		enum domain_disk_error_policy error_policy, rerror_policy;
		enum domain_disk_io io;
		enum conf_onoff ioeventfd, event_idx, copy_on_read;
		enum domain_disk_discard discard;
		uint32_t iothread;
		enum domain_disk_detect_zeroes detect_zeroes;
		uint32_t queues, queue_size;
		struct domain_virtio virtio;
		struct conf_num metadata_cache;  /* bytes */
	} driver;
	struct domain_auth *auth;               /* as libvirt once wrote it; else src.auth */
	struct domain_source src;               /* src.type always set after parsing */
	struct domain_backing *backing;
	struct domain_mirror *mirror;           /* of a running guest */
	char *dst;                              /* "vda" */
	enum domain_disk_bus bus;               /* always set after parsing */
	enum domain_disk_tray tray;
	enum conf_onoff removable;
	uint32_t rotation_rate;
	struct domain_iotune iotune;
	CONF_LIST(struct domain_throttlefilter) throttlefilters;   /* the first is nearest to the guest */
	char *backenddomain;
	bool readonly, shareable;
	struct domain_transient { enum conf_yesno share_backing; } *transient;
	char *serial, *wwn, *vendor, *product;
	struct domain_encryption *encryption;   /* as libvirt once wrote it; else src.encryption */
	struct { uint32_t cyls, heads, secs; enum domain_disk_translation trans; } geometry;
	uint32_t logical_block_size, physical_block_size;
	struct domain_info info;
};

extern const struct conf_elem domain_disk_elem, domain_throttlegroup_elem;

/* Completes bus and address of a disk and checks what goes with its bus; for domain_fill(). */
int domain_disk_place(struct conf_reader *r, struct domain_disk *disk) NODISCARD;

/* The number of a disk's name in its row: 0 of sda and sda1, 27 of vdab; -1 for what is no such name. */
int domain_disk_index(const char *dst);

#endif
