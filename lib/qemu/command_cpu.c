/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* -cpu and -smp */
#include "qemu/command_impl.h"

#include "qemu/emulator.h"

#include <string.h>

static const char *onoff(bool on)
{
	return on ? "on" : "off";
}

/* Hyper-V enlightenments that are on or off, in QEMU's words. */
static const struct { const char *name; size_t offset; } hyperv_switches[] = {
	{ "hv-relaxed", offsetof(struct domain_hyperv, relaxed) },
	{ "hv-vapic", offsetof(struct domain_hyperv, vapic) },
	{ "hv-spinlocks", offsetof(struct domain_hyperv, spinlocks) },
	{ "hv-vpindex", offsetof(struct domain_hyperv, vpindex) },
	{ "hv-runtime", offsetof(struct domain_hyperv, runtime) },
	{ "hv-synic", offsetof(struct domain_hyperv, synic) },
	{ "hv-stimer", offsetof(struct domain_hyperv, stimer) },
	{ "hv-reset", offsetof(struct domain_hyperv, reset) },
	{ "hv-vendor-id", offsetof(struct domain_hyperv, vendor_id) },
	{ "hv-frequencies", offsetof(struct domain_hyperv, frequencies) },
	{ "hv-reenlightenment", offsetof(struct domain_hyperv, reenlightenment) },
	{ "hv-tlbflush", offsetof(struct domain_hyperv, tlbflush) },
	{ "hv-ipi", offsetof(struct domain_hyperv, ipi) },
	{ "hv-evmcs", offsetof(struct domain_hyperv, evmcs) },
	{ "hv-avic", offsetof(struct domain_hyperv, avic) },
};

static void add_hyperv(const struct domain_hyperv *h, struct buf *text)
{
	if (h->mode == DOMAIN_HYPERV_PASSTHROUGH)
		qemu_optf(text, "hv-passthrough=on");
	for (size_t i = 0; i < ARRAY_LEN(hyperv_switches); i++) {
		const char *name = hyperv_switches[i].name;

		/* each of them begins with its state */
		if (*(const enum conf_onoff *)((const char *)h + hyperv_switches[i].offset) != CONF_ON)
			continue;
		if (!strcmp(name, "hv-spinlocks"))
			qemu_optf(text, "%s=0x%x", name, h->spinlocks.retries);
		else if (!strcmp(name, "hv-vendor-id"))
			qemu_opt(text, name, h->vendor_id.value);
		else
			qemu_optf(text, "%s=on", name);
		if (!strcmp(name, "hv-stimer") && h->stimer.direct.state == CONF_ON)
			qemu_optf(text, "hv-stimer-direct=on");
	}
}

static void add_kvm(const struct domain_kvm *k, struct buf *text)
{
	if (k->hidden.state == CONF_ON)
		qemu_optf(text, "kvm=off");
	if (k->hint_dedicated.state == CONF_ON)
		qemu_optf(text, "kvm-hint-dedicated=on");
	if (k->poll_control.state == CONF_ON)
		qemu_optf(text, "kvm-poll-control=on");
	if (k->pv_ipi.state == CONF_OFF)
		qemu_optf(text, "kvm-pv-ipi=off");
}

static void add_timers(const struct domain_clock *clock, struct buf *text)
{
	for (size_t i = 0; i < clock->timers.n; i++) {
		const struct domain_timer *t = clock->timers.items[i];

		if (t->name == DOMAIN_TIMER_KVMCLOCK && t->present)
			qemu_optf(text, "kvmclock=%s", onoff(t->present == CONF_YES));
		else if (t->name == DOMAIN_TIMER_HYPERVCLOCK && t->present == CONF_YES)
			qemu_optf(text, "hv-time=on");
		else if (t->name == DOMAIN_TIMER_TSC && t->frequency)
			qemu_optf(text, "tsc-frequency=%llu", (unsigned long long)t->frequency);
		else if (t->name == DOMAIN_TIMER_ARMVTIMER && t->tickpolicy)
			qemu_optf(text, "kvm-no-adjvtime=%s", onoff(t->tickpolicy == DOMAIN_TIMER_DISCARD));
	}
}

