/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names that devices have while the guest runs. */
#include "qemu/command.h"

#include "qemu/machine.h"
#include "util/str.h"

#include <stdarg.h>
#include <string.h>
#include <sys/param.h>

struct names {
	struct domain *def;
	struct error *err;
	bool failed;
};

static void name(struct names *n, struct domain_info *info, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void name(struct names *n, struct domain_info *info, const char *fmt, ...)
{
	va_list ap;

	if (info->alias.name || n->failed)
		return;
	va_start(ap, fmt);
	if (vasprintf(&info->alias.name, fmt, ap) < 0) {
		info->alias.name = NULL;
		n->failed = true;
	}
	va_end(ap);
}

static int has_alias(void *ctx, const char *element, const struct domain_info *info)
{
	(void)element;
	return info->alias.name && !strcmp(info->alias.name, ctx);
}

/* The first number from `from` on that no other device has: one may have gone while the guest runs. */
static void name_free(struct names *n, struct domain_info *info, const char *word, size_t from)
{
	char text[64];

	if (info->alias.name)
		return;
	do
		snprintf(text, sizeof(text), "%.32s%zu", word, from++);
	while (domain_each_info(&n->def->devices, has_alias, text));
	name(n, info, "%s", text);
}

static void name_disk(struct names *n, struct domain_disk *disk)
{
	const struct domain_address *a = &disk->info.address;
	unsigned controller = a->controller.value, bus = a->bus.value, target = a->target.value, unit = a->unit.value;
	int index = domain_disk_index(disk->dst);

	if (a->type == DOMAIN_ADDRESS_DRIVE && disk->bus == DOMAIN_DISK_SCSI && !qemu_is_lsi(n->def, controller))
		name(n, &disk->info, "scsi%u-%u-%u-%u", controller, bus, target, unit);
	else if (a->type == DOMAIN_ADDRESS_DRIVE)
		name(n, &disk->info, "%s%u-%u-%u", conf_enum_name(&domain_disk_bus_names, disk->bus), controller, bus, unit);
	else
		name(n, &disk->info, "%s-disk%d", conf_enum_name(&domain_disk_bus_names, disk->bus), index);
}

static void name_controller(struct names *n, struct domain_controller *c)
{
	unsigned index = c->index.value;
	const char *type = conf_enum_name(&domain_controller_type_names, c->type);

	if (c->type == DOMAIN_CONTROLLER_PCI)
		name(n, &c->info, index || !qemu_has_pcie(n->def) ? "pci.%u" : "pcie.%u", index);
	else if (index == 0 && ((c->type == DOMAIN_CONTROLLER_IDE && qemu_has_builtin_ide(n->def)) ||
				(c->type == DOMAIN_CONTROLLER_SATA && qemu_is_q35(n->def))))
		name(n, &c->info, "ide");
	else if (index == 0 && c->type == DOMAIN_CONTROLLER_USB)
		name(n, &c->info, "usb");
	else
		name(n, &c->info, "%s%u", type, index);
}

static const char *memdev_word(const struct domain_memdev *m)
{
	static const char *const words[] = {
		[DOMAIN_MEMDEV_DIMM] = "dimm", [DOMAIN_MEMDEV_NVDIMM] = "nvdimm", [DOMAIN_MEMDEV_VIRTIO_PMEM] = "virtiopmem",
		[DOMAIN_MEMDEV_VIRTIO_MEM] = "virtiomem", [DOMAIN_MEMDEV_SGX_EPC] = "epc",
	};

	return words[m->model] ? words[m->model] : "dimm";
}

static void name_memdevs(struct names *n)
{
	struct domain_devices *d = &n->def->devices;

	for (size_t i = 0; i < d->memdevs.n; i++) {
		struct domain_memdev *m = d->memdevs.items[i];
		size_t number = 0;

		for (size_t j = 0; j < i; j++)
			number += d->memdevs.items[j]->model == m->model;
		if (m->info.address.type == DOMAIN_ADDRESS_DIMM && m->info.address.slot.set)
			number = m->info.address.slot.value;
		name_free(n, &m->info, memdev_word(m), number);
	}
}

static void name_host_devices(struct names *n)
{
	struct domain_devices *d = &n->def->devices;
	size_t nets = 0, hostdevs = 0;

	for (size_t i = 0; i < d->interfaces.n; i++) {
		struct domain_net *net = d->interfaces.items[i];

		if (net->type == DOMAIN_NET_HOSTDEV)
			name_free(n, &net->info, "hostdev", hostdevs++);
		else
			name_free(n, &net->info, "net", nets++);
	}
	for (size_t i = 0; i < d->hostdevs.n; i++)
		name_free(n, &d->hostdevs.items[i]->info, "hostdev", hostdevs++);
}

static void name_consoles(struct names *n)
{
	struct domain_devices *d = &n->def->devices;

	for (size_t i = 0; i < d->consoles.n; i++) {
		struct domain_console *c = d->consoles.items[i];

		/* the first one is a serial port seen another way */
		if (i == 0 && c->target == DOMAIN_CONSOLE_SERIAL && d->serials.n)
			name(n, &c->info, "%s", d->serials.items[0]->info.alias.name);
		else
			name_free(n, &c->info, "console", i);
	}
}

uint32_t qemu_highest_image(const struct domain *def)
{
	uint32_t highest = 0;

	for (size_t i = 0; i < def->devices.disks.n; i++) {
		const struct domain_disk *d = def->devices.disks.items[i];

		highest = MAX(highest, d->src.index);
		for (const struct domain_backing *b = d->backing; b; b = b->backing)
			highest = MAX(highest, MAX(b->index, b->src.index));
	}
	return highest;
}

/* Images are numbered from the last disk to the first, a chain from its top down; those that come later go on from there. */
static void number_images(struct domain *def)
{
	struct domain_devices *d = &def->devices;
	uint32_t next = qemu_highest_image(def) + 1;

	for (size_t i = d->disks.n; i-- > 0;) {
		struct domain_disk *disk = d->disks.items[i];

		/* an empty drive keeps its number for the medium to come */
		if (!disk->src.index)
			disk->src.index = next++;
		for (struct domain_backing *b = disk->backing; b && qemu_has_image(&b->src); b = b->backing)
			if (!b->index && !b->src.index)
				b->index = b->src.index = next++;
	}
}

int qemu_assign_aliases(struct domain *def, struct error *err)
{
	struct domain_devices *d = &def->devices;
	struct names n = { .def = def, .err = err };

	for (size_t i = 0; i < d->disks.n; i++)
		name_disk(&n, d->disks.items[i]);
	for (size_t i = 0; i < d->controllers.n; i++)
		name_controller(&n, d->controllers.items[i]);
	name_host_devices(&n);
#define NAME_ALL(list, word) \
	for (size_t i = 0; i < d->list.n; i++) \
		name_free(&n, &d->list.items[i]->info, word, i)
	NAME_ALL(filesystems, "fs");
	NAME_ALL(sounds, "sound");
	NAME_ALL(videos, "video");
	NAME_ALL(redirdevs, "redir");
	NAME_ALL(inputs, "input");
	NAME_ALL(parallels, "parallel");
	NAME_ALL(serials, "serial");
	NAME_ALL(channels, "channel");
	NAME_ALL(smartcards, "smartcard");
	NAME_ALL(hubs, "hub");
	NAME_ALL(rngs, "rng");
	NAME_ALL(tpms, "tpm");
	NAME_ALL(shmems, "shmem");
	NAME_ALL(panics, "panic");
	NAME_ALL(cryptos, "crypto");
#undef NAME_ALL
	name_consoles(&n);
	name_memdevs(&n);
	if (d->watchdog)
		name(&n, &d->watchdog->info, "watchdog0");
	if (d->memballoon)
		name(&n, &d->memballoon->info, "balloon0");
	if (d->vsock)
		name(&n, &d->vsock->info, "vsock0");
	if (d->iommu)
		name(&n, &d->iommu->info, "iommu0");
	if (d->nvram)
		name(&n, &d->nvram->info, "nvram");
	number_images(def);
	return n.failed ? error_set(err, ERR_NO_MEMORY, "no memory for the names of devices") : 0;
}
