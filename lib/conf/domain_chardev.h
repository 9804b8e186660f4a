/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Character devices: <serial>, <parallel>, <console>, <channel>, and the source that they share with other devices */
#ifndef BERTH_CONF_DOMAIN_CHARDEV_H
#define BERTH_CONF_DOMAIN_CHARDEV_H

#include "conf/domain_info.h"

#define DOMAIN_CHARDEV_TYPES(X) \
	X(DOMAIN_CHARDEV_NULL, "null") \
	X(DOMAIN_CHARDEV_VC, "vc") \
	X(DOMAIN_CHARDEV_PTY, "pty") \
	X(DOMAIN_CHARDEV_DEV, "dev") \
	X(DOMAIN_CHARDEV_FILE, "file") \
	X(DOMAIN_CHARDEV_PIPE, "pipe") \
	X(DOMAIN_CHARDEV_STDIO, "stdio") \
	X(DOMAIN_CHARDEV_UDP, "udp") \
	X(DOMAIN_CHARDEV_TCP, "tcp") \
	X(DOMAIN_CHARDEV_UNIX, "unix") \
	X(DOMAIN_CHARDEV_SPICEVMC, "spicevmc") \
	X(DOMAIN_CHARDEV_SPICEPORT, "spiceport") \
	X(DOMAIN_CHARDEV_NMDM, "nmdm") \
	X(DOMAIN_CHARDEV_QEMU_VDAGENT, "qemu-vdagent") \
	X(DOMAIN_CHARDEV_DBUS, "dbus")
CONF_ENUM(domain_chardev_type, DOMAIN_CHARDEV_TYPES);

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

struct domain_console {
	enum domain_chardev_type type;
	char *tty;                             /* live: the pty's path, as an attribute of <console> */
	char *path;                            /* live: the pty's path */
	enum domain_console_target target;
	struct conf_num port;
	struct domain_info info;
};

extern const struct conf_elem domain_console_elem;

#endif
