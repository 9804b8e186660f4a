/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What cannot be, whatever the hypervisor, as far as more than one element or a finished definition shows it. */
#include "conf/domain_fill.h"

/* --- disks ----------------------------------------------------------------------------------------------------- */

static int check_virtio(struct conf_reader *r, const struct domain_virtio *v, const char *what, const char *name)
{
	if (v->iommu || v->ats || v->packed || v->page_per_vq)
		return conf_unsupported(r, "%s '%s' is no virtio device and has no iommu, ats, packed and page_per_vq", what, name);
	return 0;
}

static int check_address_type(struct conf_reader *r, const struct domain_disk *disk)
{
	enum domain_address_type type = disk->info.address.type;
	uint32_t drives = BIT(DOMAIN_DISK_IDE) | BIT(DOMAIN_DISK_FDC) | BIT(DOMAIN_DISK_SCSI) | BIT(DOMAIN_DISK_SATA);

	if (type && type != DOMAIN_ADDRESS_DRIVE && (drives & BIT(disk->bus)))
		return conf_unsupported(r, "disk '%s' is on the bus '%s' and cannot have an address of type '%s'", disk->dst,
					conf_enum_name(&domain_disk_bus_names, disk->bus),
					conf_enum_name(&domain_address_type_names, type));
	return 0;
}

static int check_auth(struct conf_reader *r, const struct domain_disk *disk)
{
	const struct domain_auth *auth = disk->auth ? disk->auth : disk->src.auth;
	enum domain_protocol protocol = disk->src.type == DOMAIN_SOURCE_NETWORK ? disk->src.protocol : 0;

	if (auth && ((protocol == DOMAIN_PROTOCOL_ISCSI && auth->type != DOMAIN_AUTH_ISCSI) ||
		     (protocol == DOMAIN_PROTOCOL_RBD && auth->type != DOMAIN_AUTH_CEPH)))
		return conf_unsupported(r, "disk '%s': a secret of type '%s' does not go with protocol '%s'", disk->dst,
					conf_enum_name(&domain_auth_type_names, auth->type),
					conf_enum_name(&domain_protocol_names, protocol));
	return 0;
}

static int check_lun(struct conf_reader *r, const struct domain_disk *disk)
{
	enum domain_source_type type = disk->src.type;

	if (disk->device != DOMAIN_DISK_LUN || type == DOMAIN_SOURCE_BLOCK || type == DOMAIN_SOURCE_VOLUME ||
	    (type == DOMAIN_SOURCE_NETWORK && disk->src.protocol == DOMAIN_PROTOCOL_ISCSI))
		return 0;
	return conf_unsupported(r, "disk '%s': device='lun' needs a source of type block, volume, or network with iscsi", disk->dst);
}

static int check_media(struct conf_reader *r, const struct domain_disk *disk)
{
	bool local = disk->src.type <= DOMAIN_SOURCE_DIR, pool = disk->src.type == DOMAIN_SOURCE_VOLUME;

	/* a LUN may be a drive without a medium */
	if (disk->device == DOMAIN_DISK_DISK && ((local && !disk->src.path) || (pool && !disk->src.pool)))
		return conf_fail(r, "disk '%s': <source> is missing or names nothing", disk->dst);
	return 0;
}

static int check_words(struct conf_reader *r, const struct domain_disk *disk)
{
	const char *w = disk->wwn;

	if (w && !strncmp(w, "0x", 2))
		w += 2;
	if (w && (strlen(w) != 16 || w[strspn(w, "0123456789abcdefABCDEF")]))
		return conf_fail(r, "disk '%s': <wwn> '%.40s' is not 16 hexadecimal digits", disk->dst, disk->wwn);
	if (disk->vendor && (strlen(disk->vendor) > 8 || conf_check_line(disk->vendor)))
		return conf_fail(r, "disk '%s': <vendor> is not at most 8 printable characters", disk->dst);
	if (disk->product && (strlen(disk->product) > 16 || conf_check_line(disk->product)))
		return conf_fail(r, "disk '%s': <product> is not at most 16 printable characters", disk->dst);
	return 0;
}

