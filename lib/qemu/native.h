/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The format "qemu-argv": a command line of QEMU as a shell would read it. */
#ifndef BERTH_QEMU_NATIVE_H
#define BERTH_QEMU_NATIVE_H

#include "hypervisor/kinds.h"

/* What struct hv_driver's natives point at. */
extern const struct hv_native qemu_natives[];

/* The command line of a definition, environment first, with the defaults and addresses that defining it would give. What only a running
 * guest has (descriptors, its run directory) is shown by stand-ins. One line, the caller's. */
char *qemu_native_to(const char *xml, unsigned flags, struct error *err) NODISCARD;

/* The definition that a command line amounts to; options that no definition can say are kept in <qemu:commandline>. Canonical, the caller's. */
char *qemu_native_from(const char *argv, unsigned flags, struct error *err) NODISCARD;

#endif
