/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_features.h"

CONF_ENUM_NAMES(domain_capabilities_policy, DOMAIN_CAPABILITIES_POLICIES);
CONF_ENUM_NAMES(domain_cap, DOMAIN_CAPABILITIES);

static int capability_fill(struct conf_reader *r UNUSED, void *obj)
{
	struct domain_capability *cap = obj;

	if (!cap->state)
		cap->state = CONF_ON;
	return 0;
}

static const struct conf_row capability_rows[] = {
	TAG_ENUM(struct domain_capability, cap, domain_cap),
	ATTR_ONOFF("state", struct domain_capability, state),
	CONF_END
};

static const struct conf_elem capability_elem = ELEM(struct domain_capability, capability_rows, .fill = capability_fill);

static int by_cap(const void *a, const void *b)
{
	const struct domain_capability *const *x = a, *const *y = b;

	return (int)(*x)->cap - (int)(*y)->cap;
}

static int capabilities_fill(struct conf_reader *r UNUSED, void *obj)
{
	struct domain_capabilities *c = obj;

	if (!c->policy)
		c->policy = DOMAIN_CAPABILITIES_DEFAULT;
	if (c->caps.n)
		qsort(c->caps.items, c->caps.n, sizeof(*c->caps.items), by_cap);
	return 0;
}

static const struct conf_row capabilities_rows[] = {
	ATTR_ENUM("policy", struct domain_capabilities, policy, domain_capabilities_policy),
	LIST("*", struct domain_capabilities, caps, struct domain_capability, capability_elem, .max = 64),
	CONF_END
};

static const struct conf_elem capabilities_elem = ELEM(struct domain_capabilities, capabilities_rows, .fill = capabilities_fill);

static const struct conf_row features_rows[] = {
	FLAG("acpi", struct domain_features, acpi),
	FLAG("apic", struct domain_features, apic),
	FLAG("pae", struct domain_features, pae),
	FLAG("privnet", struct domain_features, privnet),
	NODE("capabilities", struct domain_features, capabilities, struct domain_capabilities, capabilities_elem),
	CONF_END
};

const struct conf_elem domain_features_elem = ELEM(struct domain_features, features_rows);
