/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PCI buses while addresses are given, for address_pci*.c alone. */
#ifndef BERTH_QEMU_ADDRESS_PCI_H
#define BERTH_QEMU_ADDRESS_PCI_H

#include "qemu/address.h"
#include "qemu/machine.h"

/* What a slot takes, what a device needs: one bit of the kinds, and whether it can come and go. */
enum pci_connect {
	PCI_DEVICE = 1 << 0,
	PCIE_DEVICE = 1 << 1,
	PCIE_ROOT_PORTS = 1 << 2,
	PCIE_UPSTREAM = 1 << 3,
	PCIE_DOWNSTREAM = 1 << 4,
	PCI_DMI_BRIDGE = 1 << 5,
	PCI_BRIDGES = 1 << 6,
	PCIE_PCI_BRIDGE = 1 << 7,
	PCI_EXPANDER = 1 << 8,
	PCIE_EXPANDER = 1 << 9,
	PCI_KINDS = (1 << 10) - 1,
	PCI_HOTPLUG = 1 << 10,
	PCI_AGGREGATE = 1 << 11,   /* functions of a slot are shared with others of its kind */
};

#define PCI_BUSES_MAX 256

struct pci_bus {
	enum domain_pci_model model;
	unsigned accepts;
	unsigned first, last;      /* slots */
	uint8_t used[32];          /* functions of each slot */
	uint32_t aggregate;        /* slots */
};

struct pci_set {
	struct domain *def;
	struct pci_bus bus[PCI_BUSES_MAX];
	unsigned n;
	bool grows;                /* buses may be added */
	struct error *err;
};

/* What a device needs; 0: it is not on PCI. */
unsigned pci_needs_controller(const struct domain *def, const struct domain_controller *c);
unsigned pci_needs_disk(const struct domain *def, const struct domain_disk *d);
unsigned pci_needs_net(const struct domain *def, const struct domain_net *n);
unsigned pci_needs_sound(const struct domain *def, const struct domain_sound *s);
unsigned pci_needs_video(const struct domain *def, const struct domain_video *v);
unsigned pci_needs_hostdev(const struct domain *def, const struct domain_hostdev *h);
unsigned pci_needs_virtio(const struct domain *def);   /* any virtio device */
unsigned pci_needs_plain(const struct domain *def);    /* a conventional device */
unsigned pci_needs_express(const struct domain *def);

/* Chipset's own slots, and the devices that belong there. 0 or -1. */
int pci_reserve_chipset(struct pci_set *s) NODISCARD;

/* Takes an address. 0, or -1 with *err set. */
int pci_take(struct pci_set *s, const struct domain_address *a, unsigned needs) NODISCARD;
bool pci_is_free(const struct pci_set *s, unsigned bus, unsigned slot, unsigned function);
bool pci_slot_is_free(const struct pci_set *s, unsigned bus, unsigned slot);
/* Gives a device an address, growing the machine where there is no room. */
int pci_place(struct pci_set *s, struct domain_info *info, unsigned needs) NODISCARD;
void pci_place_at(struct pci_set *s, struct domain_info *info, unsigned bus, unsigned slot, unsigned function);

static inline bool pci_is_wanted(const struct domain_info *info)
{
	return !info->address.type || (info->address.type == DOMAIN_ADDRESS_PCI && !info->address.slot.set);
}

#endif
