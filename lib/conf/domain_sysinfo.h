/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <sysinfo> */
#ifndef BERTH_CONF_DOMAIN_SYSINFO_H
#define BERTH_CONF_DOMAIN_SYSINFO_H

#include "conf/conf.h"

#define DOMAIN_SYSINFO_TYPES(X) X(DOMAIN_SYSINFO_SMBIOS, "smbios") X(DOMAIN_SYSINFO_FWCFG, "fwcfg")
CONF_ENUM(domain_sysinfo_type, DOMAIN_SYSINFO_TYPES);

/* The names of all blocks' entries in an order that is the canonical one of each block. */
#define DOMAIN_SYSINFO_ENTRIES(X) \
	X(DOMAIN_SYSINFO_MANUFACTURER, "manufacturer") \
	X(DOMAIN_SYSINFO_PRODUCT, "product") \
	X(DOMAIN_SYSINFO_VENDOR, "vendor") \
	X(DOMAIN_SYSINFO_VERSION, "version") \
	X(DOMAIN_SYSINFO_DATE, "date") \
	X(DOMAIN_SYSINFO_RELEASE, "release") \
	X(DOMAIN_SYSINFO_SERIAL, "serial") \
	X(DOMAIN_SYSINFO_UUID, "uuid") \
	X(DOMAIN_SYSINFO_ASSET, "asset") \
	X(DOMAIN_SYSINFO_LOCATION, "location") \
	X(DOMAIN_SYSINFO_SKU, "sku") \
	X(DOMAIN_SYSINFO_FAMILY, "family")
CONF_ENUM(domain_sysinfo_entry_name, DOMAIN_SYSINFO_ENTRIES);

struct domain_sysinfo_entry {
	enum domain_sysinfo_entry_name name;
	char *value;
};

struct domain_sysinfo_block {
	CONF_LIST(struct domain_sysinfo_entry) entries;   /* in the order of their names' numbers */
};

struct domain_fwcfg {
	char *name, *value, *file;
};

struct domain_sysinfo {
	enum domain_sysinfo_type type;
	struct domain_sysinfo_block bios, system, chassis;
	CONF_LIST(struct domain_sysinfo_block) base_boards;
	CONF_LIST(char) oem_strings;
	CONF_LIST(struct domain_fwcfg) fwcfg;
};

extern const struct conf_elem domain_sysinfo_elem;

#endif
