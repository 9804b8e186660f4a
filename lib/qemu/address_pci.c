/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PCI addresses. Two rounds: the first counts the buses that are needed (a full machine grows a bridge or a root port), the second gives
 * the addresses, in an order that is libvirt's: bridges, file systems, interfaces, sound, controllers, disks, host devices, balloon, ...
 */
#include "qemu/address_pci.h"

#include <string.h>

/* --- buses ----------------------------------------------------------------------------------------------------- */

static const struct { enum domain_pci_model model; unsigned accepts, first, last; } kinds[] = {
	{ DOMAIN_PCI_ROOT, PCI_DEVICE | PCI_HOTPLUG | PCI_BRIDGES | PCI_EXPANDER, 1, 31 },
	{ DOMAIN_PCI_BRIDGE, PCI_DEVICE | PCI_HOTPLUG | PCI_BRIDGES, 1, 31 },
	{ DOMAIN_PCIE_ROOT, PCIE_DEVICE | PCIE_ROOT_PORTS | PCI_DMI_BRIDGE | PCIE_PCI_BRIDGE | PCIE_EXPANDER, 1, 31 },
	{ DOMAIN_PCI_DMI_TO_PCI_BRIDGE, PCI_DEVICE | PCI_BRIDGES, 0, 31 },
	{ DOMAIN_PCIE_TO_PCI_BRIDGE, PCI_DEVICE | PCI_HOTPLUG | PCI_BRIDGES, 1, 31 },
	{ DOMAIN_PCIE_ROOT_PORT, PCIE_DEVICE | PCI_HOTPLUG | PCIE_UPSTREAM | PCIE_PCI_BRIDGE, 0, 0 },
	{ DOMAIN_PCIE_SWITCH_UPSTREAM_PORT, PCIE_DOWNSTREAM, 0, 31 },
	{ DOMAIN_PCIE_SWITCH_DOWNSTREAM_PORT, PCIE_DEVICE | PCI_HOTPLUG | PCIE_UPSTREAM | PCIE_PCI_BRIDGE, 0, 0 },
	{ DOMAIN_PCI_EXPANDER_BUS, PCI_DEVICE | PCI_BRIDGES, 0, 31 },
	{ DOMAIN_PCIE_EXPANDER_BUS, PCIE_ROOT_PORTS | PCI_DMI_BRIDGE, 0, 31 },
};

static void set_bus(struct pci_bus *bus, enum domain_pci_model model)
{
	bus->model = model;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (kinds[i].model != model)
			continue;
		bus->accepts = kinds[i].accepts;
		bus->first = kinds[i].first;
		bus->last = kinds[i].last;
	}
}

static bool takes(const struct pci_bus *bus, unsigned needs)
{
	return bus->accepts & needs & PCI_KINDS && (!(needs & PCI_HOTPLUG) || bus->accepts & PCI_HOTPLUG);
}

bool pci_is_free(const struct pci_set *s, unsigned bus, unsigned slot, unsigned function)
{
	return bus < s->n && slot < 32 && !(s->bus[bus].used[slot] >> function & 1);
}

bool pci_slot_is_free(const struct pci_set *s, unsigned bus, unsigned slot)
{
	return bus < s->n && slot < 32 && !s->bus[bus].used[slot];
}

/* --- growing --------------------------------------------------------------------------------------------------- */

static int add_bus(struct pci_set *s, enum domain_pci_model model)
{
	if (s->n == PCI_BUSES_MAX)
		return error_set(s->err, ERR_XML, "the devices need more PCI buses than there can be");
	set_bus(&s->bus[s->n++], model);
	return 0;
}

/* Room for a kind of device; a bridge itself needs an address, which it gets in its turn. */
static int grow(struct pci_set *s, unsigned needs)
{
	bool pcie = qemu_has_pcie(s->def);

	if (!s->grows)
		return error_set(s->err, ERR_XML, "there is no PCI slot left");
	if (needs & (PCIE_DEVICE | PCIE_UPSTREAM | PCIE_PCI_BRIDGE))
		return add_bus(s, DOMAIN_PCIE_ROOT_PORT);
	if (needs & PCIE_DOWNSTREAM)
		return add_bus(s, DOMAIN_PCIE_SWITCH_UPSTREAM_PORT);
	if (needs & (PCI_DEVICE | PCI_BRIDGES) && !pcie)
		return add_bus(s, qemu_is_pseries(s->def) ? DOMAIN_PCI_ROOT : DOMAIN_PCI_BRIDGE);
	if (needs & (PCI_DEVICE | PCI_BRIDGES)) {
		for (unsigned i = 0; i < s->n; i++)
			if (s->bus[i].model == DOMAIN_PCI_DMI_TO_PCI_BRIDGE)
				return add_bus(s, DOMAIN_PCI_BRIDGE);
		return add_bus(s, DOMAIN_PCIE_ROOT_PORT) < 0 ? -1 : add_bus(s, DOMAIN_PCIE_TO_PCI_BRIDGE);
	}
	return error_set(s->err, ERR_XML, "this machine has no PCI slot for a device or bridge of that kind");
}

