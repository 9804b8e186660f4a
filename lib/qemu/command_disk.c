/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks, CD-ROM and floppy drives as devices. */
#include "qemu/command_impl.h"

#include "util/str.h"

#include <string.h>

/* --- by bus ---------------------------------------------------------------------------------------------------- */

static const char *controller_alias(struct qemu_build *b, enum domain_controller_type type, uint64_t index, const char *fallback)
{
	const struct domain_controller *c = qemu_find_controller(b->def, type, index);

	return c && c->info.alias.name ? c->info.alias.name : fallback;
}

static int put_ide(struct qemu_build *b, json_t *o, const struct domain_disk *d)
{
	const struct domain_address *a = &d->info.address;

	qemu_put(o, "driver", d->device == DOMAIN_DISK_CDROM ? "ide-cd" : "ide-hd");
	qemu_putf(o, "bus", "%s.%llu", controller_alias(b, DOMAIN_CONTROLLER_IDE, a->controller.value, "ide"), (unsigned long long)a->bus.value);
	qemu_put_int(o, "unit", a->unit.value);
	return 0;
}

static int put_sata(struct qemu_build *b, json_t *o, const struct domain_disk *d)
{
	const struct domain_address *a = &d->info.address;

	qemu_put(o, "driver", d->device == DOMAIN_DISK_CDROM ? "ide-cd" : "ide-hd");
	qemu_putf(o, "bus", "%s.%llu", controller_alias(b, DOMAIN_CONTROLLER_SATA, a->controller.value, "ide"), (unsigned long long)a->unit.value);
	return 0;
}

static int put_scsi(struct qemu_build *b, json_t *o, const struct domain_disk *d)
{
	const struct domain_address *a = &d->info.address;
	AUTO_FREE char *fallback = str_printf("scsi%llu", (unsigned long long)a->controller.value);
	bool lsi = qemu_is_lsi(b->def, a->controller.value);

	qemu_put(o, "driver", d->device == DOMAIN_DISK_LUN ? "scsi-block" : d->device == DOMAIN_DISK_CDROM ? "scsi-cd" : "scsi-hd");
	qemu_putf(o, "bus", "%s.%llu", controller_alias(b, DOMAIN_CONTROLLER_SCSI, a->controller.value, fallback),
		  (unsigned long long)(lsi ? a->bus.value : 0));
	if (lsi) {
		qemu_put_int(o, "scsi-id", a->unit.value);
	} else {
		qemu_put_int(o, "channel", a->bus.value);
		qemu_put_int(o, "scsi-id", a->target.value);
		qemu_put_int(o, "lun", a->unit.value);
	}
	/* what Linux makes its by-id link of; a serial number says it better */
	if (d->device != DOMAIN_DISK_LUN && d->serial)
		qemu_put(o, "device_id", d->serial);
	else if (d->device != DOMAIN_DISK_LUN)
		qemu_putf(o, "device_id", "drive-%s", d->info.alias.name);
	return 0;
}

static int put_virtio_blk(struct qemu_build *b, json_t *o, const struct domain_disk *d)
{
	static const struct qemu_prop rows[] = {
		QEMU_PROP(struct domain_disk, driver.ioeventfd, "ioeventfd", ONOFF),
		QEMU_PROP(struct domain_disk, driver.event_idx, "event_idx", ONOFF),
		QEMU_PROP(struct domain_disk, driver.queues, "num-queues", U32),
		QEMU_PROP(struct domain_disk, driver.queue_size, "queue-size", U32),
		QEMU_PROP_END
	};

	if (qemu_put_virtio_driver(b, o, d->src.type == DOMAIN_SOURCE_VHOSTUSER ? "vhost-user-blk" : "virtio-blk", &d->info, d->model) < 0)
		return -1;
	if (d->driver.iothread)
		qemu_putf(o, "iothread", "iothread%u", d->driver.iothread);
	qemu_put_props(o, rows, d);
	qemu_put_virtio(o, &d->driver.virtio);
	return qemu_put_address(b, o, &d->info);
}

static int put_usb(struct qemu_build *b, json_t *o, const struct domain_disk *d)
{
	qemu_put(o, "driver", "usb-storage");
	return qemu_put_address(b, o, &d->info);
}

static int put_floppy(struct qemu_build *b, json_t *o, const struct domain_disk *d)
{
	(void)b;
	qemu_put(o, "driver", "floppy");
	qemu_put_int(o, "unit", d->info.address.unit.value);
	return 0;
}

static int (*const buses[])(struct qemu_build *b, json_t *o, const struct domain_disk *d) = {
	[DOMAIN_DISK_IDE] = put_ide,  [DOMAIN_DISK_SATA] = put_sata, [DOMAIN_DISK_SCSI] = put_scsi,
	[DOMAIN_DISK_VIRTIO] = put_virtio_blk, [DOMAIN_DISK_USB] = put_usb, [DOMAIN_DISK_FDC] = put_floppy,
};

