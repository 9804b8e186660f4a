/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The limits of a disk, or of a group that disks share, as options and as libvirt's parameters: vm-blkdeviotune, vm-throttlegroupset. */
#ifndef BERTH_CLI_IOTUNE_H
#define BERTH_CLI_IOTUNE_H

#include "cli/params.h"

/* CLI_IOTUNE is a row of a program's options; the fields go by their texts and end with a row without a name. */
extern const struct poptOption cli_iotune_options[];
#define CLI_IOTUNE { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_iotune_options, 0, NULL, NULL }
#define CLI_IOTUNE_FIELDS 19
extern const struct cli_param cli_iotune_fields[CLI_IOTUNE_FIELDS + 1];

#endif
