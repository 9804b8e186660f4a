/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the drivers add to definitions, for the programs that define, edit and create. */
#ifndef BERTH_CLI_DRIVERS_H
#define BERTH_CLI_DRIVERS_H

#include "hypervisor/kinds.h"

/* All that are linked; ends in NULL. */
extern const struct hv_driver *const cli_drivers[];

#endif