/* QEMU's name of a feature: the map's, or of what is KVM's own and in no map. */
static const char *feature_name(const char *name)
{
	static const char *const names[][2] = {
		{ "kvm_pv_eoi", "kvm-pv-eoi" }, { "kvm_pv_unhalt", "kvm-pv-unhalt" }, { "nrip_save", "nrip-save" }, { "pause_filter", "pause-filter" },
		{ "tsc_scale", "tsc-scale" }, { "vmcb_clean", "vmcb-clean" }, { "svm_lock", "svm-lock" }, { "arch-facilities", "arch-capabilities" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcmp(names[i][0], name))
			return names[i][1];
	return x86_feature_qemu(name);
}

static void add_feature(struct buf *text, const char *name, enum domain_cpu_policy policy)
{
	/* forbidden ones are checked, not told */
	if (policy == DOMAIN_CPU_FORCE || policy == DOMAIN_CPU_REQUIRE)
		qemu_optf(text, "%s=on", feature_name(name));
	else if (policy == DOMAIN_CPU_DISABLE || policy == DOMAIN_CPU_FORBID)
		qemu_optf(text, "%s=off", feature_name(name));
}

static void add_model_features(const struct domain_cpu *cpu, struct buf *text)
{
	for (size_t i = 0; i < cpu->features.n; i++)
		add_feature(text, cpu->features.items[i]->name, cpu->features.items[i]->policy);
}

static void add_cache(const struct domain_cpu *cpu, struct buf *text)
{
	const struct domain_cpu_cache *c = cpu->cache;

	if (!c)
		return;
	if (c->mode == DOMAIN_CPU_CACHE_EMULATE) {
		bool l3 = !c->level.set || c->level.value == 3;

		qemu_optf(text, "l3-cache=%s", onoff(l3));
		if (cpu->mode == DOMAIN_CPU_HOST_PASSTHROUGH || cpu->mode == DOMAIN_CPU_MAXIMUM)
			qemu_optf(text, "host-cache-info=off");
	} else if (c->mode == DOMAIN_CPU_CACHE_PASSTHROUGH) {
		qemu_optf(text, "host-cache-info=on,l3-cache=off");
	} else {
		qemu_optf(text, "host-cache-info=off,l3-cache=off");
	}
}

static const char *arch_default(const struct domain *def, const struct qemu_caps *caps)
{
	const char *type = json_string_value(json_object_get(qemu_caps_machine(caps, def->os.machine), "default-cpu-type"));

	if (def->os.arch == DOMAIN_ARCH_I686)
		return "qemu32";
	if (def->os.arch == DOMAIN_ARCH_X86_64)
		return "qemu64";
	return type;
}

/* What this host can give to guests, as a model and features: migration finds the same there. A host that is no x86 has its own model alone. */
static int add_host_model(struct qemu_build *b, struct buf *text)
{
	bool kvm = b->def->virt == DOMAIN_VIRT_KVM;
	struct domain_cpu *host = NULL;

	if (qemu_is_x86(b->def)) {
		host = qemu_emulator_host_model(b->caps, kvm, false, b->err);
		if (!host)
			return -1;
	}
	qemu_optf(text, "%s", host ? host->model : kvm ? "host" : "max");
	for (size_t i = 0; host && i < host->features.n; i++) {
		const struct domain_cpu_feature *f = host->features.items[i];
		bool own = false;

		for (size_t j = 0; j < b->def->cpu->features.n; j++)
			own |= !strcmp(b->def->cpu->features.items[j]->name, f->name);
		if (!own)
			add_feature(text, f->name, f->policy);
	}
	conf_free(&domain_cpu_elem, host);
	return 0;
}

static int add_model(struct qemu_build *b, struct buf *text)
{
	const struct domain *def = b->def;
	const struct domain_cpu *cpu = def->cpu;

	switch (cpu ? cpu->mode : 0) {
	case DOMAIN_CPU_HOST_PASSTHROUGH:
		if (def->virt != DOMAIN_VIRT_KVM)
			return qemu_unsupported(b, "the CPU mode 'host-passthrough' needs a guest of type 'kvm'");
		qemu_optf(text, "host");
		break;
	case DOMAIN_CPU_MAXIMUM:
		qemu_optf(text, "max");
		break;
	case DOMAIN_CPU_HOST_MODEL:
		if (!cpu->model)
			return add_host_model(b, text);
		qemu_optf(text, "%s", cpu->model);
		break;
	default:
		if (cpu && cpu->model)
			qemu_optf(text, "%s", cpu->model);
		else if (arch_default(def, b->caps))
			qemu_optf(text, "%s", arch_default(def, b->caps));
		if (cpu && cpu->vendor_id)
			qemu_opt(text, "vendor", cpu->vendor_id);
		break;
	}
	if (cpu && cpu->migratable == CONF_ON && def->virt == DOMAIN_VIRT_KVM)
		qemu_optf(text, "migratable=on");
	return 0;
}

int qemu_build_cpu(struct qemu_build *b)
{
	const struct domain *def = b->def;
	const struct domain_cpu *cpu = def->cpu;
	const struct domain_features *f = &def->features;
	AUTO_BUF struct buf text = { 0 };

	if (add_model(b, &text) < 0)
		return -1;
	if (cpu)
		add_model_features(cpu, &text);
	if (f->apic && f->apic->eoi)
		qemu_optf(&text, "kvm-pv-eoi=%s", onoff(f->apic->eoi == CONF_ON));
	if (f->pvspinlock.state)
		qemu_optf(&text, "kvm-pv-unhalt=%s", onoff(f->pvspinlock.state == CONF_ON));
	add_timers(&def->clock, &text);
	if (f->hyperv)
		add_hyperv(f->hyperv, &text);
	for (size_t i = 0; i < def->devices.panics.n; i++)
		if (def->devices.panics.items[i]->model == DOMAIN_PANIC_HYPERV)
			qemu_optf(&text, "hv-crash");
	if (f->kvm)
		add_kvm(f->kvm, &text);
	if (f->pmu.state)
		qemu_optf(&text, "pmu=%s", onoff(f->pmu.state == CONF_ON));
	if (cpu) {
		add_cache(cpu, &text);
		if (cpu->maxphysaddr.mode == DOMAIN_CPU_CACHE_PASSTHROUGH)
			qemu_optf(&text, "host-phys-bits=on");
		else if (cpu->maxphysaddr.mode == DOMAIN_CPU_CACHE_EMULATE && cpu->maxphysaddr.bits)
			qemu_optf(&text, "phys-bits=%u", cpu->maxphysaddr.bits);
	}
	/* 32 bits of a 64-bit Arm are a property, not a program */
	if (def->os.arch == DOMAIN_ARCH_ARMV7L && b->caps->arch == DOMAIN_ARCH_AARCH64)
		qemu_optf(&text, "aarch64=off");
	if (text.len)
		qemu_arg_buf(&b->args, "-cpu", &text);
	if (f->smm.tseg.set)
		qemu_argf(&b->args, "-global", "mch.extended-tseg-mbytes=%llu", (unsigned long long)f->smm.tseg.value >> 20);
	return 0;
}

int qemu_build_smp(struct qemu_build *b)
{
	const struct domain *def = b->def;
	const struct domain_topology *t = def->cpu ? &def->cpu->topology : NULL;
	unsigned max = def->vcpus.n, now = 0;
	AUTO_BUF struct buf text = { 0 };

	/* what can be unplugged must have been plugged in; QEMU makes the others in their order */
	for (unsigned i = 0; i < max; i++) {
		if (!domain_vcpu_online(def, i) || domain_vcpu_hotpluggable(def, i))
			continue;
		if (i != now++)
			return error_set(b->err, ERR_CONFIG_UNSUPPORTED, "<vcpus>: vcpu %u cannot be there from the start (hotpluggable='no') where one before it is not", i);
	}
	if (now == 0)
		return error_set(b->err, ERR_CONFIG_UNSUPPORTED, "<vcpus>: vcpu 0 must be enabled and cannot be hotpluggable");
	qemu_optf(&text, "%u", now);
	if (now != max)
		qemu_optf(&text, "maxcpus=%u", max);
	if (t && t->sockets) {
		qemu_optf(&text, "sockets=%u", t->sockets);
		if (qemu_is_x86(def))
			qemu_optf(&text, "dies=%u", t->dies ? t->dies : 1);
		qemu_optf(&text, "cores=%u,threads=%u", t->cores, t->threads);
	} else {
		qemu_optf(&text, "sockets=%u,cores=1,threads=1", max);
	}
	qemu_arg_buf(&b->args, "-smp", &text);
	return 0;
}
