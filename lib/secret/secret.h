/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Secrets: passphrases and keys, each a definition that says what it is for, and a value. Both are files, named by the UUID: of those that last among the
 * definitions, of ephemeral ones in the run root alone. Nothing runs for them.
 */
#ifndef BERTH_SECRET_SECRET_H
#define BERTH_SECRET_SECRET_H

#include "rpc/procs.h"

/* The procedures of the program remote that are about secrets; call->ctx is a struct hv. */
extern const struct rpc_row secret_rows[];

rpc_fn sec_connect_num_of_secrets, sec_connect_list_secrets, sec_connect_list_all_secrets, sec_secret_lookup_by_uuid, sec_secret_lookup_by_usage,
	sec_secret_define_xml, sec_secret_get_xml_desc, sec_secret_set_value, sec_secret_get_value, sec_secret_undefine;

#define SECRET(x) RPC_ROW(x, sec_##x)

/* What every program about secrets looks them up with. */
#define SECRET_LOOKUPS SECRET(secret_lookup_by_uuid), SECRET(secret_lookup_by_usage)

/* For helpers/secret-value: writes the value of the secret that the arguments name (UUID, or TYPE and ID) to standard output, also that of a private one. */
int secret_value_main(int argc, char **argv, struct error *err) NODISCARD;

#endif