static int check_disk(struct conf_reader *r, const struct domain_disk *disk)
{
	if (disk->device == DOMAIN_DISK_FLOPPY && strncmp(disk->dst, "fd", 2) != 0)
		return conf_fail(r, "'%.60s' is not the name of a floppy, such as fda", disk->dst);
	if ((disk->device == DOMAIN_DISK_DISK || disk->device == DOMAIN_DISK_LUN) && domain_disk_index(disk->dst) < 0)
		return conf_fail(r, "'%.60s' is not the name of a disk, such as vda, sda or hda", disk->dst);
	if (disk->bus != DOMAIN_DISK_VIRTIO && check_virtio(r, &disk->driver.virtio, "disk", disk->dst) < 0)
		return -1;
	if (check_media(r, disk) < 0)
		return -1;
	return check_address_type(r, disk) < 0 || check_auth(r, disk) < 0 || check_lun(r, disk) < 0 || check_words(r, disk) < 0 ? -1 : 0;
}

static bool same_text(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static bool same_place(const struct domain_address *a, const struct domain_address *b)
{
	return a->type == DOMAIN_ADDRESS_DRIVE && b->type == DOMAIN_ADDRESS_DRIVE && a->controller.value == b->controller.value &&
	       a->bus.value == b->bus.value && a->target.value == b->target.value && a->unit.value == b->unit.value;
}

static int check_pair(struct conf_reader *r, const struct domain_disk *a, const struct domain_disk *b)
{
	const struct domain_address *at = &a->info.address;

	if (same_text(a->dst, b->dst))
		return conf_fail(r, "there are two disks with <target dev='%.60s'>", a->dst);
	if (same_text(a->wwn, b->wwn))
		return conf_fail(r, "the disks '%s' and '%s' have the same <wwn>", b->dst, a->dst);
	if (same_text(a->serial, b->serial))
		return conf_fail(r, "the disks '%s' and '%s' have the same <serial>", b->dst, a->dst);
	if (a->bus == b->bus && same_place(at, &b->info.address))
		return conf_unsupported(r, "the disks '%s' and '%s' have the same address (controller %llu, bus %llu, target %llu, unit %llu)",
					b->dst, a->dst, (unsigned long long)at->controller.value, (unsigned long long)at->bus.value,
					(unsigned long long)at->target.value, (unsigned long long)at->unit.value);
	return 0;
}

static int check_disks(struct conf_reader *r, const struct domain_devices *d)
{
	for (size_t i = 0; i < d->disks.n; i++) {
		const struct domain_disk *disk = d->disks.items[i];

		if (check_disk(r, disk) < 0)
			return -1;
		for (size_t j = 0; j < i; j++)
			if (check_pair(r, disk, d->disks.items[j]) < 0)
				return -1;
		for (size_t j = 0; j < d->hostdevs.n; j++)
			if (disk->bus == DOMAIN_DISK_SCSI && d->hostdevs.items[j]->type == DOMAIN_HOSTDEV_SCSI &&
			    same_place(&disk->info.address, &d->hostdevs.items[j]->info.address))
				return conf_unsupported(r, "the disk '%s' and a SCSI host device have the same address", disk->dst);
	}
	return 0;
}

/* --- host devices ---------------------------------------------------------------------------------------------- */

static bool same_hostdev(const struct domain_hostdev *a, const struct domain_hostdev *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case DOMAIN_HOSTDEV_PCI:
		return !memcmp(&a->pci, &b->pci, sizeof(a->pci));
	case DOMAIN_HOSTDEV_USB:
		return a->usb.bus.set && b->usb.bus.set && a->usb.bus.value == b->usb.bus.value &&
		       a->usb.device.value == b->usb.device.value;
	case DOMAIN_HOSTDEV_SCSI:
		return same_text(a->scsi.adapter, b->scsi.adapter) && a->scsi.bus.value == b->scsi.bus.value &&
		       a->scsi.target.value == b->scsi.target.value && a->scsi.unit.value == b->scsi.unit.value;
	case DOMAIN_HOSTDEV_MDEV:
		return !memcmp(a->mdev, b->mdev, sizeof(a->mdev));
	case DOMAIN_HOSTDEV_STORAGE:
		return same_text(a->block, b->block);
	case DOMAIN_HOSTDEV_MISC:
		return same_text(a->chardev, b->chardev);
	case DOMAIN_HOSTDEV_NET:
		return same_text(a->interface, b->interface);
	default:
		return false;
	}
}

