/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Character devices: <serial>, <parallel>, <console>, <channel> */
#ifndef BERTH_CONF_DOMAIN_CHARDEV_H
#define BERTH_CONF_DOMAIN_CHARDEV_H

#include "conf/domain_chardev_source.h"

#define DOMAIN_SERIAL_TARGETS(X) \
	X(DOMAIN_SERIAL_ISA, "isa-serial") \
	X(DOMAIN_SERIAL_USB, "usb-serial") \
	X(DOMAIN_SERIAL_PCI, "pci-serial") \
	X(DOMAIN_SERIAL_SPAPR_VIO, "spapr-vio-serial") \
	X(DOMAIN_SERIAL_SYSTEM, "system-serial") \
	X(DOMAIN_SERIAL_SCLP, "sclp-serial") \
	X(DOMAIN_SERIAL_ISA_DEBUG, "isa-debug")
CONF_ENUM(domain_serial_target, DOMAIN_SERIAL_TARGETS);

#define DOMAIN_SERIAL_MODELS(X) \
	X(DOMAIN_SERIAL_MODEL_ISA_SERIAL, "isa-serial") \
	X(DOMAIN_SERIAL_MODEL_USB_SERIAL, "usb-serial") \
	X(DOMAIN_SERIAL_MODEL_PCI_SERIAL, "pci-serial") \
	X(DOMAIN_SERIAL_MODEL_SPAPR_VTY, "spapr-vty") \
	X(DOMAIN_SERIAL_MODEL_PL011, "pl011") \
	X(DOMAIN_SERIAL_MODEL_SCLPCONSOLE, "sclpconsole") \
	X(DOMAIN_SERIAL_MODEL_SCLPLMCONSOLE, "sclplmconsole") \
	X(DOMAIN_SERIAL_MODEL_16550A, "16550a") \
	X(DOMAIN_SERIAL_MODEL_ISA_DEBUGCON, "isa-debugcon")
CONF_ENUM(domain_serial_model, DOMAIN_SERIAL_MODELS);

#define DOMAIN_CONSOLE_TARGETS(X) \
	X(DOMAIN_CONSOLE_SERIAL, "serial") \
	X(DOMAIN_CONSOLE_XEN, "xen") \
	X(DOMAIN_CONSOLE_UML, "uml") \
	X(DOMAIN_CONSOLE_VIRTIO, "virtio") \
	X(DOMAIN_CONSOLE_LXC, "lxc") \
	X(DOMAIN_CONSOLE_OPENVZ, "openvz") \
	X(DOMAIN_CONSOLE_SCLP, "sclp") \
	X(DOMAIN_CONSOLE_SCLPLM, "sclplm")
CONF_ENUM(domain_console_target, DOMAIN_CONSOLE_TARGETS);

#define DOMAIN_CHANNEL_TARGETS(X) \
	X(DOMAIN_CHANNEL_GUESTFWD, "guestfwd") \
	X(DOMAIN_CHANNEL_VIRTIO, "virtio") \
	X(DOMAIN_CHANNEL_XEN, "xen")
CONF_ENUM(domain_channel_target, DOMAIN_CHANNEL_TARGETS);

#define DOMAIN_CHANNEL_STATES(X) \
	X(DOMAIN_CHANNEL_CONNECTED, "connected") \
	X(DOMAIN_CHANNEL_DISCONNECTED, "disconnected")
CONF_ENUM(domain_channel_state, DOMAIN_CHANNEL_STATES);

struct domain_serial {
	struct domain_chardev_source source;
	enum domain_serial_target target;
	enum domain_serial_model model;
	struct conf_num port;                  /* always set after parsing */
	struct domain_info info;
};

struct domain_parallel {
	struct domain_chardev_source source;
	struct conf_num port;                  /* always set after parsing */
	struct domain_info info;
};

/* The first console of a machine (os type hvm) is the first serial port seen another way. */
struct domain_console {
	struct domain_chardev_source source;   /* source.path: of a running guest, the pty */
	char *tty;                             /* the same as an attribute of <console> */
	enum domain_console_target target;     /* always set after parsing */
	struct conf_num port;                  /* always set after parsing: its place in the list */
	struct domain_info info;
};

struct domain_channel {
	struct domain_chardev_source source;
	enum domain_channel_target target;
	char *name;                            /* VIRTIO, XEN */
	enum domain_channel_state state;       /* VIRTIO, of a running guest */
	char *address, *port;                  /* GUESTFWD */
	struct domain_info info;
};

/* Whether the source is one that serial and parallel ports and consoles can have. 0, or -1 by conf_fail(). */
int domain_port_check(struct conf_reader *r, const struct domain_chardev_source *source);

extern const struct conf_elem domain_serial_elem, domain_parallel_elem, domain_console_elem, domain_channel_elem;

#endif
