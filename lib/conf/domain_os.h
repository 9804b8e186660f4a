/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* <os> and <idmap> */
#ifndef BERTH_CONF_DOMAIN_OS_H
#define BERTH_CONF_DOMAIN_OS_H

#include "conf/conf.h"

#define DOMAIN_OS_TYPES(X) \
	X(DOMAIN_OS_HVM, "hvm") \
	X(DOMAIN_OS_XEN, "xen") \
	X(DOMAIN_OS_LINUX, "linux") \
	X(DOMAIN_OS_EXE, "exe") \
	X(DOMAIN_OS_UML, "uml") \
	X(DOMAIN_OS_XENPVH, "xenpvh")
CONF_ENUM(domain_os_type, DOMAIN_OS_TYPES);

struct domain_initenv {
	char *name, *value;
};

struct domain_os {
	enum domain_os_type type;
	char *arch, *machine;
	/* of a container */
	char *init;                             /* absolute path in the container; "/sbin/init" when nothing was said (lxc) */
	CONF_LIST(char) initargs;               /* without init itself */
	CONF_LIST(struct domain_initenv) initenv;
	char *initdir, *inituser, *initgroup;   /* user and group: name or number */
};

/* A range of ids of the guest (start ...) that is a range of the host (target ...). */
struct domain_idrange {
	uint32_t start, target, count;
};

struct domain_idmap {
	CONF_LIST(struct domain_idrange) uids, gids;   /* sorted by start after parsing; the first starts at 0 */
};

extern const struct conf_elem domain_os_elem, domain_idmap_elem;

#endif