/* --- what all have --------------------------------------------------------------------------------------------- */

static void put_policies(json_t *o, const struct domain_disk *d)
{
	qemu_put(o, "werror", conf_enum_name(&domain_disk_error_policy_names, d->driver.error_policy));
	if (d->driver.rerror_policy)
		qemu_put(o, "rerror", conf_enum_name(&domain_disk_error_policy_names, d->driver.rerror_policy));
	else if (d->driver.error_policy && d->driver.error_policy != DOMAIN_DISK_ERROR_ENOSPACE)
		qemu_put(o, "rerror", conf_enum_name(&domain_disk_error_policy_names, d->driver.error_policy));
}

static void put_identity(json_t *o, const struct domain_disk *d)
{
	static const struct qemu_prop geometry[] = {
		QEMU_PROP(struct domain_disk, geometry.cyls, "cyls", U32),
		QEMU_PROP(struct domain_disk, geometry.heads, "heads", U32),
		QEMU_PROP(struct domain_disk, geometry.secs, "secs", U32),
		QEMU_PROP(struct domain_disk, logical_block_size, "logical_block_size", U32),
		QEMU_PROP(struct domain_disk, physical_block_size, "physical_block_size", U32),
		QEMU_PROP(struct domain_disk, rotation_rate, "rotation_rate", U32),
		QEMU_PROP_END
	};

	qemu_put_props(o, geometry, d);
	qemu_put(o, "bios-chs-trans", conf_enum_name(&domain_disk_translation_names, d->geometry.trans));
	if (d->wwn)
		qemu_put_int(o, "wwn", strtoull(d->wwn, NULL, 16));
	qemu_put(o, "vendor", d->vendor);
	qemu_put(o, "product", d->product);
	qemu_put(o, "serial", d->serial);
}

static void put_write_cache(json_t *o, const struct domain_disk *d)
{
	enum domain_disk_cache cache = qemu_disk_cache(d);

	/* floppies have none, CD-ROMs and LUNs are not ours to cache for */
	if (!cache || d->bus == DOMAIN_DISK_FDC || d->device != DOMAIN_DISK_DISK)
		return;
	qemu_put(o, "write-cache", cache == DOMAIN_DISK_CACHE_WRITETHROUGH || cache == DOMAIN_DISK_CACHE_DIRECTSYNC ? "off" : "on");
}

static json_t *disk_device(struct qemu_build *b, const struct domain_disk *d, const char *node)
{
	json_t *o = json_object();

	if (d->bus >= ARRAY_LEN(buses) || !buses[d->bus]) {
		qemu_unsupported(b, "disk %s: QEMU's machines have no disks on bus '%s'", d->dst, conf_enum_name(&domain_disk_bus_names, d->bus));
		json_decref(o);
		return NULL;
	}
	if (buses[d->bus](b, o, d) < 0) {
		json_decref(o);
		return NULL;
	}
	if (d->shareable)
		qemu_put_bool(o, "share-rw", true);
	if (d->src.type == DOMAIN_SOURCE_VHOSTUSER)
		qemu_putf(o, "chardev", "chr-vu-%s", d->info.alias.name);
	else
		qemu_put(o, "drive", node);
	qemu_put(o, "id", d->info.alias.name);
	if (d->bus != DOMAIN_DISK_FDC)
		qemu_put_uint(o, "bootindex", qemu_boot_disk(b->def, d));
	if (d->bus == DOMAIN_DISK_USB)
		qemu_put_bool(o, "removable", d->removable == CONF_ON);
	put_write_cache(o, d);
	put_identity(o, d);
	put_policies(o, d);
	if (d->src.type == DOMAIN_SOURCE_VHOSTUSER)
		json_object_del(o, "share-rw");
	return o;
}

static int build_vhost_user(struct qemu_build *b, const struct domain_disk *d)
{
	AUTO_BUF struct buf text = { 0 };

	qemu_optf(&text, "socket,id=chr-vu-%s", d->info.alias.name);
	qemu_opt(&text, "path", d->src.path);
	if (d->src.reconnect.enabled == CONF_YES)
		qemu_optf(&text, "reconnect=%llu", (unsigned long long)d->src.reconnect.timeout.value);
	qemu_arg_buf(&b->args, "-chardev", &text);
	return 0;
}

