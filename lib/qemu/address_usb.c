/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* USB ports: "1", or "2.3" behind a hub. A hub is added when the controllers have no port left. */
#include "qemu/address.h"

#include "util/str.h"

#include <string.h>

#define HUB_PORTS 8

/* The ports of a controller. */
static unsigned ports_of(const struct domain_controller *c)
{
	static const unsigned char ports[] = {
		[DOMAIN_USB_PIIX3_UHCI] = 2,  [DOMAIN_USB_PIIX4_UHCI] = 2, [DOMAIN_USB_EHCI] = 6,      [DOMAIN_USB_ICH9_EHCI1] = 6,
		[DOMAIN_USB_VT82C686B_UHCI] = 2, [DOMAIN_USB_PCI_OHCI] = 3, [DOMAIN_USB_NEC_XHCI] = 4, [DOMAIN_USB_QEMU_XHCI] = 4,
	};

	if (c->ports.set)
		return c->ports.value;
	return c->usb_model < ARRAY_LEN(ports) && ports[c->usb_model] ? ports[c->usb_model] : c->usb_model ? 0 : 2;
}

static bool is_wanted(const struct domain_info *info)
{
	return !info->address.type || (info->address.type == DOMAIN_ADDRESS_USB && !info->address.usb_port);
}

struct port {
	uint64_t bus;
	const char *port;
};

static int in_use(void *ctx, const char *element, const struct domain_info *info)
{
	const struct port *p = ctx;
	const struct domain_address *a = &info->address;

	(void)element;
	return a->type == DOMAIN_ADDRESS_USB && a->usb_port && a->bus.value == p->bus && !strcmp(a->usb_port, p->port);
}

/* The lowest free port of a controller or of a hub ("1.2."); false: none. */
static bool free_port(const struct domain *def, uint64_t bus, const char *prefix, unsigned ports, char out[64])
{
	for (unsigned i = 1; i <= ports; i++) {
		struct port p = { bus, out };

		snprintf(out, 64, "%.40s%u", prefix, i);
		if (!domain_each_info(&def->devices, in_use, &p))
			return true;
	}
	return false;
}

/* On the controllers first, on their hubs then. */
static bool find(const struct domain *def, const struct domain_info *info, uint64_t *bus, char out[64])
{
	const struct domain_devices *d = &def->devices;
	bool given = info->address.type == DOMAIN_ADDRESS_USB;

	for (size_t i = 0; i < d->controllers.n; i++) {
		const struct domain_controller *c = d->controllers.items[i];

		if (c->type != DOMAIN_CONTROLLER_USB || c->usb_model == DOMAIN_USB_NONE || c->info.master_startport.set ||
		    (given && info->address.bus.value != c->index.value))
			continue;
		*bus = c->index.value;
		if (free_port(def, *bus, "", ports_of(c), out))
			return true;
		for (size_t h = 0; h < d->hubs.n; h++) {
			const struct domain_address *a = &d->hubs.items[h]->info.address;
			char prefix[40];

			if (a->type != DOMAIN_ADDRESS_USB || !a->usb_port || a->bus.value != *bus)
				continue;
			snprintf(prefix, sizeof(prefix), "%.30s.", a->usb_port);
			if (free_port(def, *bus, prefix, HUB_PORTS, out))
				return true;
		}
	}
	return false;
}

static int place(void *ctx, struct domain *def, struct domain_info *info)
{
	struct error *err = ctx;
	char port[64];
	uint64_t bus;

	if (!is_wanted(info))
		return 0;
	if (!find(def, info, &bus, port))
		return error_set(err, ERR_XML, "there is no USB port left");
	info->address.type = DOMAIN_ADDRESS_USB;
	info->address.bus = (struct conf_num){ bus, true };
	free(info->address.usb_port);
	info->address.usb_port = strdup(port);
	return info->address.usb_port ? 0 : error_set(err, ERR_NO_MEMORY, "no memory for a USB port");
}

/* Calls fn for each USB device, in libvirt's order; ends when it returns other than 0, and returns that. */
static int each_device(struct domain *def, int (*fn)(void *ctx, struct domain *def, struct domain_info *info), void *ctx)
{
	struct domain_devices *d = &def->devices;
	int r = 0;

#define EACH(list, condition) \
	for (size_t i = 0; r == 0 && i < d->list.n; i++) { \
		__typeof__(d->list.items[0]) it = d->list.items[i]; \
		if (condition) \
			r = fn(ctx, def, &it->info); \
	}
	EACH(hubs, true);
	EACH(hostdevs, it->type == DOMAIN_HOSTDEV_USB);
	EACH(disks, it->bus == DOMAIN_DISK_USB);
	EACH(controllers, it->type == DOMAIN_CONTROLLER_CCID);
	EACH(inputs, it->bus == DOMAIN_INPUT_BUS_USB);
	EACH(serials, it->target == DOMAIN_SERIAL_USB);
	EACH(sounds, it->model == DOMAIN_SOUND_USB);
	EACH(redirdevs, true);
	EACH(interfaces, it->model && !strcmp(it->model, "usb-net"));
#undef EACH
	return r;
}

static int count(void *ctx, struct domain *def, struct domain_info *info)
{
	(void)def;
	*(unsigned *)ctx += is_wanted(info);
	return 0;
}

static unsigned available(const struct domain *def)
{
	const struct domain_devices *d = &def->devices;
	unsigned n = 0;

	for (size_t i = 0; i < d->controllers.n; i++) {
		const struct domain_controller *c = d->controllers.items[i];

		if (c->type == DOMAIN_CONTROLLER_USB && c->usb_model != DOMAIN_USB_NONE && !c->info.master_startport.set)
			n += ports_of(c);
	}
	return n + HUB_PORTS * d->hubs.n;
}

int qemu_assign_usb(struct domain *def, struct error *err)
{
	unsigned wanted = 0;

	each_device(def, count, &wanted);
	/* each hub takes a port and gives eight */
	for (unsigned n = available(def); n && wanted > n; n += HUB_PORTS, wanted++) {
		struct domain_hub *hub = CONF_LIST_ADD(&def->devices.hubs);

		if (!hub)
			return error_set(err, ERR_NO_MEMORY, "no memory for a USB hub");
		hub->type = DOMAIN_HUB_USB;
	}
	return each_device(def, place, err);
}
