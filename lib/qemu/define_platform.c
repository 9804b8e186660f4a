/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CPU and features of a machine */
#include "qemu/define.h"

#include <string.h>

static int no_memory(struct error *err)
{
	return error_set(err, ERR_NO_MEMORY, "no memory for the definition");
}

/* --- CPU ------------------------------------------------------------------------------------------------------- */

/* libvirt's name of a model of QEMU's: POWER9 of power9 and power9_v2.0. */
static char *model_name(const struct domain *def, const char *name)
{
	char *own = strdup(name);

	if (!own || !qemu_is_ppc64(def) || strncmp(own, "power", 5) != 0)
		return own;
	own[strcspn(own, "_")] = '\0';
	memcpy(own, "POWER", 5);
	return own;
}

/* The CPU that the machine has when none is asked for, without QEMU's suffix: "qemu64-x86_64-cpu" is qemu64. */
static char *default_model(const struct domain *def, const struct qemu_caps *caps)
{
	const char *type = caps ? json_string_value(json_object_get(qemu_caps_machine(caps, def->os.machine), "default-cpu-type")) : NULL;
	const json_t *cpus = caps ? qemu_caps_cpus(caps, "cpus", false) : NULL;
	json_t *cpu;
	size_t i;

	if (!type)
		return NULL;
	if (!cpus)
		cpus = qemu_caps_cpus(caps, "cpus", true);
	/* an alias first: "qemu64" and "qemu64-v1" are of one type in old versions */
	json_array_foreach(cpus, i, cpu) {
		const char *t = json_string_value(json_object_get(cpu, "typename"));

		if (t && !strcmp(t, type)) {
			const char *name = json_string_value(json_object_get(cpu, "name"));

			return name ? model_name(def, name) : NULL;
		}
	}
	return NULL;
}

static int fill_default_cpu(struct domain *def, const struct qemu_caps *caps, struct error *err)
{
	char *model;

	if (def->cpu && (def->cpu->model || (def->cpu->mode && def->cpu->mode != DOMAIN_CPU_CUSTOM)))
		return 0;
	model = def->os.arch == DOMAIN_ARCH_I686 && caps && caps->arch == DOMAIN_ARCH_X86_64 ? strdup("qemu32") : default_model(def, caps);
	if (!model)
		return 0;
	if (!def->cpu)
		def->cpu = calloc(1, sizeof(*def->cpu));
	if (!def->cpu) {
		free(model);
		return no_memory(err);
	}
	def->cpu->mode = DOMAIN_CPU_CUSTOM;
	if (!def->cpu->match)
		def->cpu->match = DOMAIN_CPU_MATCH_EXACT;
	if (!def->cpu->fallback)
		def->cpu->fallback = DOMAIN_CPU_FALLBACK_FORBID;
	if (!def->cpu->check)
		def->cpu->check = DOMAIN_CPU_CHECK_NONE;
	def->cpu->model = model;
	return 0;
}

static bool has_feature(const struct domain_cpu *cpu, const char *name)
{
	for (size_t i = 0; i < cpu->features.n; i++)
		if (!strcmp(cpu->features.items[i]->name, name))
			return true;
	return false;
}

static void fill_cpu(struct domain *def)
{
	struct domain_cpu *cpu = def->cpu;

	if (!cpu)
		return;
	if (cpu->mode == DOMAIN_CPU_HOST_PASSTHROUGH || cpu->mode == DOMAIN_CPU_MAXIMUM) {
		if (!cpu->check)
			cpu->check = DOMAIN_CPU_CHECK_NONE;
		if (!cpu->migratable && qemu_is_x86(def))
			cpu->migratable = has_feature(cpu, "invtsc") ? CONF_OFF : CONF_ON;
	}
	if (!cpu->check)
		cpu->check = def->virt == DOMAIN_VIRT_KVM || cpu->mode == DOMAIN_CPU_HOST_MODEL ? DOMAIN_CPU_CHECK_PARTIAL : DOMAIN_CPU_CHECK_NONE;
}

/* --- features -------------------------------------------------------------------------------------------------- */

/* The interrupt controller of Arm's virtual machine is told, for it is part of what the guest sees. */
static int fill_gic(struct domain *def, struct error *err)
{
	if (!qemu_is_virt(def) || !qemu_is_arm(def) || def->features.gic)
		return 0;
	def->features.gic = calloc(1, sizeof(*def->features.gic));
	if (!def->features.gic)
		return no_memory(err);
	return 0;
}

static int fill_gic_version(struct domain *def)
{
	if (def->features.gic && !def->features.gic->version)
		def->features.gic->version = DOMAIN_GIC_2;
	return 0;
}

/* With NUMA cells the memory is theirs and that of the memory devices, whatever <memory> says. */
static void fill_memory(struct domain *def)
{
	uint64_t sum = 0;

	for (size_t i = 0; def->cpu && i < def->cpu->cells.n; i++)
		sum += def->cpu->cells.items[i]->memory.value;
	if (!sum)
		return;
	for (size_t i = 0; i < def->devices.memdevs.n; i++)
		sum += def->devices.memdevs.items[i]->size.value;
	def->memory.value = sum;
	if (def->current_memory.value > sum)
		def->current_memory.value = sum;
}

int qemu_fill_platform(struct domain *def, const struct qemu_caps *caps, struct error *err)
{
	if (fill_default_cpu(def, caps, err) < 0 || fill_gic(def, err) < 0)
		return -1;
	fill_cpu(def);
	fill_memory(def);
	return fill_gic_version(def);
}
