/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's end of a character device: the attribute `type`, <source>, <protocol> and <log>. Consoles, serial ports, smartcards,
 * redirected USB devices and random number generators include it in their tables.
 */
#ifndef BERTH_CONF_DOMAIN_CHARDEV_SOURCE_H
#define BERTH_CONF_DOMAIN_CHARDEV_SOURCE_H

#include "conf/domain_source.h"

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

#define DOMAIN_CHARDEV_MODES(X) X(DOMAIN_CHARDEV_BIND, "bind") X(DOMAIN_CHARDEV_CONNECT, "connect")
CONF_ENUM(domain_chardev_mode, DOMAIN_CHARDEV_MODES);

#define DOMAIN_CHARDEV_PROTOCOLS(X) \
	X(DOMAIN_CHARDEV_RAW, "raw") \
	X(DOMAIN_CHARDEV_TELNET, "telnet") \
	X(DOMAIN_CHARDEV_TELNETS, "telnets") \
	X(DOMAIN_CHARDEV_TLS, "tls")
CONF_ENUM(domain_chardev_protocol, DOMAIN_CHARDEV_PROTOCOLS);

#define DOMAIN_MOUSE_MODES(X) X(DOMAIN_MOUSE_SERVER, "server") X(DOMAIN_MOUSE_CLIENT, "client")
CONF_ENUM(domain_mouse_mode, DOMAIN_MOUSE_MODES);

/* An end of UDP: the host's own (BIND) or the other's (CONNECT). */
struct domain_chardev_udp {
	enum domain_chardev_mode mode;
	char *host, *service;
};

struct domain_chardev_source {
	enum domain_chardev_type type;          /* always set after parsing */
	char *path;                             /* FILE, PIPE, DEV, UNIX; PTY: while the guest runs */
	enum conf_onoff append;                 /* FILE */
	enum domain_chardev_mode mode;          /* UNIX, TCP: always set after parsing when there is a <source> */
	char *host, *service;                   /* TCP */
	enum conf_yesno tls;                    /* TCP */
	struct domain_reconnect reconnect;      /* UNIX, TCP */
	enum domain_chardev_protocol protocol;  /* TCP: always set after parsing */
	CONF_LIST(struct domain_chardev_udp) udp;   /* UDP: the host's own end first */
	char *channel;                          /* SPICEPORT, DBUS */
	char *master, *slave;                   /* NMDM */
	enum conf_yesno clipboard;              /* QEMU_VDAGENT */
	enum domain_mouse_mode mouse;           /* QEMU_VDAGENT */
	CONF_LIST(struct domain_device_seclabel) seclabels;
	char *log_file;
	enum conf_onoff log_append;
};

extern const struct conf_elem domain_chardev_source_elem;

/* Whether it says all that its type needs; `path_optional`: a UNIX socket's path may be left to the driver. 0, or -1 by conf_fail(). */
int domain_chardev_source_check(struct conf_reader *r, const struct domain_chardev_source *source, bool path_optional);

#endif
