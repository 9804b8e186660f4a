/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain_features.h"

CONF_ENUM_NAMES(domain_capabilities_policy, DOMAIN_CAPABILITIES_POLICIES);
CONF_ENUM_NAMES(domain_cap, DOMAIN_CAPABILITIES);
CONF_ENUM_NAMES(domain_hyperv_mode, DOMAIN_HYPERV_MODES);
CONF_ENUM_NAMES(domain_xen_passthrough_mode, DOMAIN_XEN_PASSTHROUGH_MODES);
CONF_ENUM_NAMES(domain_gic_version, DOMAIN_GIC_VERSIONS);
CONF_ENUM_NAMES(domain_ioapic_driver, DOMAIN_IOAPIC_DRIVERS);
CONF_ENUM_NAMES(domain_hpt_resizing, DOMAIN_HPT_RESIZINGS);
CONF_ENUM_NAMES(domain_msrs_unknown, DOMAIN_MSRS_UNKNOWNS);
CONF_ENUM_NAMES(domain_mitigation, DOMAIN_MITIGATIONS);
CONF_ENUM_NAMES(domain_ibs, DOMAIN_IBS_VALUES);

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

/* --- switches -------------------------------------------------------------------------------------------------- */

static const struct conf_row switch_rows[] = {
	ATTR_ONOFF("state", struct domain_switch, state),
	CONF_END
};

static int switch_fill(struct conf_reader *r UNUSED, void *obj)
{
	struct domain_switch *s = obj;

	if (!s->state)
		s->state = CONF_ON;
	return 0;
}

static const struct conf_elem switch_elem = ELEM(struct domain_switch, switch_rows, .fill = switch_fill);

static const struct conf_row state_rows[] = {
	ATTR_ONOFF("state", struct domain_switch, state, .flags = CONF_REQUIRED),
	CONF_END
};

/* the same where `state` has to be given */
static const struct conf_elem state_elem = ELEM(struct domain_switch, state_rows);

#define SWITCH(name_, S, m) EMBED(name_, S, m, struct domain_switch, switch_elem)
#define STATE(name_, S, m) EMBED(name_, S, m, struct domain_switch, state_elem)

/* --- <hyperv>, <kvm>, <xen> ------------------------------------------------------------------------------------ */

static const struct conf_row spinlocks_rows[] = {
	ATTR_ONOFF("state", struct domain_hyperv, spinlocks.state, .flags = CONF_REQUIRED),
	ATTR_UINT("retries", struct domain_hyperv, spinlocks.retries),
	CONF_END
};

static const struct conf_row stimer_rows[] = {
	ATTR_ONOFF("state", struct domain_stimer, state, .flags = CONF_REQUIRED),
	STATE("direct", struct domain_stimer, direct),
	CONF_END
};

static const struct conf_elem stimer_elem = ELEM(struct domain_stimer, stimer_rows);

static const struct conf_row vendor_id_rows[] = {
	ATTR_ONOFF("state", struct domain_hyperv, vendor_id.state, .flags = CONF_REQUIRED),
	ATTR_STRING("value", struct domain_hyperv, vendor_id.value),
	CONF_END
};

static int hyperv_fill(struct conf_reader *r, void *obj)
{
	struct domain_hyperv *h = obj;

	if (!h->mode)
		h->mode = DOMAIN_HYPERV_CUSTOM;
	if (h->spinlocks.state == CONF_ON && !h->spinlocks.retries)
		return conf_fail(r, "<spinlocks state='on'> needs 'retries'");
	if (h->spinlocks.state == CONF_ON && h->spinlocks.retries < 0xfff)
		return conf_fail(r, "<spinlocks retries='%u'>: 4095 is the least", h->spinlocks.retries);
	if (h->vendor_id.state == CONF_ON) {
		if (!h->vendor_id.value)
			return conf_fail(r, "<vendor_id state='on'> needs a 'value'");
		if (strlen(h->vendor_id.value) > 12)
			return conf_fail(r, "<vendor_id value='%.40s'> is longer than 12 characters", h->vendor_id.value);
		if (strchr(h->vendor_id.value, ','))
			return conf_fail(r, "<vendor_id value='%s'> has a comma", h->vendor_id.value);
	}
	return 0;
}

