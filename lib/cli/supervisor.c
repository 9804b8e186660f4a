/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection of one's own to a guest's supervisor, for what lasts longer than a call. */
#include "cli/guests.h"

#include "rpc/client.h"

#include <fcntl.h>

struct rpc_conn *cli_guest_connect(struct cli_conn *conn, const struct guest *guest, struct error *err)
{
	if (conn->remote)
		return conn->remote;
	if (!guest_is_active(guest)) {
		error_set(err, ERR_OPERATION_INVALID, "domain '%s' is not running (start it with: vm-start %s)", guest->name, guest->name);
		return NULL;
	}
	if (guest->live == STATE_ORPHAN) {
		int lives = hv_recover(&conn->hv, guest->kind, guest->name, err);
		if (lives == 0)
			error_set(err, ERR_OPERATION_INVALID, "domain '%s' has ended", guest->name);
		if (lives <= 0)
			return NULL;
	}
	AUTO_FREE char *path = guest_socket_path(guest, err);
	return path ? rpc_connect_unix(AT_FDCWD, path, conn->hv.timeout_ms, err) : NULL;
}

void cli_guest_disconnect(struct cli_conn *conn, struct rpc_conn *rpc)
{
	if (rpc != conn->remote)
		rpc_conn_free(rpc);
}
