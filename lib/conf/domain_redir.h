/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client brings along: <redirdev>, <redirfilter>, <smartcard> */
#ifndef BERTH_CONF_DOMAIN_REDIR_H
#define BERTH_CONF_DOMAIN_REDIR_H

#include "conf/domain_chardev_source.h"

#define DOMAIN_REDIR_BUSES(X) X(DOMAIN_REDIR_USB, "usb")
CONF_ENUM(domain_redir_bus, DOMAIN_REDIR_BUSES);

struct domain_redirdev {
	enum domain_redir_bus bus;             /* always set after parsing */
	struct domain_chardev_source source;
	struct domain_info info;
};

/* Which USB devices may be redirected; what is NULL matches any. */
struct domain_usbdev {
	char *class, *vendor, *product;        /* "0x08", "0x15E1", "0x2007" */
	char *version;                         /* "1.10" */
	enum conf_yesno allow;
};

struct domain_redirfilter {
	CONF_LIST(struct domain_usbdev) usbdevs;
};

#define DOMAIN_SMARTCARD_MODES(X) \
	X(DOMAIN_SMARTCARD_HOST, "host") \
	X(DOMAIN_SMARTCARD_CERTIFICATES, "host-certificates") \
	X(DOMAIN_SMARTCARD_PASSTHROUGH, "passthrough")
CONF_ENUM(domain_smartcard_mode, DOMAIN_SMARTCARD_MODES);

struct domain_smartcard {
	enum domain_smartcard_mode mode;
	CONF_LIST(char) certificates;          /* CERTIFICATES: three */
	char *database;                        /* CERTIFICATES: a directory */
	struct domain_chardev_source source;   /* PASSTHROUGH */
	struct domain_info info;
};

extern const struct conf_elem domain_redirdev_elem, domain_redirfilter_elem, domain_smartcard_elem;

#endif
