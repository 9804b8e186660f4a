/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses that are not PCI's: virtio-serial ports, CCW, spapr-vio, virtio-mmio, memory slots. */
#include "qemu/address.h"

#include "qemu/machine.h"

#include <string.h>

#define NUM(v) ((struct conf_num){ (v), true })

struct domain_controller *qemu_add_controller(struct domain *def, enum domain_controller_type type, uint64_t index)
{
	struct domain_controller *c = CONF_LIST_ADD(&def->devices.controllers);

	if (c) {
		c->type = type;
		c->index = NUM(index);
	}
	return c;
}

/* --- virtio-serial --------------------------------------------------------------------------------------------- */

static bool port_is_used(const struct domain *def, uint64_t controller, uint64_t port)
{
	const struct domain_devices *d = &def->devices;

	for (size_t i = 0; i < d->channels.n; i++) {
		const struct domain_address *a = &d->channels.items[i]->info.address;

		if (a->type == DOMAIN_ADDRESS_VIRTIO_SERIAL && a->port.value && a->controller.value == controller && a->port.value == port)
			return true;
	}
	for (size_t i = 0; i < d->consoles.n; i++) {
		const struct domain_address *a = &d->consoles.items[i]->info.address;

		if (a->type == DOMAIN_ADDRESS_VIRTIO_SERIAL && a->port.set && a->controller.value == controller && a->port.value == port &&
		    d->consoles.items[i]->target == DOMAIN_CONSOLE_VIRTIO)
			return true;
	}
	return false;
}

/* Port 0 is a console's. A controller has 31 ports unless it says otherwise. */
static int place_port(struct domain *def, struct domain_address *a, struct error *err)
{
	bool given = a->type == DOMAIN_ADDRESS_VIRTIO_SERIAL;

	for (uint64_t index = given ? a->controller.value : 0;; index++) {
		struct domain_controller *c = qemu_find_controller(def, DOMAIN_CONTROLLER_VIRTIO_SERIAL, index);
		uint64_t ports = c && c->ports.set ? c->ports.value : 31;

		if (!c && !qemu_add_controller(def, DOMAIN_CONTROLLER_VIRTIO_SERIAL, index))
			return error_set(err, ERR_NO_MEMORY, "no memory for a virtio-serial controller");
		for (uint64_t port = 1; port < ports; port++) {
			if (port_is_used(def, index, port))
				continue;
			a->type = DOMAIN_ADDRESS_VIRTIO_SERIAL;
			a->controller = NUM(index);
			a->bus = NUM(given ? a->bus.value : 0);
			a->port = NUM(port);
			return 0;
		}
		if (given)
			return error_set(err, ERR_XML, "the virtio-serial controller %llu has no port left", (unsigned long long)index);
	}
}

static int assign_ports(struct domain *def, struct error *err)
{
	struct domain_devices *d = &def->devices;

	for (size_t i = 0; i < d->channels.n; i++) {
		struct domain_channel *c = d->channels.items[i];

		if (c->target == DOMAIN_CHANNEL_VIRTIO && !(c->info.address.type == DOMAIN_ADDRESS_VIRTIO_SERIAL && c->info.address.port.value) &&
		    place_port(def, &c->info.address, err) < 0)
			return -1;
	}
	return 0;
}

/* --- devices that are virtio, whatever bus that is on ----------------------------------------------------------- */

/* Calls fn for each virtio device that has no address, in libvirt's order. */
static int each_virtio(struct domain *def, int (*fn)(void *ctx, struct domain_info *info), void *ctx)
{
	struct domain_devices *d = &def->devices;
	int r = 0;

#define EACH(list, condition) \
	for (size_t i = 0; r == 0 && i < d->list.n; i++) { \
		__typeof__(d->list.items[0]) it = d->list.items[i]; \
		if ((condition) && !it->info.address.type) \
			r = fn(ctx, &it->info); \
	}
	EACH(disks, it->bus == DOMAIN_DISK_VIRTIO);
	EACH(interfaces, it->type != DOMAIN_NET_HOSTDEV && it->model && !strncmp(it->model, "virtio", 6));
	EACH(filesystems, true);
	EACH(controllers, it->type == DOMAIN_CONTROLLER_VIRTIO_SERIAL ||
				  (it->type == DOMAIN_CONTROLLER_SCSI && it->scsi_model == DOMAIN_SCSI_VIRTIO_SCSI));
	EACH(inputs, it->bus == DOMAIN_INPUT_BUS_VIRTIO);
	EACH(videos, it->type == DOMAIN_VIDEO_VIRTIO);
	EACH(hostdevs, it->type == DOMAIN_HOSTDEV_SCSI_HOST);
	if (r == 0 && d->memballoon && d->memballoon->model == DOMAIN_MEMBALLOON_VIRTIO && !d->memballoon->info.address.type)
		r = fn(ctx, &d->memballoon->info);
	EACH(rngs, true);
	if (r == 0 && d->vsock && !d->vsock->info.address.type)
		r = fn(ctx, &d->vsock->info);
	EACH(cryptos, true);
#undef EACH
	return r;
}

struct ccw {
	struct domain *def;
	struct error *err;
	unsigned next;
};