/* --- single addresses ------------------------------------------------------------------------------------------ */

int pci_take(struct pci_set *s, const struct domain_address *a, unsigned needs)
{
	unsigned bus = a->bus.value, slot = a->slot.value, function = a->function.value;

	if (a->domain.value)
		return error_set(s->err, ERR_XML, "PCI addresses of a guest are in domain 0");
	while (bus >= s->n)
		if (grow(s, needs & PCI_KINDS ? needs : PCI_DEVICE) < 0)
			return -1;
	if (slot < s->bus[bus].first && !(s->bus[bus].first == 1 && slot == 0 && !bus && needs == 0))
		return error_set(s->err, ERR_XML, "PCI address %x:%x.%x: slots of this bus begin with %x", bus, slot, function, s->bus[bus].first);
	if (slot > s->bus[bus].last)
		return error_set(s->err, ERR_XML, "PCI address %x:%x.%x: the last slot of this bus is %x", bus, slot, function, s->bus[bus].last);
	if (!pci_is_free(s, bus, slot, function))
		return error_set(s->err, ERR_XML, "two devices are at PCI address %x:%x.%x", bus, slot, function);
	s->bus[bus].used[slot] |= 1u << function;
	if (needs & PCI_AGGREGATE)
		s->bus[bus].aggregate |= 1u << slot;
	return 0;
}

static void write_address(struct domain_info *info, unsigned bus, unsigned slot, unsigned function)
{
	struct domain_address *a = &info->address;

	a->type = DOMAIN_ADDRESS_PCI;
	a->domain = (struct conf_num){ 0, true };
	a->bus = (struct conf_num){ bus, true };
	a->slot = (struct conf_num){ slot, true };
	a->function = (struct conf_num){ function, true };
}

void pci_place_at(struct pci_set *s, struct domain_info *info, unsigned bus, unsigned slot, unsigned function)
{
	s->bus[bus].used[slot] |= 1u << function;
	write_address(info, bus, slot, function);
}

static bool find(const struct pci_set *s, unsigned needs, unsigned *bus, unsigned *slot, unsigned *function)
{
	for (unsigned b = 0; b < s->n; b++) {
		const struct pci_bus *bus_b = &s->bus[b];

		if (!takes(bus_b, needs))
			continue;
		for (unsigned i = bus_b->first; i <= bus_b->last; i++) {
			*bus = b;
			*slot = i;
			*function = 0;
			if (!bus_b->used[i])
				return true;
			if (!(needs & PCI_AGGREGATE) || !(bus_b->aggregate >> i & 1))
				continue;
			while (*function < 8 && bus_b->used[i] >> *function & 1)
				++*function;
			if (*function < 8)
				return true;
		}
	}
	return false;
}

int pci_place(struct pci_set *s, struct domain_info *info, unsigned needs)
{
	unsigned bus, slot, function;

	if (!needs || !pci_is_wanted(info))
		return 0;
	while (!find(s, needs, &bus, &slot, &function))
		if (grow(s, needs) < 0)
			return -1;
	if (needs & PCI_AGGREGATE)
		s->bus[bus].aggregate |= 1u << slot;
	pci_place_at(s, info, bus, slot, function);
	return 0;
}

/* --- all devices ----------------------------------------------------------------------------------------------- */

