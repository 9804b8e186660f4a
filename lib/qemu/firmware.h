/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Firmware images and what they are for: the descriptor files that distributions bring along with them (QEMU's docs/interop/firmware.json). They lie in
 * /usr/share/qemu/firmware, /etc/qemu/firmware and the user's own configuration; a later folder's file replaces one of the same name, an empty one
 * takes it away; among all the names' order says what is preferred.
 */
#ifndef BERTH_QEMU_FIRMWARE_H
#define BERTH_QEMU_FIRMWARE_H

#include "conf/domain.h"

#include <jansson.h>

/* An array of descriptors, the preferred first; the caller's. A file that is none is passed over. NULL with *err set: no memory. */
json_t *qemu_firmware_load(struct error *err) NODISCARD;

/* Whether one is for this machine (its versioned name). */
bool qemu_firmware_fits(const json_t *firmware, enum domain_arch arch, const char *machine);
/* Whether a list of it ("features", "interface-types") has the word. */
bool qemu_firmware_has(const json_t *firmware, const char *list, const char *word);
/* The image that is run, and with what variables begin; NULL: none. */
const char *qemu_firmware_image(const json_t *firmware);
const char *qemu_firmware_template(const json_t *firmware);

#endif
