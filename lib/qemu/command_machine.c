/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* -machine, and what goes with launch security. */
#include "qemu/command_impl.h"

#include <string.h>

static const char *onoff(enum conf_onoff v)
{
	return conf_enum_name(&conf_onoff_names, v);
}

static void add_onoff(struct buf *m, const char *key, enum conf_onoff v)
{
	if (v)
		qemu_optf(m, "%s=%s", key, onoff(v));
}

static void add_keywrap(const struct domain *def, struct buf *m)
{
	for (size_t i = 0; i < def->keywrap.n; i++) {
		const struct domain_keywrap *k = def->keywrap.items[i];

		qemu_optf(m, "%s-key-wrap=%s", conf_enum_name(&domain_keywrap_cipher_names, k->name), onoff(k->state));
	}
}

static const char *mitigation(enum domain_mitigation v)
{
	return conf_enum_name(&domain_mitigation_names, v);
}

/* What <features> say of pseries machines. */
static void add_ppc64(const struct domain_features *f, struct buf *m)
{
	qemu_opt(m, "resize-hpt", conf_enum_name(&domain_hpt_resizing_names, f->hpt.resizing));
	if (f->hpt.maxpagesize.set)
		qemu_optf(m, "cap-hpt-max-page-size=%lluk", (unsigned long long)f->hpt.maxpagesize.value);
	add_onoff(m, "cap-htm", f->htm.state);
	add_onoff(m, "cap-nested-hv", f->nested_hv.state);
	add_onoff(m, "cap-ccf-assist", f->ccf_assist.state);
	qemu_opt(m, "cap-cfpc", mitigation(f->cfpc));
	qemu_opt(m, "cap-sbbc", mitigation(f->sbbc));
	qemu_opt(m, "cap-ibs", conf_enum_name(&domain_ibs_names, f->ibs));
}

static void add_features(struct qemu_build *b, struct buf *m)
{
	const struct domain_features *f = &b->def->features;

	add_onoff(m, "vmport", f->vmport.state);
	add_onoff(m, "smm", f->smm.state);
	if (f->ioapic)
		qemu_optf(m, "kernel_irqchip=%s", f->ioapic == DOMAIN_IOAPIC_QEMU ? "split" : "on");
	/* QEMU of 32-bit Arm has that one alone */
	if (f->gic && f->gic->version && b->def->os.arch == DOMAIN_ARCH_AARCH64)
		qemu_opt(m, "gic-version", conf_enum_name(&domain_gic_version_names, f->gic->version));
}

static bool has_nvdimm(const struct domain *def)
{
	for (size_t i = 0; i < def->devices.memdevs.n; i++)
		if (def->devices.memdevs.items[i]->model == DOMAIN_MEMDEV_NVDIMM)
			return true;
	return false;
}

static bool needs_hmat(const struct domain *def)
{
	if (!def->cpu)
		return false;
	for (size_t i = 0; i < def->cpu->cells.n; i++)
		if (def->cpu->cells.items[i]->caches.n)
			return true;
	return def->cpu->latencies.n || def->cpu->bandwidths.n;
}

static void add_memory(struct qemu_build *b, struct buf *m)
{
	const struct domain *def = b->def;

	qemu_optf(m, "dump-guest-core=%s", def->dump_core ? onoff(def->dump_core) : "off");
	if (def->memory_backing.nosharepages)
		qemu_optf(m, "mem-merge=off");
	if (has_nvdimm(def))
		qemu_optf(m, "nvdimm=on");
	if (needs_hmat(def))
		qemu_optf(m, "hmat=on");
	qemu_opt(m, "memory-backend", qemu_ram_id(b));
}

static const char *loadparm(const struct domain *def)
{
	const struct domain_devices *d = &def->devices;
	const struct domain_info *first = NULL;

	for (size_t i = 0; i < d->disks.n; i++)
		if (d->disks.items[i]->info.loadparm && (!first || d->disks.items[i]->info.boot_order < first->boot_order))
			first = &d->disks.items[i]->info;
	for (size_t i = 0; i < d->interfaces.n; i++)
		if (d->interfaces.items[i]->info.loadparm && (!first || d->interfaces.items[i]->info.boot_order < first->boot_order))
			first = &d->interfaces.items[i]->info;
	return first ? first->loadparm : NULL;
}

int qemu_build_machine(struct qemu_build *b)
{
	const struct domain *def = b->def;
	const struct domain_os *os = &def->os;
	AUTO_BUF struct buf m = { 0 };

	if (!os->machine || !qemu_caps_machine(b->caps, os->machine))
		return qemu_unsupported(b, "%s has no machine type '%s'", b->caps->binary, os->machine ? os->machine : "");
	qemu_optf(&m, "%s", os->machine);
	if (strcmp(os->machine, "none") != 0)
		qemu_optf(&m, "usb=off");
	add_keywrap(def, &m);
	add_features(b, &m);
	add_memory(b, &m);
	if (os->loader.type == DOMAIN_LOADER_PFLASH && os->loader.path)
		qemu_optf(&m, "pflash0=libvirt-pflash0-format");
	if (os->loader.type == DOMAIN_LOADER_PFLASH && os->nvram && (os->nvram->path || os->nvram->src.type))
		qemu_optf(&m, "pflash1=libvirt-pflash1-format");
	if (qemu_is_ppc64(def))
		add_ppc64(&def->features, &m);
	qemu_opt(&m, "loadparm", loadparm(def));
	if (def->launch_security)
		qemu_optf(&m, "confidential-guest-support=lsec0");
	qemu_arg_buf(&b->args, "-machine", &m);
	return 0;
}

int qemu_build_security(struct qemu_build *b)
{
	const struct domain_launch_security *s = b->def->launch_security;
	json_t *o;

	if (!s)
		return 0;
	if (s->type == DOMAIN_LAUNCH_S390_PV) {
		qemu_build_object(b, json_pack("{s:s, s:s}", "qom-type", "s390-pv-guest", "id", "lsec0"));
		return 0;
	}
	if (!qemu_caps_has(b->caps, "sev-guest"))
		return qemu_unsupported(b, "%s has no SEV", b->caps->binary);
	o = json_pack("{s:s, s:s}", "qom-type", "sev-guest", "id", "lsec0");
	qemu_put_num(o, "cbitpos", s->cbitpos);
	qemu_put_num(o, "reduced-phys-bits", s->reduced_phys_bits);
	qemu_put_num(o, "policy", s->policy);
	if (s->dh_cert)
		qemu_putf(o, "dh-cert-file", "%s/dh_cert.base64", b->rt->dir);
	if (s->session)
		qemu_putf(o, "session-file", "%s/session.base64", b->rt->dir);
	qemu_put_true(o, "kernel-hashes", s->kernel_hashes == CONF_YES);
	qemu_build_object(b, o);
	return 0;
}
