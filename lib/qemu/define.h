/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of completing a definition, for define*.c alone. `caps` is NULL where the emulator is not installed here. */
#ifndef BERTH_QEMU_DEFINE_H
#define BERTH_QEMU_DEFINE_H

#include "qemu/caps.h"
#include "qemu/machine.h"

/* CPU, features, memory, firmware */
int qemu_fill_platform(struct domain *def, const struct qemu_caps *caps, struct error *err) NODISCARD;
/* Devices that every machine has, models, formats, ports */
int qemu_fill_devices(struct domain *def, const struct qemu_caps *caps, struct error *err) NODISCARD;
/* Says of a serial port what kind of device it is, where it says nothing. */
void qemu_fill_serial(const struct domain *def, struct domain_serial *s);
/* Refuses what contradicts itself or what no QEMU can do. */
int qemu_validate(const struct domain *def, struct error *err) NODISCARD;

#endif
