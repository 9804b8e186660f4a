/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the programs about networks share beside cli/object.h. */
#ifndef BERTH_CLI_NETWORK_H
#define BERTH_CLI_NETWORK_H

#include "cli/object.h"

extern const struct cli_object_type cli_network, cli_network_port;

/* The port that the first two arguments name: a network, and a UUID. cli_object_clear() after use. */
int cli_network_port_find(const struct cli *cli, struct cli_conn *conn, wire_network_port *port, struct error *err) NODISCARD;

#endif