static int check_hostdevs(struct conf_reader *r, const struct domain_devices *d)
{
	for (size_t i = 0; i < d->hostdevs.n; i++)
		for (size_t j = 0; j < i; j++) {
			const struct domain_hostdev *a = d->hostdevs.items[i], *b = d->hostdevs.items[j];

			if (same_hostdev(a, b))
				return conf_fail(r, "<hostdev> %zu and %zu are the same %s device", j + 1, i + 1,
						 conf_enum_name(&domain_hostdev_type_names, a->type));
			if (a->type == DOMAIN_HOSTDEV_SCSI && b->type == DOMAIN_HOSTDEV_SCSI && same_place(&a->info.address, &b->info.address))
				return conf_unsupported(r, "two SCSI host devices have the same address");
		}
	return 0;
}

/* --- USB ------------------------------------------------------------------------------------------------------- */

static int check_usb(struct conf_reader *r, const struct domain_devices *d)
{
	for (size_t i = 0; i < d->controllers.n; i++) {
		const struct domain_controller *c = d->controllers.items[i];
		bool master = !c->info.master_startport.set;

		if (c->type != DOMAIN_CONTROLLER_USB)
			continue;
		for (size_t j = 0; !master && j < d->controllers.n; j++)
			master = d->controllers.items[j]->type == DOMAIN_CONTROLLER_USB &&
				 d->controllers.items[j]->index.value == c->index.value &&
				 !d->controllers.items[j]->info.master_startport.set;
		if (!master)
			return conf_fail(r, "the USB controller %llu has companions, but no master", (unsigned long long)c->index.value);
	}
	return 0;
}

static int check_consoles(struct conf_reader *r, const struct domain *def)
{
	for (size_t i = 1; i < def->devices.consoles.n && def->os.type == DOMAIN_OS_HVM; i++)
		if (def->devices.consoles.items[i]->target == DOMAIN_CONSOLE_SERIAL)
			return conf_unsupported(r, "only the first <console> can be a serial port, number %zu is one too", i + 1);
	return 0;
}

static int check_panics(struct conf_reader *r, const struct domain_devices *d)
{
	for (size_t i = 0; i < d->panics.n; i++)
		for (size_t j = 0; j < i; j++)
			if (d->panics.items[i]->model == d->panics.items[j]->model)
				return conf_fail(r, "there are two <panic> of one model");
	return 0;
}

static int check_memnodes(struct conf_reader *r, const struct domain *def)
{
	size_t cells = def->cpu ? def->cpu->cells.n : 0;

	for (size_t i = 0; i < def->numatune.memnodes.n; i++)
		if (def->numatune.memnodes.items[i]->cellid.value >= cells)
			return conf_fail(r, "<memnode cellid='%llu'>: the guest has no such NUMA cell",
					 (unsigned long long)def->numatune.memnodes.items[i]->cellid.value);
	return 0;
}

int domain_check(struct conf_reader *r, const struct domain *def)
{
	const struct domain_devices *d = &def->devices;

	if (check_consoles(r, def) < 0 || check_memnodes(r, def) < 0 || check_panics(r, d) < 0)
		return -1;
	return check_disks(r, d) < 0 || check_hostdevs(r, d) < 0 || check_usb(r, d) < 0 ? -1 : 0;
}