static int ccw_in_use(void *ctx, const char *element, const struct domain_info *info)
{
	const struct domain_address *a = &info->address;

	(void)element;
	return a->type == DOMAIN_ADDRESS_CCW && a->devno.set && a->cssid.value == 0xfe && !a->ssid.value &&
	       a->devno.value == ((struct ccw *)ctx)->next;
}

static int place_ccw(void *ctx, struct domain_info *info)
{
	struct ccw *c = ctx;

	while (domain_each_info(&c->def->devices, ccw_in_use, c))
		c->next++;
	if (c->next > 0xffff)
		return error_set(c->err, ERR_XML, "there are no CCW addresses left");
	info->address.type = DOMAIN_ADDRESS_CCW;
	info->address.cssid = NUM(0xfe);
	info->address.ssid = NUM(0);
	info->address.devno = NUM(c->next);
	return 0;
}

static int place_mmio(void *ctx, struct domain_info *info)
{
	(void)ctx;
	info->address.type = DOMAIN_ADDRESS_VIRTIO_MMIO;
	return 0;
}

/* --- spapr-vio ------------------------------------------------------------------------------------------------- */

struct vio {
	uint64_t reg;
};

static int vio_in_use(void *ctx, const char *element, const struct domain_info *info)
{
	return strcmp(element, "console") && info->address.type == DOMAIN_ADDRESS_SPAPR_VIO && info->address.reg.set &&
	       info->address.reg.value == ((struct vio *)ctx)->reg;
}

static void place_vio(struct domain *def, struct domain_info *info, uint64_t first)
{
	struct vio v = { first };

	if (info->address.type && (info->address.type != DOMAIN_ADDRESS_SPAPR_VIO || info->address.reg.set))
		return;
	while (domain_each_info(&def->devices, vio_in_use, &v))
		v.reg += 0x1000;
	info->address.type = DOMAIN_ADDRESS_SPAPR_VIO;
	info->address.reg = NUM(v.reg);
}

static void assign_vio(struct domain *def)
{
	struct domain_devices *d = &def->devices;

	for (size_t i = 0; i < d->interfaces.n; i++)
		if (d->interfaces.items[i]->model && !strcmp(d->interfaces.items[i]->model, "spapr-vlan"))
			place_vio(def, &d->interfaces.items[i]->info, 0x1000);
	for (size_t i = 0; i < d->controllers.n; i++)
		if (d->controllers.items[i]->type == DOMAIN_CONTROLLER_SCSI && d->controllers.items[i]->scsi_model == DOMAIN_SCSI_IBMVSCSI)
			place_vio(def, &d->controllers.items[i]->info, 0x2000);
	for (size_t i = 0; i < d->serials.n; i++)
		if (d->serials.items[i]->target == DOMAIN_SERIAL_SPAPR_VIO)
			place_vio(def, &d->serials.items[i]->info, 0x30000000);
	if (d->nvram)
		place_vio(def, &d->nvram->info, 0x3000);
	/* the first console is the first serial port */
	if (d->consoles.n && d->serials.n && d->consoles.items[0]->target == DOMAIN_CONSOLE_SERIAL &&
	    d->serials.items[0]->info.address.type == DOMAIN_ADDRESS_SPAPR_VIO) {
		d->consoles.items[0]->info.address.type = DOMAIN_ADDRESS_SPAPR_VIO;
		d->consoles.items[0]->info.address.reg = d->serials.items[0]->info.address.reg;
	}
}

/* --- memory slots ---------------------------------------------------------------------------------------------- */

static bool slot_is_used(const struct domain *def, uint64_t slot)
{
	for (size_t i = 0; i < def->devices.memdevs.n; i++) {
		const struct domain_address *a = &def->devices.memdevs.items[i]->info.address;

		if (a->type == DOMAIN_ADDRESS_DIMM && a->slot.set && a->slot.value == slot)
			return true;
	}
	return false;
}

static int assign_slots(struct domain *def, struct error *err)
{
	for (size_t i = 0; i < def->devices.memdevs.n; i++) {
		struct domain_memdev *m = def->devices.memdevs.items[i];
		uint64_t slot = 0;

		if ((m->model != DOMAIN_MEMDEV_DIMM && m->model != DOMAIN_MEMDEV_NVDIMM) || m->info.address.type)
			continue;
		while (slot_is_used(def, slot))
			slot++;
		if (slot >= def->max_memory.slots)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "the memory devices need more than the %u slots of <maxMemory>",
					 def->max_memory.slots);
		m->info.address.type = DOMAIN_ADDRESS_DIMM;
		m->info.address.slot = NUM(slot);
	}
	return 0;
}

/* --- all ------------------------------------------------------------------------------------------------------- */

int qemu_assign_others(struct domain *def, struct error *err)
{
	struct ccw ccw = { .def = def, .err = err };

	if (assign_ports(def, err) < 0 || assign_slots(def, err) < 0)
		return -1;
	assign_vio(def);
	if (qemu_is_s390_ccw(def))
		return each_virtio(def, place_ccw, &ccw);
	if (qemu_is_arm(def) && !qemu_has_pci(def))
		return each_virtio(def, place_mmio, NULL);
	return 0;
}

int qemu_assign_addresses(struct domain *def, struct error *err)
{
	return qemu_assign_others(def, err) < 0 || qemu_assign_pci(def, err) < 0 || qemu_assign_usb(def, err) < 0 ? -1 : 0;
}
