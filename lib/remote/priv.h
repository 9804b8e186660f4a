/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of lib/remote share. */
#ifndef BERTH_REMOTE_PRIV_H
#define BERTH_REMOTE_PRIV_H

#include "remote/remote.h"
#include "remote/uri.h"

/* The driver's process that has all transports and can authenticate. */
#define REMOTE_HELPER "driver-remote"

struct remote_target {
	struct remote_uri uri;
	bool read_only;
	int timeout_ms;
};

/* socket.c: the server's socket here or there, by driver, path, mode= and socket=. The caller's. */
char *remote_socket_path(const struct remote_target *t, struct error *err) NODISCARD;

/* command.c: a program with a socket as its standard input and output; the other end. */
int remote_run(char *const *argv, char *const *envp, const char *path, struct error *err) NODISCARD;

/* ssh.c, socket.c, command.c: a descriptor on which the protocol is spoken. */
int remote_open_unix(const struct remote_target *t, struct error *err) NODISCARD;
int remote_open_ext(const struct remote_target *t, struct error *err) NODISCARD;
int remote_open_ssh(const struct remote_target *t, struct error *err) NODISCARD;

/* open.c: which of them a transport is; NULL: it needs REMOTE_HELPER. *known says whether there is such a transport at all. */
typedef int remote_open_fn(const struct remote_target *t, struct error *err);
remote_open_fn *remote_transport(const char *name, bool *known);

/* What auth_list asks for. */
enum remote_auth { REMOTE_AUTH_NONE = 0, REMOTE_AUTH_SASL = 1, REMOTE_AUTH_POLKIT = 2 };

/* auth_list, and polkit's part, which the server plays alone; *want is what is left to do: REMOTE_AUTH_NONE or REMOTE_AUTH_SASL. */
int remote_ask_auth(struct rpc_conn *conn, int timeout_ms, enum remote_auth *want, struct error *err) NODISCARD;

/* connect_open with a name. */
int remote_ask_open(struct rpc_conn *conn, const char *name, bool read_only, int timeout_ms, struct error *err) NODISCARD;

#endif
