/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Host interfaces: what the programs share that make one definition of another. */
#ifndef BERTH_CLI_IFACE_H
#define BERTH_CLI_IFACE_H

#include "cli/object.h"
#include "conf/host_interface.h"

/* The stored definition of an interface; the caller's, goes with conf_free(&host_interface_elem, ...). NULL with *err set. */
struct host_interface *cli_iface_read(struct cli_conn *conn, const wire_interface *iface, struct error *err) NODISCARD;

/* Defines an interface and starts it, which is said. */
int cli_iface_define(struct cli *cli, struct cli_conn *conn, const struct host_interface *def, bool start, struct error *err) NODISCARD;

#endif
