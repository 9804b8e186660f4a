/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of completing a definition, for define*.c alone. `caps` is NULL where the emulator is not installed here. */
#ifndef BERTH_QEMU_DEFINE_H
#define BERTH_QEMU_DEFINE_H

#include "qemu/caps.h"
#include "qemu/machine.h"

/* CPU, features, memory, firmware */
int qemu_fill_platform(struct domain *def, const struct qemu_caps *caps, struct error *err) NODISCARD;
/* The firmware that <os firmware=...> asks for, and where its variables are */
int qemu_fill_firmware(struct domain *def, const struct qemu_caps *caps, struct error *err) NODISCARD;
/* The second of these alone: variables are in the guest's own directory unless the definition names a file of the user's. */
int qemu_fill_nvram(struct domain *def, struct error *err) NODISCARD;
/* Makes the file with the firmware's variables of its template where it is not there yet, or `anew`. */
int qemu_make_nvram(const struct domain_os *os, bool anew, struct error *err) NODISCARD;
/* Devices that every machine has, models, formats, ports */
int qemu_fill_devices(struct domain *def, const struct qemu_caps *caps, struct error *err) NODISCARD;
/* Says of a serial port what kind of device it is, where it says nothing. */
void qemu_fill_serial(const struct domain *def, struct domain_serial *s);
/* Refuses what contradicts itself or what no QEMU can do. */
int qemu_validate(const struct domain *def, struct error *err) NODISCARD;
/* Refuses what this QEMU on this host cannot do, for a guest that is about to start: machine, accelerator, number of CPUs, CPU model and features. */
int qemu_check_abilities(const struct domain *def, const struct qemu_caps *caps, struct error *err) NODISCARD;

#endif
