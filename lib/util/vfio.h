/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PCI devices of the host that are given to guests: from their driver to vfio-pci and back (the kernel's Documentation/ABI/testing/sysfs-bus-pci). */
#ifndef BERTH_UTIL_VFIO_H
#define BERTH_UTIL_VFIO_H

#include "util/error.h"

/*
 * Gives the device "0000:01:00.0" to vfio-pci, where it is not already. plan() gets the line that takes it back before anything is changed (as
 * owner_lend() in util/owner.h). A device that has another driver and may not be moved (`managed` is false) is an error. 0 or -1.
 */
typedef int vfio_plan_fn(void *ctx, const char *what, const char *line, struct error *err);
int vfio_take(const char *address, bool managed, vfio_plan_fn *plan, void *ctx, struct error *err) NODISCARD;

/* Undoes it by the plan's line ("pci" of a plan): its own driver has the device again. One that was taken out of the host since is left alone. */
int vfio_plan_undo(const char *line, struct error *err) NODISCARD;

#endif
