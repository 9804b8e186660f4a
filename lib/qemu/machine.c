/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "qemu/machine.h"

#include <string.h>

static bool begins(const char *s, const char *prefix)
{
	return s && !strncmp(s, prefix, strlen(prefix));
}

bool qemu_is_x86(const struct domain *def)
{
	return def->os.arch == DOMAIN_ARCH_X86_64 || def->os.arch == DOMAIN_ARCH_I686;
}

bool qemu_is_ppc64(const struct domain *def)
{
	return def->os.arch == DOMAIN_ARCH_PPC64 || def->os.arch == DOMAIN_ARCH_PPC64LE;
}

bool qemu_is_s390(const struct domain *def)
{
	return def->os.arch == DOMAIN_ARCH_S390 || def->os.arch == DOMAIN_ARCH_S390X;
}

bool qemu_is_arm(const struct domain *def)
{
	return def->os.arch == DOMAIN_ARCH_AARCH64 || def->os.arch == DOMAIN_ARCH_ARMV7L || def->os.arch == DOMAIN_ARCH_ARMV6L;
}

bool qemu_is_i440fx(const struct domain *def)
{
	const char *m = def->os.machine;

	return qemu_is_x86(def) && m && (!strcmp(m, "pc") || begins(m, "pc-0.") || begins(m, "pc-1.") || begins(m, "pc-i440") || begins(m, "rhel"));
}

bool qemu_is_q35(const struct domain *def)
{
	return qemu_is_x86(def) && def->os.machine && (begins(def->os.machine, "pc-q35") || !strcmp(def->os.machine, "q35"));
}

bool qemu_is_virt(const struct domain *def)
{
	bool arch = qemu_is_arm(def) || def->os.arch == DOMAIN_ARCH_RISCV32 || def->os.arch == DOMAIN_ARCH_RISCV64;

	return arch && def->os.machine && (!strcmp(def->os.machine, "virt") || begins(def->os.machine, "virt-"));
}

bool qemu_is_pseries(const struct domain *def)
{
	return qemu_is_ppc64(def) && def->os.machine && (!strcmp(def->os.machine, "pseries") || begins(def->os.machine, "pseries-"));
}

bool qemu_is_s390_ccw(const struct domain *def)
{
	return qemu_is_s390(def) && begins(def->os.machine, "s390-ccw");
}

bool qemu_has_pci(const struct domain *def)
{
	static const char *const arm[] = { "versatilepb", "realview" };

	for (size_t i = 0; i < ARRAY_LEN(arm); i++)
		if (qemu_is_arm(def) && begins(def->os.machine, arm[i]))
			return true;
	return qemu_find_controller(def, DOMAIN_CONTROLLER_PCI, 0) != NULL;
}

bool qemu_has_pcie(const struct domain *def)
{
	return qemu_is_q35(def) || qemu_is_virt(def);
}

bool qemu_has_builtin_ide(const struct domain *def)
{
	static const char *const others[] = { "malta", "sun4u", "g3beige" };

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (def->os.machine && !strcmp(def->os.machine, others[i]))
			return true;
	return qemu_is_i440fx(def);
}

bool qemu_has_image(const struct domain_source *src)
{
	switch (src->type) {
	case DOMAIN_SOURCE_FILE:
	case DOMAIN_SOURCE_BLOCK:
	case DOMAIN_SOURCE_DIR:
	case DOMAIN_SOURCE_VHOSTUSER:
		return src->path != NULL;
	case DOMAIN_SOURCE_NETWORK:
		return src->protocol != 0;
	case DOMAIN_SOURCE_VOLUME:
		return src->pool != NULL;
	case DOMAIN_SOURCE_NVME:
		return true;
	default:
		return false;
	}
}

struct domain_controller *qemu_find_controller(const struct domain *def, enum domain_controller_type type, uint64_t index)
{
	for (size_t i = 0; i < def->devices.controllers.n; i++) {
		struct domain_controller *c = def->devices.controllers.items[i];

		if (c->type == type && c->index.value == index)
			return c;
	}
	return NULL;
}

bool qemu_is_lsi(const struct domain *def, uint64_t controller)
{
	const struct domain_controller *c = qemu_find_controller(def, DOMAIN_CONTROLLER_SCSI, controller);

	return c && (c->scsi_model == DOMAIN_SCSI_LSILOGIC || c->scsi_model == DOMAIN_SCSI_NCR53C90 || c->scsi_model == DOMAIN_SCSI_DC390 ||
		     c->scsi_model == DOMAIN_SCSI_AM53C974);
}
