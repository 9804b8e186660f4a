/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libvirt keeps in namespaces of drivers: qemu:, lxc:, xen:, bhyve:, vmware: */
#ifndef BERTH_CONF_DOMAIN_NS_H
#define BERTH_CONF_DOMAIN_NS_H

#include "conf/conf.h"

struct domain_arg {
	char *value;
};

struct domain_env {
	char *name, *value;
};

/* <qemu:commandline>, <xen:commandline>, <bhyve:commandline>; the last two have no env. */
struct domain_commandline {
	CONF_LIST(struct domain_arg) args;
	CONF_LIST(struct domain_env) env;
};

struct domain_qemu_capability {
	char *name;
};

struct domain_qemu_capabilities {
	CONF_LIST(struct domain_qemu_capability) add, del;
};

#define DOMAIN_QEMU_DEPRECATIONS(X) \
	X(DOMAIN_QEMU_DEPRECATION_NONE, "none") \
	X(DOMAIN_QEMU_DEPRECATION_OMIT, "omit") \
	X(DOMAIN_QEMU_DEPRECATION_REJECT, "reject") \
	X(DOMAIN_QEMU_DEPRECATION_CRASH, "crash")
CONF_ENUM(domain_qemu_deprecation, DOMAIN_QEMU_DEPRECATIONS);

#define DOMAIN_QEMU_PROPERTY_TYPES(X) \
	X(DOMAIN_QEMU_STRING, "string") \
	X(DOMAIN_QEMU_SIGNED, "signed") \
	X(DOMAIN_QEMU_UNSIGNED, "unsigned") \
	X(DOMAIN_QEMU_BOOL, "bool") \
	X(DOMAIN_QEMU_REMOVE, "remove")
CONF_ENUM(domain_qemu_property_type, DOMAIN_QEMU_PROPERTY_TYPES);

struct domain_qemu_property {
	char *name, *value;
	enum domain_qemu_property_type type;
};

struct domain_qemu_device {
	char *alias;
	CONF_LIST(struct domain_qemu_property) frontend;
};

struct domain_qemu_override {
	CONF_LIST(struct domain_qemu_device) devices;
};

/* <lxc:namespace>: what is shared with another container or process. */
#define DOMAIN_LXC_SHARES(X) \
	X(DOMAIN_LXC_SHARE_NAME, "name") \
	X(DOMAIN_LXC_SHARE_PID, "pid") \
	X(DOMAIN_LXC_SHARE_NETNS, "netns")
CONF_ENUM(domain_lxc_share, DOMAIN_LXC_SHARES);

struct domain_lxc_ns {
	enum domain_lxc_share type;
	char *value;
};

struct domain_lxc {
	struct domain_lxc_ns sharenet, shareipc, shareuts;   /* type 0: not shared */
};

extern const struct conf_elem domain_qemu_commandline_elem, domain_bhyve_commandline_elem, domain_xen_commandline_elem,
	domain_qemu_capabilities_elem, domain_qemu_override_elem, domain_lxc_elem;

#endif
