/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking a QEMU, for caps.c alone. */
#ifndef BERTH_QEMU_CAPS_PROBE_H
#define BERTH_QEMU_CAPS_PROBE_H

#include "qemu/caps.h"

/* Runs the program twice at most (on KVM, on TCG) without a machine, asks it all that the document has, and ends it. A new document
 * without the program's identity; NULL with *err set. */
json_t *qemu_caps_probe(const char *binary, struct error *err) NODISCARD;

#endif
