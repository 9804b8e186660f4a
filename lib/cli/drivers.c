/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"

#include "lxc/lxc.h"
#include "qemu/qemu.h"

const struct hv_driver *const cli_drivers[] = { &lxc_hv_driver, &qemu_hv_driver, NULL };