static const struct conf_row hyperv_rows[] = {
	ATTR_ENUM("mode", struct domain_hyperv, mode, domain_hyperv_mode),
	STATE("relaxed", struct domain_hyperv, relaxed),
	STATE("vapic", struct domain_hyperv, vapic),
	GROUP("spinlocks", spinlocks_rows),
	STATE("vpindex", struct domain_hyperv, vpindex),
	STATE("runtime", struct domain_hyperv, runtime),
	STATE("synic", struct domain_hyperv, synic),
	EMBED("stimer", struct domain_hyperv, stimer, struct domain_stimer, stimer_elem),
	STATE("reset", struct domain_hyperv, reset),
	GROUP("vendor_id", vendor_id_rows),
	STATE("frequencies", struct domain_hyperv, frequencies),
	STATE("reenlightenment", struct domain_hyperv, reenlightenment),
	STATE("tlbflush", struct domain_hyperv, tlbflush),
	STATE("ipi", struct domain_hyperv, ipi),
	STATE("evmcs", struct domain_hyperv, evmcs),
	STATE("avic", struct domain_hyperv, avic),
	CONF_END
};

static const struct conf_elem hyperv_elem = ELEM(struct domain_hyperv, hyperv_rows, .fill = hyperv_fill);

static const struct conf_row dirty_ring_rows[] = {
	ATTR_ONOFF("state", struct domain_kvm, dirty_ring.state, .flags = CONF_REQUIRED),
	ATTR_UINT("size", struct domain_kvm, dirty_ring.size),
	CONF_END
};

static int kvm_fill(struct conf_reader *r, void *obj)
{
	struct domain_kvm *kvm = obj;
	uint32_t size = kvm->dirty_ring.size;

	if (kvm->dirty_ring.state == CONF_ON && (size < 1024 || size > 65536 || (size & (size - 1))))
		return conf_fail(r, "<dirty-ring size='%u'>: a power of 2 from 1024 to 65536 is needed", size);
	return 0;
}

static const struct conf_row kvm_rows[] = {
	STATE("hidden", struct domain_kvm, hidden),
	STATE("hint-dedicated", struct domain_kvm, hint_dedicated),
	STATE("poll-control", struct domain_kvm, poll_control),
	STATE("pv-ipi", struct domain_kvm, pv_ipi),
	GROUP("dirty-ring", dirty_ring_rows),
	CONF_END
};

static const struct conf_elem kvm_elem = ELEM(struct domain_kvm, kvm_rows, .fill = kvm_fill);

static const struct conf_row xen_passthrough_rows[] = {
	ATTR_ONOFF("state", struct domain_xen_features, passthrough.state, .flags = CONF_REQUIRED),
	ATTR_ENUM("mode", struct domain_xen_features, passthrough.mode, domain_xen_passthrough_mode),
	CONF_END
};

static const struct conf_row xen_rows[] = {
	STATE("e820_host", struct domain_xen_features, e820_host),
	GROUP("passthrough", xen_passthrough_rows),
	CONF_END
};

static const struct conf_elem xen_elem = ELEM(struct domain_xen_features, xen_rows);

/* --- <features> ------------------------------------------------------------------------------------------------ */

static const struct conf_row apic_rows[] = {
	ATTR_ONOFF("eoi", struct domain_apic, eoi),
	CONF_END
};
static const struct conf_elem apic_elem = ELEM(struct domain_apic, apic_rows);

static const struct conf_row gic_rows[] = {
	ATTR_ENUM("version", struct domain_gic, version, domain_gic_version),
	CONF_END
};
static const struct conf_elem gic_elem = ELEM(struct domain_gic, gic_rows);

static int smm_fill(struct conf_reader *r UNUSED, void *obj)
{
	struct domain_smm *smm = obj;

	if (!smm->state)
		smm->state = CONF_ON;
	return 0;
}

