/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What no QEMU runs, said when it is defined rather than when it is started. */
#include "qemu/define.h"

#include <string.h>

static int check_platform(const struct domain *def, struct error *err)
{
	if (def->os.type != DOMAIN_OS_HVM)
		return error_set(err, ERR_OS_TYPE, "the <os><type> of a machine is hvm, not %s", conf_enum_name(&domain_os_type_names, def->os.type));
	if (def->os.loader.secure == CONF_YES && def->features.smm.state != CONF_ON && qemu_is_x86(def))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "secure boot needs <smm state='on'/> in <features>");
	if (def->os.loader.secure == CONF_YES && !qemu_is_q35(def))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "secure boot needs a q35 machine");
	if (def->cpu && def->cpu->mode == DOMAIN_CPU_HOST_PASSTHROUGH && def->virt != DOMAIN_VIRT_KVM)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "the CPU mode 'host-passthrough' needs a guest of type 'kvm'");
	if (def->devices.memdevs.n && !def->max_memory.size.value)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "memory devices need <maxMemory>");
	return 0;
}

static int check_usb(const struct domain *def, struct error *err)
{
	const struct domain_devices *d = &def->devices;
	bool none = false;

	for (size_t i = 0; i < d->controllers.n; i++)
		none |= d->controllers.items[i]->type == DOMAIN_CONTROLLER_USB && d->controllers.items[i]->usb_model == DOMAIN_USB_NONE;
	for (size_t i = 0; none && i < d->inputs.n; i++)
		if (d->inputs.items[i]->bus == DOMAIN_INPUT_BUS_USB)
			return error_set(err, ERR_XML, "an input device is on USB, which this machine has not");
	for (size_t i = 0; none && i < d->hostdevs.n; i++)
		if (d->hostdevs.items[i]->type == DOMAIN_HOSTDEV_USB)
			return error_set(err, ERR_XML, "a USB device of the host needs a USB controller, which this machine has not");
	return 0;
}

static int check_disk(const struct domain *def, const struct domain_disk *d, struct error *err)
{
	if (d->device == DOMAIN_DISK_CDROM && d->bus == DOMAIN_DISK_VIRTIO)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "disk %s: a virtio disk has no tray: it cannot be a cdrom (use bus 'sata' or 'scsi')", d->dst);
	if (d->bus == DOMAIN_DISK_USB && d->info.address.type && d->info.address.type != DOMAIN_ADDRESS_USB)
		return error_set(err, ERR_XML, "disk %s is on USB, its <address> is of type '%s'", d->dst,
				 conf_enum_name(&domain_address_type_names, d->info.address.type));
	if (d->driver.iothread && d->bus != DOMAIN_DISK_VIRTIO)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "disk %s: an I/O thread is for virtio disks", d->dst);
	if (d->device == DOMAIN_DISK_LUN && d->bus != DOMAIN_DISK_SCSI)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "disk %s: device 'lun' is for bus 'scsi'", d->dst);
	if (d->bus == DOMAIN_DISK_SATA && !qemu_has_pci(def))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "disk %s: this machine has no SATA", d->dst);
	if (d->bus == DOMAIN_DISK_IDE && !qemu_has_builtin_ide(def))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "disk %s: machine '%s' has no IDE (use bus 'sata' or 'virtio')", d->dst, def->os.machine);
	if (d->bus == DOMAIN_DISK_XEN || d->bus == DOMAIN_DISK_UML)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "disk %s: a machine has no disks on bus '%s'", d->dst,
				 conf_enum_name(&domain_disk_bus_names, d->bus));
	return 0;
}

static int check_throttling(const struct domain *def, const struct domain_disk *d, struct error *err)
{
	bool tuned = d->iotune.group_name;

#define X(member) tuned |= d->iotune.member > 0;
	DOMAIN_IOTUNES(X)
#undef X
	if (!d->throttlefilters.n)
		return 0;
	if (tuned)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "disk %s: <iotune> and <throttlefilters> exclude each other", d->dst);
	if (d->device != DOMAIN_DISK_DISK || d->bus == DOMAIN_DISK_SD || d->src.type == DOMAIN_SOURCE_VHOSTUSER)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "disk %s: <throttlefilters> are for disks that are images, not for drives and what others serve", d->dst);
	for (size_t i = 0; i < d->throttlefilters.n; i++) {
		const char *name = d->throttlefilters.items[i]->group;
		bool found = false;

		for (size_t k = 0; k < def->throttlegroups.n; k++)
			found |= !strcmp(def->throttlegroups.items[k]->group_name, name);
		if (!found)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "disk %s: there is no throttle group '%s' (make it with: vm-throttlegroupset)", d->dst, name);
	}
	return 0;
}

