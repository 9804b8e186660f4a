/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <hostdev> */
#ifndef BERTH_CONF_DOMAIN_HOSTDEV_H
#define BERTH_CONF_DOMAIN_HOSTDEV_H

#include "conf/domain_disk.h"
#include "conf/domain_ip.h"

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

#define DOMAIN_HOSTDEV_DRIVERS(X) \
	X(DOMAIN_HOSTDEV_DRIVER_KVM, "kvm") \
	X(DOMAIN_HOSTDEV_DRIVER_VFIO, "vfio") \
	X(DOMAIN_HOSTDEV_DRIVER_XEN, "xen")
CONF_ENUM(domain_hostdev_driver, DOMAIN_HOSTDEV_DRIVERS);

#define DOMAIN_MDEV_MODELS(X) X(DOMAIN_MDEV_VFIO_PCI, "vfio-pci") X(DOMAIN_MDEV_VFIO_CCW, "vfio-ccw") X(DOMAIN_MDEV_VFIO_AP, "vfio-ap")
CONF_ENUM(domain_mdev_model, DOMAIN_MDEV_MODELS);

#define DOMAIN_GUEST_RESETS(X) X(DOMAIN_GUEST_RESET_OFF, "off") X(DOMAIN_GUEST_RESET_UNINITIALIZED, "uninitialized") X(DOMAIN_GUEST_RESET_ON, "on")
CONF_ENUM(domain_guest_reset, DOMAIN_GUEST_RESETS);

#define DOMAIN_HOSTDEV_PROTOCOLS(X) \
	X(DOMAIN_HOSTDEV_ADAPTER, "adapter") \
	X(DOMAIN_HOSTDEV_ISCSI, "iscsi") \
	X(DOMAIN_HOSTDEV_VHOST, "vhost")
CONF_ENUM(domain_hostdev_protocol, DOMAIN_HOSTDEV_PROTOCOLS);

#define DOMAIN_TEAMINGS(X) X(DOMAIN_TEAMING_PERSISTENT, "persistent") X(DOMAIN_TEAMING_TRANSIENT, "transient")
CONF_ENUM(domain_teaming_type, DOMAIN_TEAMINGS);

struct domain_teaming {
	enum domain_teaming_type type;
	char *persistent;                    /* of TRANSIENT: the alias of the other */
};

struct domain_hostdev {
	enum domain_hostdev_mode mode;
	enum domain_hostdev_type type;
	enum conf_yesno managed;
	enum domain_sgio sgio;               /* SCSI */
	enum conf_yesno rawio;
	enum domain_virtio_model vhost_model; /* SCSI_HOST */
	enum domain_mdev_model mdev_model;   /* MDEV */
	enum conf_onoff display, ramfb;
	enum domain_hostdev_driver driver;   /* PCI */
	struct domain_teaming *teaming;      /* PCI */
	enum domain_startup_policy startup_policy;
	enum conf_yesno write_filtering;     /* PCI */
	struct domain_pci_source pci;
	enum domain_guest_reset guest_reset; /* USB */
	struct { struct conf_num vendor, product, bus, device; } usb;   /* by product, by address, or both */
	enum domain_hostdev_protocol protocol;
	struct { char *adapter; struct conf_num bus, target, unit; } scsi;   /* SCSI, ADAPTER */
	struct {
		char *name;
		CONF_LIST(struct domain_host) hosts;
		struct domain_auth *auth;
		char *initiator_iqn;
	} iscsi;                             /* SCSI, ISCSI */
	char *wwpn;                          /* SCSI_HOST */
	unsigned char mdev[16];
	char *block;                         /* STORAGE: path of a block device */
	char *chardev;                       /* MISC: path of a character device */
	char *interface;                     /* NET: the host's network interface that moves into the guest */
	CONF_LIST(struct domain_ip) ips;     /* NET: in the guest */
	CONF_LIST(struct domain_route) routes;
	bool readonly, shareable;
	struct domain_info info;
};

extern const struct conf_elem domain_hostdev_elem, domain_teaming_elem;

#endif
