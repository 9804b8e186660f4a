/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* helpers/qemu-supervisor: owns one running machine. */
#ifndef BERTH_QEMU_SUPERVISOR_H
#define BERTH_QEMU_SUPERVISOR_H

struct supervisor_driver;

extern const struct supervisor_driver qemu_supervisor_driver;

#endif
