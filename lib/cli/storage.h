/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Storage pools and volumes made from options. */
#ifndef BERTH_CLI_STORAGE_H
#define BERTH_CLI_STORAGE_H

#include "cli/object.h"

/* The options of pool-define-as and pool-create-as, --print-xml among them. */
extern const struct poptOption cli_pool_as_options[];
#define CLI_POOL_AS_OPTIONS { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_pool_as_options, 0, NULL, NULL }

/* Makes the XML of a pool from the options and the arguments NAME TYPE, and gives it to a procedure (pool_define_xml, pool_create_xml);
 * with --print-xml prints it. */
int cli_pool_as(struct cli *cli, const struct rpc_row *uses, const struct rpc_proc *proc, unsigned flags, const char *done,
		struct error *err) NODISCARD;

/* --build, --overwrite, --no-overwrite of pool-start and pool-create as virStoragePoolCreateFlags; -1 by cli_usage(). */
extern const struct poptOption cli_pool_build_options[];
#define CLI_POOL_BUILD_OPTIONS { NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *)cli_pool_build_options, 0, NULL, NULL }
int cli_pool_build_flags(unsigned *flags, struct error *err) NODISCARD;

/* The pool that a word means; the program's to its end. NULL with *err set. */
const wire_storage_pool *cli_pool_find(struct cli_conn *conn, const char *word, struct error *err) NODISCARD;

/* "file", "block" ... of virStorageVolType. */
const char *cli_vol_type(int type);

/* The path of a volume; the caller's. */
char *cli_vol_path(struct cli_conn *conn, const void *vol, struct error *err) NODISCARD;

/* "inactive", "running" ... of virStoragePoolState. */
const char *cli_pool_state(int state);

#endif
