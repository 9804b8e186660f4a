/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* QEMU's part of the capabilities document. */
#ifndef BERTH_QEMU_CAPABILITIES_H
#define BERTH_QEMU_CAPABILITIES_H

#include "util/error.h"

/* Writes a <guest> for each architecture that an installed QEMU runs (struct hv_driver's guests). */
int qemu_capabilities_guests(FILE *out, struct error *err) NODISCARD;

#endif
