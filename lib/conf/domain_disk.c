/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_disk.h"

CONF_ENUM_NAMES(domain_disk_device, DOMAIN_DISK_DEVICES);
CONF_ENUM_NAMES(domain_disk_bus, DOMAIN_DISK_BUSES);
CONF_ENUM_NAMES(domain_disk_snapshot, DOMAIN_DISK_SNAPSHOTS);
CONF_ENUM_NAMES(domain_sgio, DOMAIN_SGIOS, .unset = "default");
CONF_ENUM_NAMES(domain_disk_cache, DOMAIN_DISK_CACHES, .unset = "default");
CONF_ENUM_NAMES(domain_disk_error_policy, DOMAIN_DISK_ERROR_POLICIES, .unset = "default");
CONF_ENUM_NAMES(domain_disk_io, DOMAIN_DISK_IOS, .unset = "default");
CONF_ENUM_NAMES(domain_disk_discard, DOMAIN_DISK_DISCARDS, .unset = "default");
CONF_ENUM_NAMES(domain_disk_detect_zeroes, DOMAIN_DISK_DETECTS, .unset = "default");
CONF_ENUM_NAMES(domain_disk_tray, DOMAIN_DISK_TRAYS, .unset = "closed");
CONF_ENUM_NAMES(domain_disk_translation, DOMAIN_DISK_TRANSLATIONS, .unset = "default");
CONF_ENUM_NAMES(domain_disk_job, DOMAIN_DISK_JOBS);
CONF_ENUM_NAMES(domain_disk_ready, DOMAIN_DISK_READIES);

/* --- <backingStore>, <mirror> ---------------------------------------------------------------------------------- */

static const struct conf_row backing_cache_rows[] = {
	CHILD_SCALED("max_size", struct domain_backing, metadata_cache, 1, .flags = CONF_UNIT_BYTES),
	CONF_END
};

static const struct conf_row backing_format_rows[] = {
	ATTR_ENUM("type", struct domain_backing, format, domain_storage_format, .flags = CONF_REQUIRED),
	GROUP("metadata_cache", backing_cache_rows),
	CONF_END
};

static const struct conf_elem backing_elem;   /* a chain */

static const struct conf_row backing_rows[] = {
	ATTR_ENUM("type", struct domain_backing, src.type, domain_source_type),
	ATTR_UINT("index", struct domain_backing, index, .flags = CONF_LIVE),
	GROUP("format", backing_format_rows),
	EMBED("source", struct domain_backing, src, struct domain_source, domain_source_elem),
	NODE("backingStore", struct domain_backing, backing, struct domain_backing, backing_elem),
	CONF_END
};

static int backing_fill(struct conf_reader *r, void *obj)
{
	const struct domain_backing *b = obj;

	if (b->src.type && !b->format)
		return conf_fail(r, "<format type='...'/> is missing");
	return 0;
}

static const struct conf_elem backing_elem = ELEM(struct domain_backing, backing_rows, .fill = backing_fill);

