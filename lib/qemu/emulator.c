/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu/emulator.h"

#include "cpu/cpu.h"
#include "hypervisor/params.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

static enum domain_arch host_arch(void)
{
	struct utsname u;
	int arch = uname(&u) == 0 ? conf_enum_value(&domain_arch_names, u.machine) : 0;

	return arch > 0 ? arch : DOMAIN_ARCH_X86_64;
}

/* QEMU of 64-bit PCs runs guests of 32 bits, too. */
static bool runs(enum domain_arch binary, enum domain_arch guest)
{
	return binary == guest || (binary == DOMAIN_ARCH_X86_64 && guest == DOMAIN_ARCH_I686) || (binary == DOMAIN_ARCH_AARCH64 && guest == DOMAIN_ARCH_ARMV7L) ||
	       (binary == DOMAIN_ARCH_PPC64 && guest == DOMAIN_ARCH_PPC64LE);
}

static int find_caps(const struct hv_emulator *asked, struct qemu_emulator *out, struct error *err)
{
	int arch = asked->arch ? conf_enum_value(&domain_arch_names, asked->arch) : 0;
	AUTO_FREE char *binary = NULL;

	if (arch < 0)
		return error_set(err, ERR_INVALID_ARG, "unknown architecture '%.40s'", asked->arch);
	out->arch = arch ? (enum domain_arch)arch : host_arch();
	binary = asked->binary ? strdup(asked->binary) : qemu_caps_find_binary(out->arch);
	if (!binary)
		return error_set(err, ERR_INVALID_ARG, "no QEMU for %s guests is installed", conf_enum_name(&domain_arch_names, out->arch));
	out->caps = qemu_caps_get(binary, err);
	if (!out->caps)
		return -1;
	if (!asked->arch)
		out->arch = out->caps->arch;
	return runs(out->caps->arch, out->arch) ? 0
		: error_set(err, ERR_INVALID_ARG, "%s runs guests of %s, not of %s", binary, conf_enum_name(&domain_arch_names, out->caps->arch),
			    conf_enum_name(&domain_arch_names, out->arch));
}

static int find_machine(const struct hv_emulator *asked, struct qemu_emulator *out, struct error *err)
{
	const char *machine = asked->machine ? asked->machine : qemu_caps_usual_machine(out->caps, out->arch);

	if (!machine)
		return error_set(err, ERR_INVALID_ARG, "guests of %s have no usual machine: one must be named", conf_enum_name(&domain_arch_names, out->arch));
	if (!qemu_caps_machine(out->caps, machine))
		return error_set(err, ERR_INVALID_ARG, "%s has no machine type '%.60s'", out->caps->binary, machine);
	out->machine = strdup(qemu_caps_canonical_machine(out->caps, machine));
	return out->machine ? 0 : error_set(err, ERR_NO_MEMORY, "no memory for the machine's name");
}

int qemu_emulator_find(const struct hv_emulator *asked, struct qemu_emulator *out, struct error *err)
{
	int virt = asked->virt ? conf_enum_value(&domain_virt_names, asked->virt) : 0;

	*out = (struct qemu_emulator){ 0 };
	if (virt < 0 || (virt && virt != DOMAIN_VIRT_QEMU && virt != DOMAIN_VIRT_KVM))
		return error_set(err, ERR_INVALID_ARG, "QEMU's guests are of type 'qemu' or 'kvm', not '%.40s'", asked->virt);
	if (find_caps(asked, out, err) < 0 || find_machine(asked, out, err) < 0) {
		qemu_emulator_clear(out);
		return -1;
	}
	if (virt == DOMAIN_VIRT_KVM && !out->caps->kvm) {
		error_set(err, ERR_INVALID_ARG, "KVM is not available for %s on this host", out->caps->binary);
		qemu_emulator_clear(out);
		return -1;
	}
	out->virt = virt ? (enum domain_virt)virt : out->caps->kvm ? DOMAIN_VIRT_KVM : DOMAIN_VIRT_QEMU;
	return 0;
}

void qemu_emulator_clear(struct qemu_emulator *e)
{
	qemu_caps_free(e->caps);
	free(e->machine);
	*e = (struct qemu_emulator){ 0 };
}

