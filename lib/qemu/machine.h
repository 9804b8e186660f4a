/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What follows from a guest's architecture and machine type: questions that defaults, addresses and the command line ask. */
#ifndef BERTH_QEMU_MACHINE_H
#define BERTH_QEMU_MACHINE_H

#include "conf/domain.h"

bool qemu_is_x86(const struct domain *def);
bool qemu_is_ppc64(const struct domain *def);
bool qemu_is_s390(const struct domain *def);
bool qemu_is_arm(const struct domain *def);       /* 32 or 64 bits */
bool qemu_is_i440fx(const struct domain *def);    /* "pc", "pc-0.12", "pc-i440fx-7.2", "rhel6.4.0" ... */
bool qemu_is_q35(const struct domain *def);
bool qemu_is_virt(const struct domain *def);      /* the machine "virt" of arm and riscv */
bool qemu_is_pseries(const struct domain *def);
bool qemu_is_s390_ccw(const struct domain *def);

bool qemu_has_pci(const struct domain *def);      /* a bus of either kind */
bool qemu_has_pcie(const struct domain *def);     /* its first bus is PCI express */
bool qemu_has_builtin_ide(const struct domain *def);

/* Whether there is an image: false for an empty drive. */
bool qemu_has_image(const struct domain_source *src);

/* Whether a SCSI controller is one that knows neither channels nor LUNs. */
bool qemu_is_lsi(const struct domain *def, uint64_t controller);

struct domain_controller *qemu_find_controller(const struct domain *def, enum domain_controller_type type, uint64_t index);

#endif
