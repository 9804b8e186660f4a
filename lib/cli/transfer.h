/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bytes of a volume to and from a file: vol-upload, vol-download. */
#ifndef BERTH_CLI_TRANSFER_H
#define BERTH_CLI_TRANSFER_H

#include "cli/object.h"

/* --offset, --length, --sparse */
extern const struct poptOption cli_transfer_options[];
#define CLI_TRANSFER_OPTIONS { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_transfer_options, 0, NULL, NULL }

struct rpc_channel;

/* Transfers what the arguments VOL FILE name, as the options say. `proc` is storage_vol_upload or storage_vol_download, whose arguments are alike. */
typedef int cli_transfer_fn(struct rpc_channel *ch, int fd, bool sparse, int timeout_ms, struct error *err);
int cli_transfer(struct cli *cli, const struct rpc_proc *proc, int fd, cli_transfer_fn *move, struct error *err) NODISCARD;

/* The part of the work that is the same for every stream: all of the file to the stream, all of the stream to the file; from where both are. */
cli_transfer_fn cli_send_file, cli_receive_file;

#endif
