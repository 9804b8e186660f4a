/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks, controllers and how they fit together. */
#include "conf/domain_fill.h"

/* More controllers than any machine has. */
#define LAST_CONTROLLER 1023u

/* Moves the last item of a list to place `to`. */
static void move_last(void **items, size_t n, size_t to)
{
	void *last = items[n - 1];

	memmove(items + to + 1, items + to, (n - 1 - to) * sizeof(*items));
	items[to] = last;
}

/* --- controllers ----------------------------------------------------------------------------------------------- */

/* Where among the first n controllers a new one belongs: behind those of its type with a lower index, before those with a
 * higher one, at the end when it is the first of its type. A USB controller stands before its companions. */
static size_t place_of_controller(struct domain_controller *const *list, size_t n, const struct domain_controller *c)
{
	size_t place = n;
	bool found = false;

	for (size_t i = n; i-- > 0;) {
		if (list[i]->type != c->type)
			continue;
		if (!c->index.set)
			return i + 1;
		if (list[i]->index.set && list[i]->index.value > c->index.value) {
			place = i;
			found = true;
		} else if (list[i]->index.set && list[i]->index.value == c->index.value && !c->info.master_startport.set &&
			   list[i]->info.master_startport.set) {
			place = i;
			found = true;
		} else if (!found) {
			return i + 1;
		}
	}
	return place;
}

/* The ports of an ICH9's USB 1 companions follow from their models. */
static void fill_companion(struct domain_controller *c)
{
	enum domain_usb_model m = c->type == DOMAIN_CONTROLLER_USB ? c->usb_model : 0;

	if (!c->info.master_startport.set && m >= DOMAIN_USB_ICH9_UHCI1 && m <= DOMAIN_USB_ICH9_UHCI3)
		c->info.master_startport = (struct conf_num){ 2 * (m - DOMAIN_USB_ICH9_UHCI1), true };
}

static void sort_controllers(struct domain_devices *d)
{
	for (size_t n = 1; n <= d->controllers.n; n++)
		move_last((void **)d->controllers.items, n,
			  place_of_controller(d->controllers.items, n - 1, d->controllers.items[n - 1]));
}

static bool has_controller(const struct domain_devices *d, enum domain_controller_type type, uint64_t index)
{
	for (size_t i = 0; i < d->controllers.n; i++)
		if (d->controllers.items[i]->type == type && d->controllers.items[i]->index.set &&
		    d->controllers.items[i]->index.value == index)
			return true;
	return false;
}

/* A companion that says no index belongs to the ICH9 controller before it, or that one's companion; NULL: there is none. */
static const struct domain_controller *master_before(const struct domain_devices *d, size_t at)
{
	const struct domain_controller *c = d->controllers.items[at];

	if (c->type != DOMAIN_CONTROLLER_USB || c->usb_model < DOMAIN_USB_ICH9_UHCI1 || c->usb_model > DOMAIN_USB_ICH9_UHCI3)
		return NULL;
	while (at-- > 0) {
		const struct domain_controller *before = d->controllers.items[at];

		if (before->type == DOMAIN_CONTROLLER_USB && before->usb_model >= DOMAIN_USB_ICH9_EHCI1 && before->usb_model <= DOMAIN_USB_ICH9_UHCI3)
			return before;
	}
	return NULL;
}

static void number_controllers(struct domain_devices *d)
{
	for (size_t i = 0; i < d->controllers.n; i++) {
		struct domain_controller *c = d->controllers.items[i];
		const struct domain_controller *master = c->index.set ? NULL : master_before(d, i);
		uint64_t index = 0;

		if (master)
			c->index = master->index;
		if (c->index.set)
			continue;
		while (has_controller(d, c->type, index))
			index++;
		c->index = (struct conf_num){ index, true };
		c->index_made = true;
	}
}