static const struct conf_row mirror_format_rows[] = {
	ATTR_ENUM("type", struct domain_mirror, format, domain_storage_format, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row mirror_rows[] = {
	ATTR_ENUM("type", struct domain_mirror, src.type, domain_source_type),
	ATTR_STRING("file", struct domain_mirror, old_file),
	ATTR_ENUM("format", struct domain_mirror, format, domain_storage_format, .flags = CONF_READ_ONLY),
	ATTR_ENUM("job", struct domain_mirror, job, domain_disk_job),
	ATTR_ENUM("ready", struct domain_mirror, ready, domain_disk_ready),
	GROUP("format", mirror_format_rows),
	EMBED("source", struct domain_mirror, src, struct domain_source, domain_source_elem),
	NODE("backingStore", struct domain_mirror, backing, struct domain_backing, backing_elem),
	CONF_END
};

static const struct conf_elem mirror_elem = ELEM(struct domain_mirror, mirror_rows);

/* --- <driver>, <target>, <iotune>, <geometry>, <blockio> --------------------------------------------------------- */

static const struct conf_row metadata_cache_rows[] = {
	CHILD_SCALED("max_size", struct domain_disk, driver.metadata_cache, 1, .flags = CONF_UNIT_BYTES),
	CONF_END
};

static const struct conf_row driver_rows[] = {
	ATTR_STRING("name", struct domain_disk, driver.name),
	ATTR_ENUM("type", struct domain_disk, driver.type, domain_storage_format),
	ATTR_ENUM("cache", struct domain_disk, driver.cache, domain_disk_cache),
	ATTR_ENUM("error_policy", struct domain_disk, driver.error_policy, domain_disk_error_policy),
	ATTR_ENUM("rerror_policy", struct domain_disk, driver.rerror_policy, domain_disk_error_policy),
	ATTR_ENUM("io", struct domain_disk, driver.io, domain_disk_io),
	ATTR_ONOFF("ioeventfd", struct domain_disk, driver.ioeventfd),
	ATTR_ONOFF("event_idx", struct domain_disk, driver.event_idx),
	ATTR_ONOFF("copy_on_read", struct domain_disk, driver.copy_on_read),
	ATTR_ENUM("discard", struct domain_disk, driver.discard, domain_disk_discard),
	ATTR_UINT("iothread", struct domain_disk, driver.iothread),
	ATTR_ENUM("detect_zeroes", struct domain_disk, driver.detect_zeroes, domain_disk_detect_zeroes),
	ATTR_UINT("queues", struct domain_disk, driver.queues),
	ATTR_UINT("queue_size", struct domain_disk, driver.queue_size),
	INCLUDE(struct domain_disk, driver.virtio, struct domain_virtio, domain_virtio_elem),
	GROUP("metadata_cache", metadata_cache_rows),
	CONF_END
};

static const struct conf_row target_rows[] = {
	ATTR_STRING("dev", struct domain_disk, dst),
	ATTR_ENUM("bus", struct domain_disk, bus, domain_disk_bus),
	ATTR_ENUM("tray", struct domain_disk, tray, domain_disk_tray,
		  .when = BIT(DOMAIN_DISK_CDROM) | BIT(DOMAIN_DISK_FLOPPY)),
	ATTR_ONOFF("removable", struct domain_disk, removable),
	ATTR_UINT("rotation_rate", struct domain_disk, rotation_rate, .max = 65534),
	CONF_END
};

static const struct conf_row iotune_rows[] = {
#define IOTUNE_ROW(name_) CHILD_UINT(#name_, struct domain_iotune, name_),
	DOMAIN_IOTUNES(IOTUNE_ROW)
	CHILD_STRING("group_name", struct domain_iotune, group_name),
	CONF_END
};

static int iotune_fill(struct conf_reader *r, void *obj)
{
	const struct domain_iotune *t = obj;

#define EITHER(what) \
	if (t->total_##what && (t->read_##what || t->write_##what)) \
		return conf_fail(r, "<total_" #what "> excludes <read_" #what "> and <write_" #what ">")
	EITHER(bytes_sec);
	EITHER(iops_sec);
	EITHER(bytes_sec_max);
	EITHER(iops_sec_max);
#undef EITHER
	return 0;
}

static const struct conf_elem iotune_elem = ELEM(struct domain_iotune, iotune_rows, .fill = iotune_fill);

static int throttlegroup_fill(struct conf_reader *r, void *obj)
{
	const struct domain_iotune *t = obj;

	if (!t->group_name || !*t->group_name)
		return conf_fail(r, "<throttlegroup>: <group_name> is missing");
	return iotune_fill(r, obj);
}

const struct conf_elem domain_throttlegroup_elem = ELEM(struct domain_iotune, iotune_rows, .fill = throttlegroup_fill);

static const struct conf_row throttlefilter_rows[] = {
	ATTR_STRING("group", struct domain_throttlefilter, group, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_elem throttlefilter_elem = ELEM(struct domain_throttlefilter, throttlefilter_rows);

static const struct conf_row throttlefilters_rows[] = {
	LIST("throttlefilter", struct domain_disk, throttlefilters, struct domain_throttlefilter, throttlefilter_elem, .max = 16),
	CONF_END
};

static const struct conf_row geometry_rows[] = {
	ATTR_UINT("cyls", struct domain_disk, geometry.cyls, .flags = CONF_REQUIRED),
	ATTR_UINT("heads", struct domain_disk, geometry.heads, .flags = CONF_REQUIRED),
	ATTR_UINT("secs", struct domain_disk, geometry.secs, .flags = CONF_REQUIRED),
	ATTR_ENUM("trans", struct domain_disk, geometry.trans, domain_disk_translation),
	CONF_END
};

static const struct conf_row blockio_rows[] = {
	ATTR_UINT("logical_block_size", struct domain_disk, logical_block_size),
	ATTR_UINT("physical_block_size", struct domain_disk, physical_block_size),
	CONF_END
};

static const struct conf_row backenddomain_rows[] = {
	ATTR_STRING("name", struct domain_disk, backenddomain),
	CONF_END
};

static const struct conf_row transient_rows[] = {
	ATTR_YESNO("shareBacking", struct domain_transient, share_backing),
	CONF_END
};

static const struct conf_elem transient_elem = ELEM(struct domain_transient, transient_rows);

/* --- <disk> ---------------------------------------------------------------------------------------------------- */

int domain_disk_index(const char *dst)
{
	static const char prefixes[][4] = { "fd", "hd", "vd", "sd", "xvd", "ubd" };
	const char *s = NULL;
	int index = 0;

	for (size_t i = 0; !s && i < ARRAY_LEN(prefixes); i++)
		if (!strncmp(dst, prefixes[i], strlen(prefixes[i])))
			s = dst + strlen(prefixes[i]);
	if (!s || *s < 'a' || *s > 'z')
		return -1;
	for (; *s >= 'a' && *s <= 'z'; s++) {
		if (index > 1000000)
			return -1;
		index = index * 26 + (*s - 'a' + 1);
	}
	/* digits name a partition */
	return s[strspn(s, "0123456789")] ? -1 : index - 1;
}

static enum domain_disk_bus bus_by_name(const struct domain_disk *disk)
{
	static const struct { char prefix[4]; enum domain_disk_bus bus; } names[] = {
		{ "hd", DOMAIN_DISK_IDE }, { "sd", DOMAIN_DISK_SCSI }, { "vd", DOMAIN_DISK_VIRTIO }, { "xvd", DOMAIN_DISK_XEN },
		{ "ubd", DOMAIN_DISK_UML },
	};

	if (disk->device == DOMAIN_DISK_FLOPPY)
		return DOMAIN_DISK_FDC;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strncmp(disk->dst, names[i].prefix, strlen(names[i].prefix)))
			return names[i].bus;
	return DOMAIN_DISK_IDE;
}

/* A disk's place on its bus follows from its name. */
static void place_disk(struct domain_disk *disk)
{
	static const struct { uint8_t per_controller, per_bus; } shape[DOMAIN_DISK_SD + 1] = {
		[DOMAIN_DISK_SCSI] = { 7, 7 }, [DOMAIN_DISK_IDE] = { 4, 2 }, [DOMAIN_DISK_SATA] = { 6, 6 }, [DOMAIN_DISK_FDC] = { 2, 2 },
	};
	unsigned controllers = shape[disk->bus].per_controller, units = shape[disk->bus].per_bus;
	int index = domain_disk_index(disk->dst);

	if (disk->info.address.type || index < 0 || !controllers)
		return;
	disk->info.address = (struct domain_address){
		.type = DOMAIN_ADDRESS_DRIVE,
		.controller = { index / controllers, true },
		.bus = { index % controllers / units, true },
		.target = { 0, true },
		.unit = { index % units, true },
		.port = { 0, true },
	};
}

static int check_disk(struct conf_reader *r, const struct domain_disk *disk)
{
	if (disk->device == DOMAIN_DISK_FLOPPY && disk->bus != DOMAIN_DISK_FDC && disk->bus != DOMAIN_DISK_USB &&
	    disk->bus != DOMAIN_DISK_SCSI)
		return conf_fail(r, "<disk> '%s': a floppy cannot be on the bus '%s'", disk->dst, conf_enum_name(&domain_disk_bus_names, disk->bus));
	if (disk->device != DOMAIN_DISK_FLOPPY && disk->bus == DOMAIN_DISK_FDC)
		return conf_fail(r, "<disk> '%s': only a floppy can be on the bus 'fdc'", disk->dst);
	if (disk->removable && disk->bus != DOMAIN_DISK_USB && disk->bus != DOMAIN_DISK_SCSI)
		return conf_fail(r, "<disk> '%s': 'removable' is for disks on usb", disk->dst);
	if (disk->rawio && disk->device != DOMAIN_DISK_LUN)
		return conf_fail(r, "<disk> '%s': 'rawio' is for device='lun'", disk->dst);
	if (disk->sgio && disk->device != DOMAIN_DISK_LUN)
		return conf_fail(r, "<disk> '%s': 'sgio' is for device='lun'", disk->dst);
	if (disk->auth && disk->src.auth)
		return conf_fail(r, "<disk> '%s': <auth> is given twice, in <disk> and in <source>", disk->dst);
	if (disk->encryption && disk->src.encryption)
		return conf_fail(r, "<disk> '%s': <encryption> is given twice, in <disk> and in <source>",
				 disk->dst);
	return 0;
}

int domain_disk_place(struct conf_reader *r, struct domain_disk *disk)
{
	if (!disk->bus)
		disk->bus = bus_by_name(disk);
	place_disk(disk);
	return check_disk(r, disk);
}

static int disk_fill(struct conf_reader *r, void *obj)
{
	struct domain_disk *disk = obj;

	if (!disk->src.type)
		disk->src.type = DOMAIN_SOURCE_FILE;
	if (!disk->device)
		disk->device = DOMAIN_DISK_DISK;
	if (!disk->dst || !*disk->dst)
		return conf_fail(r, "<target dev='...'/> is missing");
	if (disk->driver.type == DOMAIN_STORAGE_AIO)
		disk->driver.type = DOMAIN_STORAGE_RAW;
	if (!strncmp(disk->dst, "ioemu:", 6))
		memmove(disk->dst, disk->dst + 6, strlen(disk->dst + 6) + 1);
	if (disk->device == DOMAIN_DISK_CDROM)
		disk->readonly = true;
	if (disk->snapshot == DOMAIN_DISK_SNAPSHOT_NO && disk->readonly)
		disk->snapshot = 0;
	if (disk->device == DOMAIN_DISK_CDROM && disk->src.type == DOMAIN_SOURCE_BLOCK && !disk->src.path)
		disk->src.type = DOMAIN_SOURCE_FILE;
	return 0;
}

static const struct conf_row disk_rows[] = {
	ATTR_ENUM("type", struct domain_disk, src.type, domain_source_type),
	ATTR_ENUM("device", struct domain_disk, device, domain_disk_device),
	ATTR_ENUM("model", struct domain_disk, model, domain_virtio_model),
	ATTR_YESNO("rawio", struct domain_disk, rawio),
	ATTR_ENUM("sgio", struct domain_disk, sgio, domain_sgio),
	ATTR_ENUM("snapshot", struct domain_disk, snapshot, domain_disk_snapshot),
	GROUP("driver", driver_rows),
	NODE("auth", struct domain_disk, auth, struct domain_auth, domain_auth_elem),
	EMBED("source", struct domain_disk, src, struct domain_source, domain_source_elem),
	NODE("backingStore", struct domain_disk, backing, struct domain_backing, backing_elem),
	GROUP("backenddomain", backenddomain_rows),
	NODE("mirror", struct domain_disk, mirror, struct domain_mirror, mirror_elem, .flags = CONF_LIVE),
	GROUP("target", target_rows),
	EMBED("iotune", struct domain_disk, iotune, struct domain_iotune, iotune_elem),
	GROUP("throttlefilters", throttlefilters_rows),
	FLAG("readonly", struct domain_disk, readonly),
	FLAG("shareable", struct domain_disk, shareable),
	NODE("transient", struct domain_disk, transient, struct domain_transient, transient_elem),
	CHILD_STRING("serial", struct domain_disk, serial),
	CHILD_STRING("wwn", struct domain_disk, wwn),
	CHILD_STRING("vendor", struct domain_disk, vendor),
	CHILD_STRING("product", struct domain_disk, product),
	NODE("encryption", struct domain_disk, encryption, struct domain_encryption, domain_encryption_elem),
	GROUP("geometry", geometry_rows),
	GROUP("blockio", blockio_rows),
	INCLUDE(struct domain_disk, info, struct domain_info, domain_boot_elem),
	INCLUDE(struct domain_disk, info, struct domain_info, domain_info_elem),
	CONF_END
};

const struct conf_elem domain_disk_elem =
	ELEM_KIND(struct domain_disk, device, disk_rows, .kind_default = DOMAIN_DISK_DISK, .fill = disk_fill);
