/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this QEMU on this host cannot do, said before anything of a guest is made. A definition may be kept for another host: only a start asks. */
#include "qemu/define.h"

#include "cpu/cpu.h"
#include "qemu/emulator.h"

#include <string.h>

static void add(struct buf *list, const char *name)
{
	buf_printf(list, "%s%s", list->len ? ", " : "", name);
}

static const struct domain_cpu_feature *feature_of(const struct domain_cpu *cpu, const char *name)
{
	int wanted = x86_feature_find(name);

	for (size_t i = 0; i < cpu->features.n; i++)
		if (!strcmp(cpu->features.items[i]->name, name) || (wanted >= 0 && x86_feature_find(cpu->features.items[i]->name) == wanted))
			return cpu->features.items[i];
	return NULL;
}

/* What the model has and QEMU cannot give here, but for what the definition takes away or forces. */
static void missing_of_model(const struct domain_cpu *cpu, const json_t *model, struct buf *missing)
{
	json_t *name;
	size_t i;

	json_array_foreach(json_object_get(model, "unavailable-features"), i, name) {
		const struct domain_cpu_feature *f = json_is_string(name) ? feature_of(cpu, json_string_value(name)) : NULL;
		int bit = json_is_string(name) ? x86_feature_find(json_string_value(name)) : -1;

		if (json_is_string(name) && (!f || f->policy == DOMAIN_CPU_REQUIRE))
			add(missing, bit >= 0 ? x86_features[bit].name : json_string_value(name));
	}
}

static int check_features(const struct domain_cpu *cpu, const struct x86_cpu *host, const json_t *model, struct error *err)
{
	AUTO_BUF struct buf missing = { 0 };

	if (model)
		missing_of_model(cpu, model, &missing);
	for (size_t i = 0; i < cpu->features.n; i++) {
		const struct domain_cpu_feature *f = cpu->features.items[i];
		int bit = x86_feature_find(f->name);

		if (bit >= 0 && f->policy == DOMAIN_CPU_REQUIRE && !x86_has(host, bit) && !(missing.data && strstr(missing.data, f->name)))
			add(&missing, f->name);
		if (bit >= 0 && f->policy == DOMAIN_CPU_FORBID && x86_has(host, bit))
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "guest and host CPU are not compatible: the host has the feature '%s', which <cpu> forbids",
					 f->name);
	}
	return missing.len ? error_set(err, ERR_CONFIG_UNSUPPORTED, "guest and host CPU are not compatible: Host CPU does not provide required features: %s "
				       "(<cpu check='none'> lets the guest start without)", missing.data) : 0;
}

/* The guest is to have all that the host has. */
static int check_strict(const struct domain_cpu *cpu, const struct x86_cpu *host, struct error *err)
{
	const struct x86_model *model = cpu->model ? x86_model_find(cpu->model) : NULL;
	AUTO_BUF struct buf more = { 0 };
	struct x86_cpu guest;

	if (!model)
		return 0;
	x86_of_model(model, &guest);
	for (size_t i = 0; i < x86_n_features; i++)
		if (x86_has(host, (int)i) && !x86_has(&guest, (int)i) && !feature_of(cpu, x86_features[i].name))
			add(&more, x86_features[i].name);
	return more.len ? error_set(err, ERR_CONFIG_UNSUPPORTED, "guest and host CPU are not compatible: Host CPU does not strictly match guest CPU: it has more features: %s",
				    more.data) : 0;
}

static int check_cpu(const struct domain *def, const struct qemu_caps *caps, struct error *err)
{
	const struct domain_cpu *cpu = def->cpu;
	bool kvm = def->virt == DOMAIN_VIRT_KVM;
	bool check = cpu && (cpu->check == DOMAIN_CPU_CHECK_PARTIAL || cpu->check == DOMAIN_CPU_CHECK_FULL);
	struct x86_cpu host;

	if (!cpu || !qemu_is_x86(def))
		return 0;
	if (cpu->model && cpu->mode == DOMAIN_CPU_CUSTOM && !qemu_caps_has_cpu(caps, kvm, cpu->model))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s has no CPU model '%.60s' (host-hypervisor-cpu-models --all lists what there is)", caps->binary,
				 cpu->model);
	if ((!check && !(kvm && cpu->vendor)) || !qemu_emulator_host_cpu(caps, kvm, &host))
		return 0;
	if (kvm && cpu->vendor && strcmp(cpu->vendor, host.vendor) != 0)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "guest and host CPU are not compatible: the guest wants a CPU of %.40s, the host's is of %s",
				 cpu->vendor, host.vendor);
	if (check && cpu->match == DOMAIN_CPU_MATCH_STRICT && check_strict(cpu, &host, err) < 0)
		return -1;
	return check ? check_features(cpu, &host, cpu->model ? qemu_emulator_model(caps, kvm, cpu->model) : NULL, err) : 0;
}

int qemu_check_abilities(const struct domain *def, const struct qemu_caps *caps, struct error *err)
{
	const json_t *machine = qemu_caps_machine(caps, def->os.machine);
	json_int_t max = json_integer_value(json_object_get(machine, "cpu-max"));

	if (!machine)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s has no machine type '%.60s'", caps->binary, def->os.machine);
	if (def->virt == DOMAIN_VIRT_KVM && !caps->kvm)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "the guest is of type 'kvm', and KVM is not available here (is /dev/kvm there, and %s for this "
				 "processor?)", caps->binary);
	if (max > 0 && def->vcpus.n > (uint64_t)max)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "the machine type '%s' has %lld CPUs at most, the guest wants %u", def->os.machine, (long long)max,
				 def->vcpus.n);
	return check_cpu(def, caps, err);
}
