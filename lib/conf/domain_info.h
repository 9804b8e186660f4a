/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every device can have: <alias>, <address>, <boot>, <rom>, <acpi>, <master>. A device's table includes it:
 * INCLUDE(struct domain_foo, info, struct domain_info, domain_info_elem). */
#ifndef BERTH_CONF_DOMAIN_INFO_H
#define BERTH_CONF_DOMAIN_INFO_H

#include "conf/conf.h"

#define DOMAIN_ADDRESS_TYPES(X) \
	X(DOMAIN_ADDRESS_PCI, "pci") \
	X(DOMAIN_ADDRESS_DRIVE, "drive") \
	X(DOMAIN_ADDRESS_VIRTIO_SERIAL, "virtio-serial") \
	X(DOMAIN_ADDRESS_CCID, "ccid") \
	X(DOMAIN_ADDRESS_USB, "usb") \
	X(DOMAIN_ADDRESS_SPAPR_VIO, "spapr-vio") \
	X(DOMAIN_ADDRESS_VIRTIO_S390, "virtio-s390") \
	X(DOMAIN_ADDRESS_CCW, "ccw") \
	X(DOMAIN_ADDRESS_VIRTIO_MMIO, "virtio-mmio") \
	X(DOMAIN_ADDRESS_ISA, "isa") \
	X(DOMAIN_ADDRESS_DIMM, "dimm") \
	X(DOMAIN_ADDRESS_UNASSIGNED, "unassigned")
CONF_ENUM(domain_address_type, DOMAIN_ADDRESS_TYPES);

struct domain_address {
	enum domain_address_type type;         /* 0: none given */
	struct conf_num domain, bus, slot, function;   /* PCI: all set or none; bus: DRIVE, VIRTIO_SERIAL, USB; slot: CCID, DIMM */
	enum conf_onoff multifunction;
	struct conf_num zpci_uid, zpci_fid;
	struct conf_num controller;            /* DRIVE, VIRTIO_SERIAL, CCID */
	struct conf_num target, unit;          /* DRIVE */
	struct conf_num port;                  /* VIRTIO_SERIAL */
	char *usb_port;                        /* "1.2" */
	struct conf_num reg;                   /* SPAPR_VIO */
	struct conf_num cssid, ssid, devno;    /* CCW: all set */
	struct conf_num iobase, irq;           /* ISA */
	struct conf_num base;                  /* DIMM */
};

/* Names that begin with "ua-" are the user's and stay; all others are those of a running guest. */
struct domain_alias {
	char *name;
};

struct domain_info {
	struct domain_alias alias;
	struct domain_address address;
	uint32_t boot_order;                   /* 0: none */
	char *loadparm;
	enum conf_yesno rom_enabled;
	enum conf_onoff rom_bar;
	char *rom_file;
	uint32_t acpi_index;
	struct conf_num master_startport;      /* of a USB companion controller */
};

extern const struct conf_elem domain_info_elem, domain_address_elem;

/* <boot> and <rom>, for those devices that can have them; each is included beside domain_info_elem with the same member. */
extern const struct conf_elem domain_boot_elem, domain_rom_elem;

#endif