bool qemu_emulator_host_cpu(const struct qemu_caps *caps, bool kvm, struct x86_cpu *out)
{
	const json_t *props = qemu_caps_cpus(caps, "max", kvm);
	const char *vendor = json_string_value(json_object_get(props, "vendor"));

	*out = (struct x86_cpu){ 0 };
	if (!vendor || (caps->arch != DOMAIN_ARCH_X86_64 && caps->arch != DOMAIN_ARCH_I686))
		return false;
	snprintf(out->vendor, sizeof(out->vendor), "%s", x86_vendor_name(vendor));
	out->family = (unsigned)json_integer_value(json_object_get(props, "family"));
	out->model = (unsigned)json_integer_value(json_object_get(props, "model"));
	out->stepping = (unsigned)json_integer_value(json_object_get(props, "stepping"));
	for (size_t i = 0; i < x86_n_features; i++) {
		const struct x86_feature *f = &x86_features[i];

		if (!f->host_only && json_is_true(json_object_get(props, f->qemu ? f->qemu : f->name)))
			x86_set(out, (int)i, true);
	}
	return true;
}

const json_t *qemu_emulator_model(const struct qemu_caps *caps, bool kvm, const char *name)
{
	const json_t *models = qemu_caps_cpus(caps, "cpus", kvm);
	json_t *m;
	size_t i;

	json_array_foreach(models, i, m) {
		const char *n = json_string_value(json_object_get(m, "name"));

		if (n && !strcmp(n, name))
			return m;
	}
	return NULL;
}

struct models { const struct qemu_caps *caps; bool kvm; };

static bool in_qemu(void *ctx, const char *name)
{
	const struct models *m = ctx;

	return qemu_emulator_model(m->caps, m->kvm, name) != NULL;
}

struct domain_cpu *qemu_emulator_host_model(const struct qemu_caps *caps, bool kvm, bool fixed, struct error *err)
{
	struct models models = { caps, kvm };
	struct x86_cpu host;

	if (!qemu_emulator_host_cpu(caps, kvm, &host)) {
		error_set(err, ERR_CONFIG_UNSUPPORTED, "%s does not tell what CPU a guest can have on this host", caps->binary);
		return NULL;
	}
	for (size_t i = 0; i < x86_n_features; i++)
		if (!fixed && x86_features[i].fixed)
			x86_set(&host, (int)i, false);
	return cpu_describe(&host, true, in_qemu, &models, err);
}

static struct domain_cpu_feature *own_feature(const struct domain_cpu *cpu, const char *name)
{
	int bit = x86_feature_find(name);

	for (size_t i = 0; i < cpu->features.n; i++) {
		struct domain_cpu_feature *f = cpu->features.items[i];

		if (!strcmp(f->name, name) || (bit >= 0 && x86_feature_find(f->name) == bit))
			return f;
	}
	return NULL;
}

static int take_model(struct domain_cpu *cpu, struct domain_cpu *host, struct error *err)
{
	for (size_t i = 0; i < host->features.n; i++) {
		const struct domain_cpu_feature *f = host->features.items[i];
		struct domain_cpu_feature *copy = own_feature(cpu, f->name) ? NULL : CONF_LIST_ADD(&cpu->features);

		if (!copy && own_feature(cpu, f->name))
			continue;
		if (!copy || !(copy->name = strdup(f->name)))
			return error_set(err, ERR_NO_MEMORY, "no memory for the CPU");
		copy->policy = f->policy;
	}
	free(cpu->model);
	free(cpu->vendor);
	cpu->model = STEAL_PTR(host->model);
	cpu->vendor = STEAL_PTR(host->vendor);
	cpu->mode = DOMAIN_CPU_CUSTOM;
	cpu->match = DOMAIN_CPU_MATCH_EXACT;
	cpu->fallback = DOMAIN_CPU_FALLBACK_FORBID;
	cpu->check = DOMAIN_CPU_CHECK_FULL;
	return 0;
}