/* Controllers that others sit behind, then the rest; companions share a slot with their master. */
static int place_companions(struct pci_set *s, struct domain_controller *c)
{
	struct domain_devices *d = &s->def->devices;
	unsigned bus, slot, function;

	while (!find(s, pci_needs_plain(s->def), &bus, &slot, &function))
		if (grow(s, pci_needs_plain(s->def)) < 0)
			return -1;
	for (size_t i = 0; i < d->controllers.n; i++) {
		struct domain_controller *o = d->controllers.items[i];
		bool ich9 = o->usb_model >= DOMAIN_USB_ICH9_EHCI1 && o->usb_model <= DOMAIN_USB_ICH9_UHCI3;

		/* one of the set that has an address decides where the others are */
		if (o->type == DOMAIN_CONTROLLER_USB && ich9 && o->index.value == c->index.value && !pci_is_wanted(&o->info)) {
			bus = o->info.address.bus.value;
			slot = o->info.address.slot.value;
		}
	}
	for (size_t i = 0; i < d->controllers.n; i++) {
		struct domain_controller *o = d->controllers.items[i];
		bool ich9 = o->usb_model >= DOMAIN_USB_ICH9_EHCI1 && o->usb_model <= DOMAIN_USB_ICH9_UHCI3;

		if (o->type != DOMAIN_CONTROLLER_USB || !ich9 || o->index.value != c->index.value || !pci_is_wanted(&o->info))
			continue;
		function = o->usb_model == DOMAIN_USB_ICH9_EHCI1 ? 7 : o->usb_model - DOMAIN_USB_ICH9_UHCI1;
		if (!pci_is_free(s, bus, slot, function))
			return error_set(s->err, ERR_XML, "two USB controllers of model '%s' have index %llu",
					 conf_enum_name(&domain_usb_model_names, o->usb_model), (unsigned long long)o->index.value);
		pci_place_at(s, &o->info, bus, slot, function);
		if (!function)
			o->info.address.multifunction = CONF_ON;
	}
	return 0;
}

static int place_controllers(struct pci_set *s)
{
	struct domain_devices *d = &s->def->devices;

	for (size_t i = 0; i < d->controllers.n; i++) {
		struct domain_controller *c = d->controllers.items[i];
		bool ich9 = c->type == DOMAIN_CONTROLLER_USB && c->usb_model >= DOMAIN_USB_ICH9_EHCI1 && c->usb_model <= DOMAIN_USB_ICH9_UHCI3;

		if (c->type == DOMAIN_CONTROLLER_PCI || c->type == DOMAIN_CONTROLLER_IDE || !pci_is_wanted(&c->info))
			continue;
		if (ich9 ? place_companions(s, c) < 0 : pci_place(s, &c->info, pci_needs_controller(s->def, c)) < 0)
			return -1;
	}
	return 0;
}

static int place_bridges(struct pci_set *s)
{
	struct domain_devices *d = &s->def->devices;

	for (size_t i = 0; i < d->controllers.n; i++) {
		struct domain_controller *c = d->controllers.items[i];

		if (c->type == DOMAIN_CONTROLLER_PCI && pci_place(s, &c->info, pci_needs_controller(s->def, c)) < 0)
			return -1;
	}
	return 0;
}

/* The devices of a list that all need the same. */
#define PLACE(list, needs) \
	for (size_t i = 0; i < d->list.n; i++) { \
		__typeof__(d->list.items[0]) it = d->list.items[i]; \
		if (pci_place(s, &it->info, needs) < 0) \
			return -1; \
	}

static int place_devices(struct pci_set *s)
{
	struct domain *def = s->def;
	struct domain_devices *d = &def->devices;
	unsigned virtio = pci_needs_virtio(def), plain = pci_needs_plain(def);

	if (place_bridges(s) < 0)
		return -1;
	PLACE(filesystems, virtio);
	PLACE(interfaces, pci_needs_net(def, it));
	PLACE(sounds, pci_needs_sound(def, it));
	if (place_controllers(s) < 0)
		return -1;
	PLACE(disks, pci_needs_disk(def, it));
	PLACE(hostdevs, pci_needs_hostdev(def, it));
	if (d->memballoon && d->memballoon->model != DOMAIN_MEMBALLOON_NONE && d->memballoon->model != DOMAIN_MEMBALLOON_XEN &&
	    pci_place(s, &d->memballoon->info, virtio) < 0)
		return -1;
	PLACE(rngs, virtio);
	if (d->watchdog && d->watchdog->model == DOMAIN_WATCHDOG_I6300ESB && pci_place(s, &d->watchdog->info, plain) < 0)
		return -1;
	PLACE(videos, pci_needs_video(def, it));
	PLACE(shmems, plain);
	PLACE(inputs, it->bus == DOMAIN_INPUT_BUS_VIRTIO ? virtio : 0);
	PLACE(serials, it->model == DOMAIN_SERIAL_MODEL_PCI_SERIAL || it->target == DOMAIN_SERIAL_PCI ? plain : 0);
	PLACE(memdevs, it->model == DOMAIN_MEMDEV_VIRTIO_MEM || it->model == DOMAIN_MEMDEV_VIRTIO_PMEM ? virtio : 0);
	if (d->iommu && d->iommu->model == DOMAIN_IOMMU_VIRTIO && pci_place(s, &d->iommu->info, PCIE_DEVICE) < 0)
		return -1;
	if (d->vsock && pci_place(s, &d->vsock->info, virtio) < 0)
		return -1;
	PLACE(cryptos, virtio);
	return 0;
}