/* An old board's card slot takes no -device. */
static int build_sd(struct qemu_build *b, const struct domain_disk *d)
{
	AUTO_BUF struct buf text = { 0 };

	if (d->src.type != DOMAIN_SOURCE_FILE && d->src.type != DOMAIN_SOURCE_BLOCK)
		return qemu_unsupported(b, "disk %s: an SD card is a file", d->dst);
	qemu_opt(&text, "file", d->src.path);
	qemu_opt(&text, "format", d->driver.type ? conf_enum_name(&domain_storage_format_names, d->driver.type) : "raw");
	qemu_optf(&text, "if=sd,index=%d", domain_disk_index(d->dst));
	if (d->readonly)
		qemu_optf(&text, "readonly=on");
	qemu_arg_buf(&b->args, "-drive", &text);
	return 0;
}

int qemu_build_disk(struct qemu_build *b, const struct domain_disk *disk)
{
	AUTO_FREE char *node = NULL;
	json_t *o;

	if (disk->bus == DOMAIN_DISK_SD)
		return build_sd(b, disk);
	if (disk->src.type == DOMAIN_SOURCE_VHOSTUSER) {
		if (build_vhost_user(b, disk) < 0)
			return -1;
	} else if (qemu_has_image(&disk->src) && qemu_build_image(b, disk, &node) < 0) {
		return error_wrap(b->err, "disk %s", disk->dst);
	}
	o = disk_device(b, disk, node);
	return o ? qemu_build_device(b, o) : -1;
}

/* The floppy controller of a q35 is a device; where it is built in, what it boots from is said by the way. */
static int build_fdc(struct qemu_build *b)
{
	const struct domain_devices *d = &b->def->devices;
	json_t *o = json_pack("{s:s}", "driver", "isa-fdc");
	bool any = false;

	for (size_t i = 0; i < d->disks.n; i++) {
		const struct domain_disk *disk = d->disks.items[i];
		char unit = disk->info.address.unit.value ? 'B' : 'A', key[16];
		uint32_t order;

		if (disk->bus != DOMAIN_DISK_FDC)
			continue;
		any = true;
		snprintf(key, sizeof(key), "bootindex%c", unit);
		order = qemu_boot_disk(b->def, disk);
		qemu_put_uint(o, key, order);
		if (!qemu_is_q35(b->def) && order)
			qemu_argf(&b->args, "-global", "isa-fdc.%s=%u", key, order);
	}
	if (any && qemu_is_q35(b->def))
		return qemu_build_device(b, o);
	json_decref(o);
	return 0;
}

json_t *qemu_throttle_limits(const struct domain_iotune *t, bool all)
{
	static const struct { const char *key; size_t at; unsigned none; } rows[] = {
#define LIMIT(member, key, none) { key, offsetof(struct domain_iotune, member), none }
	/* no burst is shorter than a second */
#define LIMITS(ours, key) LIMIT(ours, key, 0), LIMIT(ours##_max, key "-max", 0), LIMIT(ours##_max_length, key "-max-length", 1)
		LIMITS(total_bytes_sec, "bps-total"), LIMITS(read_bytes_sec, "bps-read"), LIMITS(write_bytes_sec, "bps-write"),
		LIMITS(total_iops_sec, "iops-total"), LIMITS(read_iops_sec, "iops-read"), LIMITS(write_iops_sec, "iops-write"),
		LIMIT(size_iops_sec, "iops-size", 0),
#undef LIMITS
#undef LIMIT
	};
	json_t *limits = json_object();

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t value = *(const uint64_t *)((const char *)t + rows[i].at);

		if (value || all)
			qemu_put_int(limits, rows[i].key, value ? value : rows[i].none);
	}
	return limits;
}

json_t *qemu_throttle_group(const struct domain_iotune *t)
{
	json_t *o = json_pack("{s:s, s:o}", "qom-type", "throttle-group", "limits", qemu_throttle_limits(t, false));

	qemu_putf(o, "id", "throttle-%s", t->group_name);
	return o;
}

int qemu_build_disks(struct qemu_build *b)
{
	const struct domain_devices *d = &b->def->devices;
	bool pr_helper = false;

	if (build_fdc(b) < 0)
		return -1;
	for (size_t i = 0; i < b->def->throttlegroups.n; i++)
		qemu_build_object(b, qemu_throttle_group(b->def->throttlegroups.items[i]));
	for (size_t i = 0; i < d->disks.n; i++)
		pr_helper |= d->disks.items[i]->src.reservations && d->disks.items[i]->src.reservations->managed == CONF_YES;
	if (pr_helper) {
		json_t *o = json_pack("{s:s, s:s}", "qom-type", "pr-manager-helper", "id", "pr-helper0");

		qemu_putf(o, "path", "%s/pr-helper0.sock", b->rt->dir);
		qemu_build_object(b, o);
	}
	for (size_t i = 0; i < d->disks.n; i++)
		if (qemu_build_disk(b, d->disks.items[i]) < 0)
			return -1;
	return 0;
}
