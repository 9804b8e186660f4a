/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the programs about packet filters share beside cli/object.h. A binding's name is that of its port. */
#ifndef BERTH_CLI_NWFILTER_H
#define BERTH_CLI_NWFILTER_H

#include "cli/object.h"

extern const struct cli_object_type cli_nwfilter, cli_nwfilter_binding;

#endif