static int take_given(void *ctx, const char *element, const struct domain_info *info)
{
	struct pci_set *s = ctx;
	unsigned needs = qemu_has_pcie(s->def) ? PCIE_DEVICE : PCI_DEVICE;

	/* a console is the serial port with its address once more */
	if (info->address.type != DOMAIN_ADDRESS_PCI || !info->address.slot.set || !strcmp(element, "console"))
		return 0;
	for (size_t i = 0; i < s->def->devices.controllers.n; i++)
		if (&s->def->devices.controllers.items[i]->info == info && s->def->devices.controllers.items[i]->type == DOMAIN_CONTROLLER_PCI)
			needs = pci_needs_controller(s->def, s->def->devices.controllers.items[i]);
	return pci_take(s, &info->address, needs) < 0 ? error_wrap(s->err, "<%s>", element) : 0;
}

static int begin(struct pci_set *s, struct domain *def, bool grows, struct error *err)
{
	struct domain_devices *d = &def->devices;

	memset(s, 0, sizeof(*s));
	s->def = def;
	s->grows = grows;
	s->err = err;
	for (size_t i = 0; i < d->controllers.n; i++) {
		const struct domain_controller *c = d->controllers.items[i];

		if (c->type != DOMAIN_CONTROLLER_PCI)
			continue;
		if (c->index.value >= PCI_BUSES_MAX)
			return error_set(err, ERR_XML, "<controller type='pci' index='%llu'>: %u is the highest index", (unsigned long long)c->index.value,
					 PCI_BUSES_MAX - 1);
		set_bus(&s->bus[c->index.value], c->pci_model);
		if (c->index.value >= s->n)
			s->n = c->index.value + 1;
	}
	/* indexes that were left out are buses to be made */
	for (unsigned i = 1; i < s->n; i++)
		if (!s->bus[i].model)
			set_bus(&s->bus[i], qemu_has_pcie(def) ? DOMAIN_PCIE_ROOT_PORT : qemu_is_pseries(def) ? DOMAIN_PCI_ROOT : DOMAIN_PCI_BRIDGE);
	return domain_each_info(d, take_given, s);
}

/* Whether the definition leaves buses to us: then there is one slot more than needed, to plug something in. */
static bool is_ours(const struct domain *def)
{
	for (size_t i = 0; i < def->devices.controllers.n; i++)
		if (def->devices.controllers.items[i]->type == DOMAIN_CONTROLLER_PCI && def->devices.controllers.items[i]->index.value)
			return false;
	return true;
}

/* Works on a copy: which buses all devices together need. They are added to the definition, without addresses. */
static int add_buses(struct pci_set *s, struct domain *def, struct error *err)
{
	AUTO_DOMAIN struct domain *copy = domain_copy(def, err);
	struct domain_info spare = { 0 };
	unsigned given;

	if (!copy || begin(s, copy, true, err) < 0)
		return -1;
	given = s->n;
	if (pci_reserve_chipset(s) < 0 || place_devices(s) < 0)
		return -1;
	if (is_ours(def) && s->n > given && qemu_has_pcie(def) && pci_place(s, &spare, PCIE_DEVICE | PCI_HOTPLUG) < 0)
		return -1;
	for (unsigned i = 1; i < s->n; i++) {
		struct domain_controller *c;
		struct domain_info place = { 0 };

		if (qemu_find_controller(def, DOMAIN_CONTROLLER_PCI, i))
			continue;
		c = qemu_add_controller(def, DOMAIN_CONTROLLER_PCI, i);
		if (!c)
			return error_set(err, ERR_NO_MEMORY, "no memory for a PCI controller");
		c->pci_model = s->bus[i].model;
		/* it needs a place itself, which may need another bus */
		if (pci_place(s, &place, pci_needs_controller(def, c)) < 0)
			return -1;
	}
	return 0;
}

/* --- what follows from addresses ------------------------------------------------------------------------------- */

static void set_num(struct conf_num *n, uint64_t value)
{
	if (!n->set)
		*n = (struct conf_num){ value, true };
}

