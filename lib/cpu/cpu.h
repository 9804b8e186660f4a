/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be said of processors that <cpu> elements describe: the same, more, too little; what several have in common. */
#ifndef BERTH_CPU_CPU_H
#define BERTH_CPU_CPU_H

#include "conf/cpu.h"
#include "cpu/x86.h"

/* libvirt's numbers (virCPUCompareResult). */
enum cpu_compare { CPU_INCOMPATIBLE = 0, CPU_IDENTICAL = 1, CPU_SUPERSET = 2 };

static inline bool cpu_is_x86(enum domain_arch arch)
{
	return arch == DOMAIN_ARCH_X86_64 || arch == DOMAIN_ARCH_I686;
}

/* The names of an architecture's models, in the order of the map, up to `max` of them; -1 with *err set: the architecture has no map. An architecture whose
 * models only the hypervisor knows has 0. */
int cpu_models(enum domain_arch arch, const char **names, size_t max, struct error *err) NODISCARD;

/* The features that a description has: of its model, those required or forced added, those disabled or forbidden taken away. ERR_CONFIG_UNSUPPORTED for a model or
 * feature that is not in the map. */
int cpu_x86_of(const struct domain_cpu *cpu, struct x86_cpu *out, struct error *err) NODISCARD;

/* Whether a guest with this CPU can be on that host. `why` (may be NULL) is given what is in the way: "missing features: avx2, bmi1". -1: error. */
int cpu_compare(const struct x86_cpu *host, const struct domain_cpu *guest, struct buf *why, struct error *err) NODISCARD;

/* A description of a processor by the best model and the features that differ. A host's (`guest` false) has no removed features. The caller's, goes with
 * conf_free(&domain_cpu_elem). NULL with *err set. */
struct domain_cpu *cpu_describe(const struct x86_cpu *cpu, bool guest, bool (*usable)(void *ctx, const char *name), void *ctx, struct error *err) NODISCARD;

#define CPU_BASELINE_EXPAND 1u       /* each feature of the model is told, too */
#define CPU_BASELINE_MIGRATABLE 2u   /* features that prevent migration are left out */

/* What all have, as a guest's CPU. `start` (may be NULL) is what there can be at all. */
struct domain_cpu *cpu_baseline(struct cpu *const *cpus, size_t n, const struct x86_cpu *start, unsigned flags,
				bool (*usable)(void *ctx, const char *name), void *ctx, struct error *err) NODISCARD;

#endif
