/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Virtual machines by QEMU. caps.h knows what a QEMU can do, define.h completes and checks definitions, command.h makes the
 * command line of one; the supervisor runs it.
 */
#ifndef BERTH_QEMU_QEMU_H
#define BERTH_QEMU_QEMU_H

struct hv_driver;

/* What defining a machine needs: libvirt's defaults, addresses, checks. */
extern const struct hv_driver qemu_hv_driver;

#endif
