/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <seclabel> of the domain and of devices */
#ifndef BERTH_CONF_DOMAIN_SECLABEL_H
#define BERTH_CONF_DOMAIN_SECLABEL_H

#include "conf/conf.h"

#define DOMAIN_SECLABEL_TYPES(X) \
	X(DOMAIN_SECLABEL_NONE, "none") \
	X(DOMAIN_SECLABEL_DYNAMIC, "dynamic") \
	X(DOMAIN_SECLABEL_STATIC, "static")
CONF_ENUM(domain_seclabel_type, DOMAIN_SECLABEL_TYPES);

struct domain_seclabel {
	enum domain_seclabel_type type;   /* unset: the element says nothing */
	char *model;                    /* "selinux", "apparmor", "dac" ... */
	enum conf_yesno relabel;
	char *label, *imagelabel, *baselabel;
};

extern const struct conf_elem domain_seclabel_elem;

#endif
