/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a running guest's screens can be reached. Needs XML. */
#ifndef BERTH_CLI_DISPLAY_H
#define BERTH_CLI_DISPLAY_H

#include "cli/guests.h"
#include "conf/domain.h"

/* The live definition of the running guest that the first argument names, with passwords if `secrets`; the caller's. ERR_OPERATION_INVALID: it does not run. */
struct domain *cli_live_definition(struct cli *cli, bool secrets, struct error *err) NODISCARD;

/* Where a screen listens, as a client on the machine of the connection's URI reaches it: an address, or a socket's path (*is_socket). NULL: nowhere yet. */
const char *cli_display_host(const struct cli *cli, const struct domain_graphics *graphics, bool *is_socket);

/* A screen's URI: "vnc://127.0.0.1:0", "spice://host:5900?tls-port=5901"; the caller's. NULL: it has none (a window, or no port yet). */
char *cli_display_uri(const struct cli *cli, const struct domain_graphics *graphics, bool password);

#endif