static int check_controllers(struct conf_reader *r, const struct domain_devices *d)
{
	bool usb_none = false;
	size_t usb = 0;

	for (size_t i = 0; i < d->controllers.n; i++) {
		const struct domain_controller *c = d->controllers.items[i];

		usb += c->type == DOMAIN_CONTROLLER_USB;
		usb_none |= c->type == DOMAIN_CONTROLLER_USB && c->usb_model == DOMAIN_USB_NONE;
		/* sorted: equal ones are neighbours */
		if (i && d->controllers.items[i - 1]->type == c->type && d->controllers.items[i - 1]->index.value == c->index.value &&
		    c->type != DOMAIN_CONTROLLER_USB)
			return conf_fail(r, "there are two <controller type='%s' index='%llu'>",
					 conf_enum_name(&domain_controller_type_names, c->type), (unsigned long long)c->index.value);
	}
	if (usb_none && usb > 1)
		return conf_fail(r, "<controller type='usb' model='none'> allows no other USB controller");
	return 0;
}

int domain_need_controller(struct conf_reader *r, struct domain *def, enum domain_controller_type type, uint64_t index)
{
	struct domain_devices *d = &def->devices;
	enum domain_scsi_model model = 0;
	struct domain_controller *c;

	if (has_controller(d, type, index))
		return 0;
	if (index > LAST_CONTROLLER)
		return conf_fail(r, "a device's address names the %s controller %llu, which is more than any machine has",
				 conf_enum_name(&domain_controller_type_names, type), (unsigned long long)index);
	/* a further SCSI controller is of the kind that is there */
	for (size_t i = 0; i < d->controllers.n; i++)
		if (d->controllers.items[i]->type == type)
			model = d->controllers.items[i]->scsi_model;
	c = CONF_LIST_ADD(&d->controllers);
	if (!c)
		return conf_no_memory(r);
	c->type = type;
	c->index = (struct conf_num){ index, true };
	c->scsi_model = model;
	c->implied = true;
	move_last((void **)d->controllers.items, d->controllers.n,
		  place_of_controller(d->controllers.items, d->controllers.n - 1, c));
	return 0;
}

/* The controllers 0 to `last`. */
static int need_controllers(struct conf_reader *r, struct domain *def, enum domain_controller_type type, uint64_t last)
{
	for (uint64_t i = 0; i <= last; i++)
		if (domain_need_controller(r, def, type, last > LAST_CONTROLLER ? last : i) < 0)
			return -1;
	return 0;
}

/* --- disks ----------------------------------------------------------------------------------------------------- */

/* As with controllers: a disk stands among those of its bus in the order of names, buses in the order of appearance. */
static size_t place_of_disk(struct domain_disk *const *list, size_t n, const struct domain_disk *disk)
{
	int index = domain_disk_index(disk->dst);
	size_t place = n;
	bool found = false;

	for (size_t i = n; i-- > 0;) {
		if (list[i]->bus != disk->bus)
			continue;
		if (domain_disk_index(list[i]->dst) > index) {
			place = i;
			found = true;
		} else if (!found) {
			return i + 1;
		}
	}
	return place;
}

static int sort_disks(struct conf_reader *r, struct domain_devices *d)
{
	for (size_t n = 1; n <= d->disks.n; n++) {
		if (domain_disk_place(r, d->disks.items[n - 1]) < 0)
			return -1;
		move_last((void **)d->disks.items, n, place_of_disk(d->disks.items, n - 1, d->disks.items[n - 1]));
	}
	return 0;
}

static int need_disk_controllers(struct conf_reader *r, struct domain *def)
{
	static const struct { enum domain_disk_bus bus; enum domain_controller_type type; } buses[] = {
		{ DOMAIN_DISK_SCSI, DOMAIN_CONTROLLER_SCSI }, { DOMAIN_DISK_FDC, DOMAIN_CONTROLLER_FDC },
		{ DOMAIN_DISK_IDE, DOMAIN_CONTROLLER_IDE }, { DOMAIN_DISK_SATA, DOMAIN_CONTROLLER_SATA },
	};

	for (size_t b = 0; b < ARRAY_LEN(buses); b++) {
		uint64_t last = 0;
		bool any = false;

		for (size_t i = 0; i < def->devices.disks.n; i++) {
			const struct domain_disk *disk = def->devices.disks.items[i];

			if (disk->bus != buses[b].bus || disk->info.address.type != DOMAIN_ADDRESS_DRIVE)
				continue;
			any = true;
			if (disk->info.address.controller.value > last)
				last = disk->info.address.controller.value;
		}
		if (any && need_controllers(r, def, buses[b].type, last) < 0)
			return -1;
	}
	return 0;
}