static void fill_controller(struct domain *def, struct domain_controller *c)
{
	static const struct { enum domain_pci_model model; enum domain_pci_model_name name; } names[] = {
		{ DOMAIN_PCI_BRIDGE, DOMAIN_PCI_NAME_PCI_BRIDGE },
		{ DOMAIN_PCI_DMI_TO_PCI_BRIDGE, DOMAIN_PCI_NAME_I82801B11_BRIDGE },
		{ DOMAIN_PCIE_TO_PCI_BRIDGE, DOMAIN_PCI_NAME_PCIE_PCI_BRIDGE },
		{ DOMAIN_PCIE_ROOT_PORT, DOMAIN_PCI_NAME_PCIE_ROOT_PORT },
		{ DOMAIN_PCIE_SWITCH_UPSTREAM_PORT, DOMAIN_PCI_NAME_X3130_UPSTREAM },
		{ DOMAIN_PCIE_SWITCH_DOWNSTREAM_PORT, DOMAIN_PCI_NAME_XIO3130_DOWNSTREAM },
		{ DOMAIN_PCI_EXPANDER_BUS, DOMAIN_PCI_NAME_PXB },
		{ DOMAIN_PCIE_EXPANDER_BUS, DOMAIN_PCI_NAME_PXB_PCIE },
	};
	const struct domain_address *a = &c->info.address;

	for (size_t i = 0; !c->model_name && i < ARRAY_LEN(names); i++)
		if (names[i].model == c->pci_model)
			c->model_name = names[i].name;
	if (c->pci_model == DOMAIN_PCI_ROOT && qemu_is_pseries(def)) {
		c->model_name = DOMAIN_PCI_NAME_SPAPR_PCI_HOST_BRIDGE;
		set_num(&c->target.index, c->index.value);
	}
	if (c->pci_model == DOMAIN_PCI_BRIDGE)
		set_num(&c->target.chassis_nr, c->index.value);
	if (c->pci_model == DOMAIN_PCIE_ROOT_PORT || c->pci_model == DOMAIN_PCIE_SWITCH_DOWNSTREAM_PORT) {
		set_num(&c->target.chassis, c->index.value);
		set_num(&c->target.port, c->pci_model == DOMAIN_PCIE_ROOT_PORT ? a->slot.value << 3 | a->function.value : a->slot.value);
	}
}

/* The numbers of expander buses count down from the end, leaving room for the buses behind each. */
static void number_expanders(struct domain *def)
{
	struct domain_devices *d = &def->devices;
	unsigned lowest = 256;

	for (size_t i = 0; i < d->controllers.n; i++)
		if (d->controllers.items[i]->target.bus_nr.set && d->controllers.items[i]->target.bus_nr.value < lowest)
			lowest = d->controllers.items[i]->target.bus_nr.value;
	for (size_t i = 0; i < d->controllers.n; i++) {
		struct domain_controller *c = d->controllers.items[i];

		if (c->type != DOMAIN_CONTROLLER_PCI || c->target.bus_nr.set ||
		    (c->pci_model != DOMAIN_PCI_EXPANDER_BUS && c->pci_model != DOMAIN_PCIE_EXPANDER_BUS))
			continue;
		lowest -= lowest > 2 ? 2 : 0;
		c->target.bus_nr = (struct conf_num){ lowest, true };
	}
}

static int set_multifunction(void *ctx, const char *element, const struct domain_info *info)
{
	struct pci_set *s = ctx;
	struct domain_address *a = (struct domain_address *)&info->address;

	(void)element;
	if (a->type == DOMAIN_ADDRESS_PCI && a->slot.set && !a->function.value && !a->multifunction && a->bus.value < s->n &&
	    s->bus[a->bus.value].used[a->slot.value] & ~1u)
		a->multifunction = CONF_ON;
	return 0;
}

int qemu_assign_pci(struct domain *def, struct error *err)
{
	AUTO_FREE struct pci_set *s = malloc(sizeof(*s));
	struct domain_devices *d = &def->devices;

	if (!s)
		return error_set(err, ERR_NO_MEMORY, "no memory for PCI addresses");
	if (!qemu_has_pci(def))
		return 0;
	if (add_buses(s, def, err) < 0 || begin(s, def, false, err) < 0 || pci_reserve_chipset(s) < 0 || place_devices(s) < 0)
		return -1;
	domain_each_info(d, set_multifunction, s);
	for (size_t i = 0; i < d->controllers.n; i++)
		if (d->controllers.items[i]->type == DOMAIN_CONTROLLER_PCI)
			fill_controller(def, d->controllers.items[i]);
	number_expanders(def);
	return 0;
}
