/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's devices that a guest is to have: where the kernel's tree of devices has them. */
#ifndef BERTH_QEMU_HOSTDEV_H
#define BERTH_QEMU_HOSTDEV_H

#include "conf/domain.h"
#include "util/vfio.h"

#define HOSTDEV_NODE 64   /* bytes of a node's path */

/* The node of a SCSI device, "/dev/sg3". -1: there is no such device. */
int hostdev_scsi_node(const struct domain_hostdev *h, char node[HOSTDEV_NODE], struct error *err) NODISCARD;

/* The node of a USB device. One that is named by vendor and product gets its address; -1: there is none, or more than one. */
int hostdev_usb_node(struct domain_hostdev *h, char node[HOSTDEV_NODE], struct error *err) NODISCARD;

/* The node of the IOMMU group of a PCI or mediated device, "/dev/vfio/12". -1: there is no such device, or it is in no group. */
int hostdev_group_node(const struct domain_hostdev *h, char node[HOSTDEV_NODE], struct error *err) NODISCARD;

/* Gives a PCI device to vfio-pci (util/vfio.h). */
int hostdev_pci_take(const struct domain_hostdev *h, vfio_plan_fn *plan, void *ctx, struct error *err) NODISCARD;

#endif
