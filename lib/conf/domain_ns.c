/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_ns.h"

CONF_ENUM_NAMES(domain_qemu_deprecation, DOMAIN_QEMU_DEPRECATIONS);
CONF_ENUM_NAMES(domain_qemu_property_type, DOMAIN_QEMU_PROPERTY_TYPES);
CONF_ENUM_NAMES(domain_lxc_share, DOMAIN_LXC_SHARES);

/* --- command lines --------------------------------------------------------------------------------------------- */

static const struct conf_row arg_rows[] = {
	ATTR_STRING("value", struct domain_arg, value, .flags = CONF_REQUIRED),
	CONF_END
};
static const struct conf_elem arg_elem = ELEM(struct domain_arg, arg_rows);

static int env_fill(struct conf_reader *r, void *obj)
{
	const struct domain_env *env = obj;
	const char *s = env->name;

	if (!*s || strspn(s, "0123456789") ||
	    s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")])
		return conf_fail(r, "'%.60s' is not the name of an environment variable", s);
	return 0;
}

static const struct conf_row env_rows[] = {
	ATTR_STRING("name", struct domain_env, name, .flags = CONF_REQUIRED),
	ATTR_STRING("value", struct domain_env, value),
	CONF_END
};
static const struct conf_elem env_elem = ELEM(struct domain_env, env_rows, .fill = env_fill);

static const struct conf_row qemu_commandline_rows[] = {
	LIST("qemu:arg", struct domain_commandline, args, struct domain_arg, arg_elem),
	LIST("qemu:env", struct domain_commandline, env, struct domain_env, env_elem),
	CONF_END
};
const struct conf_elem domain_qemu_commandline_elem = ELEM(struct domain_commandline, qemu_commandline_rows);

static const struct conf_row commandline_rows[] = {
	LIST("bhyve:arg", struct domain_commandline, args, struct domain_arg, arg_elem),
	CONF_END
};
const struct conf_elem domain_bhyve_commandline_elem = ELEM(struct domain_commandline, commandline_rows);

static const struct conf_row xen_commandline_rows[] = {
	LIST("xen:arg", struct domain_commandline, args, struct domain_arg, arg_elem),
	CONF_END
};
const struct conf_elem domain_xen_commandline_elem = ELEM(struct domain_commandline, xen_commandline_rows);

/* --- <qemu:capabilities>, <qemu:override> ------------------------------------------------------------------------ */

static const struct conf_row capability_rows[] = {
	ATTR_STRING("capability", struct domain_qemu_capability, name, .flags = CONF_REQUIRED),
	CONF_END
};
static const struct conf_elem capability_elem = ELEM(struct domain_qemu_capability, capability_rows);

static const struct conf_row capabilities_rows[] = {
	LIST("qemu:add", struct domain_qemu_capabilities, add, struct domain_qemu_capability, capability_elem),
	LIST("qemu:del", struct domain_qemu_capabilities, del, struct domain_qemu_capability, capability_elem),
	CONF_END
};
const struct conf_elem domain_qemu_capabilities_elem = ELEM(struct domain_qemu_capabilities, capabilities_rows);

static const struct conf_row property_rows[] = {
	ATTR_STRING("name", struct domain_qemu_property, name, .flags = CONF_REQUIRED),
	ATTR_ENUM("type", struct domain_qemu_property, type, domain_qemu_property_type, .flags = CONF_REQUIRED),
	ATTR_STRING("value", struct domain_qemu_property, value),
	CONF_END
};

static int property_fill(struct conf_reader *r, void *obj)
{
	const struct domain_qemu_property *p = obj;

	if (!p->value && p->type != DOMAIN_QEMU_REMOVE)
		return conf_fail(r, "attribute 'value' is missing");
	return 0;
}
static const struct conf_elem property_elem = ELEM(struct domain_qemu_property, property_rows, .fill = property_fill);

static const struct conf_row frontend_rows[] = {
	LIST("qemu:property", struct domain_qemu_device, frontend, struct domain_qemu_property, property_elem),
	CONF_END
};

static const struct conf_row device_rows[] = {
	ATTR_STRING("alias", struct domain_qemu_device, alias, .flags = CONF_REQUIRED),
	GROUP("qemu:frontend", frontend_rows),
	CONF_END
};
static const struct conf_elem device_elem = ELEM(struct domain_qemu_device, device_rows);

static const struct conf_row override_rows[] = {
	LIST("qemu:device", struct domain_qemu_override, devices, struct domain_qemu_device, device_elem),
	CONF_END
};
const struct conf_elem domain_qemu_override_elem = ELEM(struct domain_qemu_override, override_rows);

/* --- <lxc:namespace> ------------------------------------------------------------------------------------------- */

static const struct conf_row lxc_ns_rows[] = {
	ATTR_ENUM("type", struct domain_lxc_ns, type, domain_lxc_share, .flags = CONF_REQUIRED),
	ATTR_STRING("value", struct domain_lxc_ns, value, .flags = CONF_REQUIRED),
	CONF_END
};
static const struct conf_elem lxc_ns_elem = ELEM(struct domain_lxc_ns, lxc_ns_rows);

static const struct conf_row lxc_rows[] = {
	EMBED("lxc:sharenet", struct domain_lxc, sharenet, struct domain_lxc_ns, lxc_ns_elem),
	EMBED("lxc:shareipc", struct domain_lxc, shareipc, struct domain_lxc_ns, lxc_ns_elem),
	EMBED("lxc:shareuts", struct domain_lxc, shareuts, struct domain_lxc_ns, lxc_ns_elem),
	CONF_END
};
const struct conf_elem domain_lxc_elem = ELEM(struct domain_lxc, lxc_rows);