int qemu_cpu_update(struct domain *def, const struct qemu_caps *caps, struct error *err)
{
	struct domain_cpu *cpu = def->cpu, *model;
	bool kvm = def->virt == DOMAIN_VIRT_KVM;
	struct x86_cpu host;
	int r = 0;

	if (!cpu || (cpu->mode != DOMAIN_CPU_HOST_MODEL && (cpu->mode != DOMAIN_CPU_CUSTOM || !cpu->model)) || !qemu_emulator_host_cpu(caps, kvm, &host))
		return 0;
	if (cpu->mode == DOMAIN_CPU_HOST_MODEL || cpu->match == DOMAIN_CPU_MATCH_MINIMUM) {
		model = qemu_emulator_host_model(caps, kvm, false, err);
		r = model ? take_model(cpu, model, err) : -1;
		conf_free(&domain_cpu_elem, model);
	}
	for (size_t i = 0; i < cpu->features.n; i++) {
		struct domain_cpu_feature *f = cpu->features.items[i];
		int bit = x86_feature_find(f->name);

		if (f->policy == DOMAIN_CPU_OPTIONAL)
			f->policy = bit >= 0 && x86_has(&host, bit) ? DOMAIN_CPU_REQUIRE : DOMAIN_CPU_DISABLE;
	}
	return r;
}

int qemu_emulator_update_cpu(struct domain *def, struct error *err)
{
	const struct hv_emulator asked = {
		.binary = def->devices.emulator, .arch = conf_enum_name(&domain_arch_names, def->os.arch), .machine = def->os.machine,
		.virt = conf_enum_name(&domain_virt_names, def->virt),
	};
	AUTO_QEMU_EMULATOR struct qemu_emulator e = { 0 };

	return qemu_emulator_find(&asked, &e, err) < 0 ? -1 : qemu_cpu_update(def, e.caps, err);
}

int qemu_emulator_cpu(const struct hv_emulator *asked, struct x86_cpu *cpu, char ***models, struct error *err)
{
	AUTO_QEMU_EMULATOR struct qemu_emulator e = { 0 };
	const json_t *known;
	json_t *m;
	size_t i, n = 0;

	if (qemu_emulator_find(asked, &e, err) < 0)
		return -1;
	known = qemu_caps_cpus(e.caps, "cpus", e.virt == DOMAIN_VIRT_KVM);
	if (cpu && !qemu_emulator_host_cpu(e.caps, e.virt == DOMAIN_VIRT_KVM, cpu))
		return error_set(err, ERR_NO_SUPPORT, "CPUs of %s cannot be compared", conf_enum_name(&domain_arch_names, e.arch));
	if (!models)
		return 0;
	*models = calloc(json_array_size(known) + 1, sizeof(**models));
	json_array_foreach(known, i, m) {
		const char *name = json_string_value(json_object_get(m, "name"));

		if (*models && name && ((*models)[n] = strdup(name)))
			n++;
	}
	return *models ? 0 : error_set(err, ERR_NO_MEMORY, "no memory for the names of models");
}

int qemu_emulator_sev(struct params *out, struct error *err)
{
	/* libvirt's names are QEMU's own */
	static const struct { const char *name; bool text; } told[] = {
		{ "pdh", true }, { "cert-chain", true }, { "cpu0-id", true }, { "cbitpos", false }, { "reduced-phys-bits", false },
	};
	AUTO_QEMU_EMULATOR struct qemu_emulator e = { 0 };
	unsigned guests, es_guests;
	const json_t *sev;

	if (find_caps(&(struct hv_emulator){ 0 }, &e, err) < 0)
		return -1;
	sev = json_object_get(e.caps->doc, "sev-capabilities");
	if (!sev)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "this host has no SEV for its guests: it takes a processor of AMD's that has it, switched on in the firmware and "
				 "in KVM (/dev/sev), and a QEMU that knows it");
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		const json_t *v = json_object_get(sev, told[i].name);
		int r = !v ? 0 : told[i].text ? params_add_string(out, told[i].name, json_string_value(v), err)
			: params_add_uint(out, told[i].name, (unsigned)json_integer_value(v), err);
		if (r < 0)
			return -1;
	}
	x86_host_sev(&guests, &es_guests);
	return params_add_uint(out, "max-guests", guests, err) < 0 ? -1 : params_add_uint(out, "max-es-guests", es_guests, err);
}