/* Their names become those of QEMU's objects. */
static int check_groups(const struct domain *def, struct error *err)
{
	for (size_t i = 0; i < def->throttlegroups.n; i++) {
		const char *name = def->throttlegroups.items[i]->group_name;

		if (strlen(name) > 60 || name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")])
			return error_set(err, ERR_INVALID_ARG, "the throttle group's name '%.100s' has other characters than letters, digits, -, _ and .", name);
		for (size_t k = 0; k < i; k++)
			if (!strcmp(def->throttlegroups.items[k]->group_name, name))
				return error_set(err, ERR_XML, "there are two throttle groups '%s'", name);
	}
	return 0;
}

static int check_net(const struct domain_net *n, struct error *err)
{
	/* the words that QEMU's devices are made of; what no QEMU has is told when it is started */
	if (n->model && n->model[strspn(n->model, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")])
		return error_set(err, ERR_INVALID_ARG, "<interface>: <model type='%s'> has other characters than letters, digits, - and _", n->model);
	return 0;
}

/* Sizes of shared memory are those of a PCI region. */
static int check_shmem(const struct domain_shmem *s, struct error *err)
{
	if (s->size.set && s->size.value && (s->size.value < 1 << 20 || s->size.value & (s->size.value - 1)))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<shmem name='%s'>: its <size> must be a power of two, 1 MiB or more", s->name);
	if (s->model == DOMAIN_SHMEM_IVSHMEM)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<shmem name='%s'>: no QEMU has the model 'ivshmem' any more: say 'ivshmem-plain' or "
				 "'ivshmem-doorbell'", s->name);
	return 0;
}

static int check_panic(const struct domain *def, const struct domain_panic *p, struct error *err)
{
	if (p->model != DOMAIN_PANIC_ISA && p->info.address.type)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "a <panic model='%s'> has no address", conf_enum_name(&domain_panic_model_names, p->model));
	if (p->model == DOMAIN_PANIC_ISA && !qemu_is_x86(def))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "a <panic model='isa'> is for PCs");
	return 0;
}

static int check_memory(const struct domain *def, struct error *err)
{
	const struct domain_hugepages *h = def->memory_backing.hugepages;
	size_t cells = def->cpu ? def->cpu->cells.n : 0;

	for (size_t i = 0; i < cells; i++)
		if (def->cpu->cells.items[i]->memory.value > UINT64_MAX / 1024 / 2048)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "<numa>: the memory of cell %zu is more than can be counted", i);
	for (size_t i = 0; h && i < h->pages.n; i++)
		if (h->pages.items[i]->nodeset && h->pages.items[i]->nodeset->bits > (cells ? cells : 1))
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "<hugepages>: there is no node %u", h->pages.items[i]->nodeset->bits - 1);
	return 0;
}

/* Whether another process can have a part of the memory: a file's or a memfd's, mapped as shared (command_memory.c). */
static bool can_be_shared(const struct domain *def, enum domain_memaccess own)
{
	const struct domain_memory_backing *m = &def->memory_backing;
	enum domain_memaccess access = own ? own : m->access;
	bool file = m->hugepages || m->source == DOMAIN_MEMORY_FILE || m->source == DOMAIN_MEMORY_MEMFD || (!m->source && own == DOMAIN_MEMACCESS_SHARED);

	return file && (access ? access == DOMAIN_MEMACCESS_SHARED : m->source == DOMAIN_MEMORY_MEMFD);
}

static int check_filesystem(const struct domain *def, const struct domain_fs *f, struct error *err)
{
	size_t cells = def->cpu ? def->cpu->cells.n : 0;
	bool shared = cells || can_be_shared(def, 0);

	for (size_t i = 0; i < cells; i++)
		shared &= can_be_shared(def, def->cpu->cells.items[i]->mem_access);
	if (f->driver == DOMAIN_FS_DRIVER_VIRTIOFS && !shared)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<filesystem> '%s': virtiofs needs memory that is shared: <memoryBacking><source type='memfd'/>"
				 "<access mode='shared'/></memoryBacking>", f->dst ? f->dst : "");
	return 0;
}

int qemu_validate(const struct domain *def, struct error *err)
{
	const struct domain_devices *d = &def->devices;

	if (check_platform(def, err) < 0 || check_usb(def, err) < 0 || check_memory(def, err) < 0 || check_groups(def, err) < 0)
		return -1;
	for (size_t i = 0; i < d->shmems.n; i++)
		if (check_shmem(d->shmems.items[i], err) < 0)
			return -1;
	for (size_t i = 0; i < d->panics.n; i++)
		if (check_panic(def, d->panics.items[i], err) < 0)
			return -1;
	for (size_t i = 0; i < d->disks.n; i++)
		if (check_disk(def, d->disks.items[i], err) < 0 || check_throttling(def, d->disks.items[i], err) < 0)
			return -1;
	for (size_t i = 0; i < d->filesystems.n; i++)
		if (check_filesystem(def, d->filesystems.items[i], err) < 0)
			return -1;
	for (size_t i = 0; i < d->interfaces.n; i++)
		if (check_net(d->interfaces.items[i], err) < 0)
			return -1;
	return 0;
}