static const struct conf_row smm_rows[] = {
	ATTR_ONOFF("state", struct domain_smm, state),
	CHILD_SCALED("tseg", struct domain_smm, tseg, 1, .flags = CONF_UNIT_MIB | CONF_PRETTY),
	CONF_END
};
static const struct conf_elem smm_elem = ELEM(struct domain_smm, smm_rows, .fill = smm_fill);

static const struct conf_row hpt_rows[] = {
	ATTR_ENUM("resizing", struct domain_hpt, resizing, domain_hpt_resizing),
	CHILD_SCALED("maxpagesize", struct domain_hpt, maxpagesize, 1024),
	CONF_END
};
static const struct conf_elem hpt_elem = ELEM(struct domain_hpt, hpt_rows);

static const struct conf_row tcg_rows[] = {
	CHILD_SCALED("tb-cache", struct domain_tcg, tb_cache, 1024),
	CONF_END
};
static const struct conf_elem tcg_elem = ELEM(struct domain_tcg, tcg_rows);

static const struct conf_row ioapic_rows[] = {
	ATTR_ENUM("driver", struct domain_features, ioapic, domain_ioapic_driver, .flags = CONF_REQUIRED),
	CONF_END
};
static const struct conf_row msrs_rows[] = {
	ATTR_ENUM("unknown", struct domain_features, msrs, domain_msrs_unknown, .flags = CONF_REQUIRED),
	CONF_END
};
static const struct conf_row cfpc_rows[] = {
	ATTR_ENUM("value", struct domain_features, cfpc, domain_mitigation, .flags = CONF_REQUIRED),
	CONF_END
};
static const struct conf_row sbbc_rows[] = {
	ATTR_ENUM("value", struct domain_features, sbbc, domain_mitigation, .flags = CONF_REQUIRED),
	CONF_END
};
static const struct conf_row ibs_rows[] = {
	ATTR_ENUM("value", struct domain_features, ibs, domain_ibs, .flags = CONF_REQUIRED),
	CONF_END
};

static const struct conf_row features_rows[] = {
	FLAG("acpi", struct domain_features, acpi),
	NODE("apic", struct domain_features, apic, struct domain_apic, apic_elem),
	FLAG("pae", struct domain_features, pae),
	SWITCH("hap", struct domain_features, hap),
	FLAG("viridian", struct domain_features, viridian),
	FLAG("privnet", struct domain_features, privnet),
	NODE("hyperv", struct domain_features, hyperv, struct domain_hyperv, hyperv_elem),
	NODE("kvm", struct domain_features, kvm, struct domain_kvm, kvm_elem),
	NODE("xen", struct domain_features, xen, struct domain_xen_features, xen_elem),
	SWITCH("pvspinlock", struct domain_features, pvspinlock),
	NODE("capabilities", struct domain_features, capabilities, struct domain_capabilities, capabilities_elem),
	SWITCH("pmu", struct domain_features, pmu),
	SWITCH("vmport", struct domain_features, vmport),
	NODE("gic", struct domain_features, gic, struct domain_gic, gic_elem),
	EMBED("smm", struct domain_features, smm, struct domain_smm, smm_elem),
	GROUP("ioapic", ioapic_rows),
	EMBED("hpt", struct domain_features, hpt, struct domain_hpt, hpt_elem),
	SWITCH("vmcoreinfo", struct domain_features, vmcoreinfo),
	STATE("htm", struct domain_features, htm),
	STATE("nested-hv", struct domain_features, nested_hv),
	GROUP("msrs", msrs_rows),
	STATE("ccf-assist", struct domain_features, ccf_assist),
	GROUP("cfpc", cfpc_rows),
	GROUP("sbbc", sbbc_rows),
	GROUP("ibs", ibs_rows),
	NODE("tcg", struct domain_features, tcg, struct domain_tcg, tcg_elem),
	CONF_END
};

const struct conf_elem domain_features_elem = ELEM(struct domain_features, features_rows);