static int need_other_controllers(struct conf_reader *r, struct domain *def)
{
	struct domain_devices *d = &def->devices;

	for (size_t i = 0; i < d->channels.n; i++) {
		const struct domain_channel *c = d->channels.items[i];
		uint64_t n = c->info.address.type == DOMAIN_ADDRESS_VIRTIO_SERIAL ? c->info.address.controller.value : 0;

		if (c->target == DOMAIN_CHANNEL_VIRTIO && domain_need_controller(r, def, DOMAIN_CONTROLLER_VIRTIO_SERIAL, n) < 0)
			return -1;
	}
	for (size_t i = 0; i < d->consoles.n; i++) {
		const struct domain_console *c = d->consoles.items[i];
		uint64_t n = c->info.address.type == DOMAIN_ADDRESS_VIRTIO_SERIAL ? c->info.address.controller.value : 0;

		if (c->target == DOMAIN_CONSOLE_VIRTIO && domain_need_controller(r, def, DOMAIN_CONTROLLER_VIRTIO_SERIAL, n) < 0)
			return -1;
	}
	for (size_t i = 0; i < d->smartcards.n; i++) {
		const struct domain_address *a = &d->smartcards.items[i]->info.address;

		if (a->type == DOMAIN_ADDRESS_CCID &&
		    domain_need_controller(r, def, DOMAIN_CONTROLLER_CCID, a->controller.value) < 0)
			return -1;
	}
	return 0;
}

/* --- SCSI host devices ----------------------------------------------------------------------------------------- */

static bool unit_is_used(const struct domain_devices *d, uint64_t controller, uint64_t unit)
{
	for (size_t i = 0; i < d->disks.n; i++) {
		const struct domain_address *a = &d->disks.items[i]->info.address;

		if (d->disks.items[i]->bus == DOMAIN_DISK_SCSI && a->type == DOMAIN_ADDRESS_DRIVE && a->controller.value == controller &&
		    !a->bus.value && !a->target.value && a->unit.value == unit)
			return true;
	}
	for (size_t i = 0; i < d->hostdevs.n; i++) {
		const struct domain_address *a = &d->hostdevs.items[i]->info.address;

		if (d->hostdevs.items[i]->type == DOMAIN_HOSTDEV_SCSI && a->type == DOMAIN_ADDRESS_DRIVE &&
		    a->controller.value == controller && !a->bus.value && !a->target.value && a->unit.value == unit)
			return true;
	}
	return false;
}

static void place_hostdev(const struct domain_devices *d, struct domain_hostdev *h)
{
	uint64_t controller = 0, unit = 0;

	while (unit_is_used(d, controller, unit)) {
		if (++unit == 7) {
			controller++;
			unit = 0;
		}
	}
	h->info.address = (struct domain_address){
		.type = DOMAIN_ADDRESS_DRIVE,
		.controller = { controller, true },
		.bus = { 0, true },
		.target = { 0, true },
		.unit = { unit, true },
		.port = { 0, true },
	};
}

static int fill_scsi_hostdevs(struct conf_reader *r, struct domain *def)
{
	struct domain_devices *d = &def->devices;
	uint64_t last = 0;
	bool any = false;

	for (size_t i = 0; i < d->hostdevs.n; i++) {
		struct domain_hostdev *h = d->hostdevs.items[i];

		if (h->type != DOMAIN_HOSTDEV_SCSI)
			continue;
		if (!h->info.address.type)
			place_hostdev(d, h);
		if (h->info.address.type != DOMAIN_ADDRESS_DRIVE)
			return conf_fail(r, "<hostdev type='scsi'>: an <address type='drive'> is needed");
		any = true;
		if (h->info.address.controller.value > last)
			last = h->info.address.controller.value;
	}
	return any ? need_controllers(r, def, DOMAIN_CONTROLLER_SCSI, last) : 0;
}

int domain_fill_buses(struct conf_reader *r, struct domain *def)
{
	struct domain_devices *d = &def->devices;

	if (sort_disks(r, d) < 0)
		return -1;
	for (size_t i = 0; i < d->controllers.n; i++)
		fill_companion(d->controllers.items[i]);
	sort_controllers(d);
	number_controllers(d);
	if (check_controllers(r, d) < 0)
		return -1;
	if (need_disk_controllers(r, def) < 0 || need_other_controllers(r, def) < 0)
		return -1;
	return fill_scsi_hostdevs(r, def);
}
