/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where devices are: PCI, USB, virtio-serial, CCW, spapr-vio, memory slots. Addresses that the definition gives stay; what lacks one gets it
 * as libvirt would give it; PCI buses and USB hubs that are needed for it are added.
 */
#ifndef BERTH_QEMU_ADDRESS_H
#define BERTH_QEMU_ADDRESS_H

#include "conf/domain.h"

/* All of them. 0, or -1 with *err set: two devices at one address, no room, a bus that cannot have the device. */
int qemu_assign_addresses(struct domain *def, struct error *err) NODISCARD;

/* Its parts. */
int qemu_assign_pci(struct domain *def, struct error *err) NODISCARD;
int qemu_assign_usb(struct domain *def, struct error *err) NODISCARD;
int qemu_assign_others(struct domain *def, struct error *err) NODISCARD;   /* what is not on PCI or USB; first */

/* A controller at the end of the list; NULL: no memory. */
struct domain_controller *qemu_add_controller(struct domain *def, enum domain_controller_type type, uint64_t index);

#endif
