/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What clients ask of an emulator before there is a guest (struct hv_driver's emulator_*). */
#ifndef BERTH_QEMU_EMULATOR_H
#define BERTH_QEMU_EMULATOR_H

#include "cpu/x86.h"
#include "hypervisor/kinds.h"
#include "qemu/caps.h"

/* An emulator with all that was left open. Goes with qemu_emulator_clear(). */
struct qemu_emulator {
	struct qemu_caps *caps;
	enum domain_arch arch;
	char *machine;           /* its versioned name */
	enum domain_virt virt;   /* DOMAIN_VIRT_QEMU or _KVM */
};

/* ERR_INVALID_ARG for what contradicts itself or is not there. */
int qemu_emulator_find(const struct hv_emulator *asked, struct qemu_emulator *out, struct error *err) NODISCARD;
void qemu_emulator_clear(struct qemu_emulator *e);
#define AUTO_QEMU_EMULATOR AUTO(qemu_emulator_clear)

/* The processor that QEMU can give a guest on this host at most; false: not known (no x86). */
bool qemu_emulator_host_cpu(const struct qemu_caps *caps, bool kvm, struct x86_cpu *out);
/* What <cpu mode='host-model'> means here: the caller's, goes with conf_free(&domain_cpu_elem). `fixed`: features that prevent migration, too. */
struct domain_cpu *qemu_emulator_host_model(const struct qemu_caps *caps, bool kvm, bool fixed, struct error *err) NODISCARD;
/* What a guest is started with here, in the place of what its definition leaves to the host: the model of <cpu mode='host-model'> and of match='minimum', features
 * that are optional. What does not depend on the host stays. */
int qemu_cpu_update(struct domain *def, const struct qemu_caps *caps, struct error *err) NODISCARD;
/* The same by the definition's own emulator. */
int qemu_emulator_update_cpu(struct domain *def, struct error *err) NODISCARD;
/* The row of query-cpu-definitions for a model; NULL: QEMU has none of that name. */
const json_t *qemu_emulator_model(const struct qemu_caps *caps, bool kvm, const char *name);

char *qemu_emulator_capabilities(const struct hv_emulator *asked, struct error *err) NODISCARD;
int qemu_emulator_cpu(const struct hv_emulator *asked, struct x86_cpu *cpu, char ***models, struct error *err) NODISCARD;
int qemu_emulator_sev(struct params *out, struct error *err) NODISCARD;

#endif
