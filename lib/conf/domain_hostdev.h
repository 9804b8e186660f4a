/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <hostdev> */
#ifndef BERTH_CONF_DOMAIN_HOSTDEV_H
#define BERTH_CONF_DOMAIN_HOSTDEV_H

#include "conf/domain_info.h"

#define DOMAIN_HOSTDEV_MODES(X) \
	X(DOMAIN_HOSTDEV_SUBSYSTEM, "subsystem") \
	X(DOMAIN_HOSTDEV_CAPABILITIES, "capabilities")
CONF_ENUM(domain_hostdev_mode, DOMAIN_HOSTDEV_MODES);

/* One list for both modes. */
#define DOMAIN_HOSTDEV_TYPES(X) \
	X(DOMAIN_HOSTDEV_USB, "usb") \
	X(DOMAIN_HOSTDEV_PCI, "pci") \
	X(DOMAIN_HOSTDEV_SCSI, "scsi") \
	X(DOMAIN_HOSTDEV_SCSI_HOST, "scsi_host") \
	X(DOMAIN_HOSTDEV_MDEV, "mdev") \
	X(DOMAIN_HOSTDEV_STORAGE, "storage") \
	X(DOMAIN_HOSTDEV_MISC, "misc") \
	X(DOMAIN_HOSTDEV_NET, "net")
CONF_ENUM(domain_hostdev_type, DOMAIN_HOSTDEV_TYPES);

struct domain_hostdev {
	enum domain_hostdev_mode mode;
	enum domain_hostdev_type type;
	char *block;                     /* STORAGE: path of a block device */
	char *chardev;                   /* MISC: path of a character device */
	char *interface;                 /* NET: the host's network interface that moves into the guest */
	struct domain_info info;
};

extern const struct conf_elem domain_hostdev_elem;

#endif
