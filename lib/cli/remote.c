/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/remote.h"

#include "rpc/procs.h"
#include "util/process.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#define LIBVIRT_SOCKET "/run/libvirt/libvirt-sock"

struct uri {
	char *scheme, *transport, *path, *socket, *command;
	bool read_only;
};

static void uri_clear(struct uri *u)
{
	free(u->scheme);
	free(u->transport);
	free(u->path);
	free(u->socket);
	free(u->command);
}

static int hex(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* A piece of a URI with its %XX undone; NULL without memory or for %00. */
static char *unescape(const char *text, size_t len)
{
	char *out = malloc(len + 1);
	size_t n = 0;

	for (size_t i = 0; out && i < len; i++) {
		int high = text[i] == '%' && i + 2 < len ? hex(text[i + 1]) : -1;
		int low = high >= 0 ? hex(text[i + 2]) : -1;
		if (low < 0) {
			out[n++] = text[i];
			continue;
		}
		if (high == 0 && low == 0) {
			free(out);
			return NULL;
		}
		out[n++] = high << 4 | low;
		i += 2;
	}
	if (out)
		out[n] = '\0';
	return out;
}

static int parameter(struct uri *u, const char *at, size_t len)
{
	const char *equal = memchr(at, '=', len);
	size_t key = equal ? (size_t)(equal - at) : len;
	char **where = key == 6 && memcmp(at, "socket", 6) == 0 ? &u->socket :
		       key == 7 && memcmp(at, "command", 7) == 0 ? &u->command : NULL;

	if (!where || !equal || *where)
		return 0;
	*where = unescape(equal + 1, len - key - 1);
	return *where ? 0 : -1;
}

/* SCHEME+TRANSPORT://HOST/PATH?QUERY; a host is refused: neither transport has one */
static int parse(const char *text, struct uri *u, struct error *err)
{
	size_t scheme = strcspn(text, "+:");
	const char *colon = strchr(text, ':'), *path, *query;

	if (!colon || text[scheme] != '+' || strncmp(colon, "://", 3) != 0)
		return error_set(err, ERR_NO_CONNECT, "'%s' is neither a local driver's URI (host-uri lists them) nor does it name a transport (DRIVER+unix or DRIVER+ext)",
				 text);
	path = colon + 3 + strcspn(colon + 3, "/?");
	if (path != colon + 3)
		return error_set(err, ERR_NO_CONNECT, "'%s': another machine cannot be reached (the transports are unix and ext)", text);
	query = path + strcspn(path, "?");
	u->scheme = strndup(text, scheme);
	u->transport = strndup(text + scheme + 1, colon - text - scheme - 1);
	u->path = unescape(path, query - path);
	if (!u->scheme || !u->transport || !u->path)
		return error_errno(err, "the URI '%s'", text);
	while (*query) {
		size_t len = strcspn(++query, "&");
		if (parameter(u, query, len) < 0)
			return error_set(err, ERR_NO_CONNECT, "the URI '%s' is malformed", text);
		query += len;
	}
	return 0;
}

static struct rpc_conn *run_command(const char *command, struct error *err)
{
	char *argv[] = { (char *)command, NULL };
	struct process_fd fds[] = { { -1, 0 }, { -1, 1 }, { STDERR_FILENO, 2 } };
	struct process_spec spec = { .path = command, .argv = argv, .fds = fds, .n_fds = ARRAY_LEN(fds) };
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		error_errno(err, "socketpair");
		return NULL;
	}
	fds[0].from = fds[1].from = pair[1];
	pid_t pid = process_spawn(&spec, NULL, err);
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		err->code = ERR_NO_CONNECT;
		return NULL;
	}
	return rpc_conn_from_fds(pair[0], pair[0], err);
}

static struct rpc_conn *transport(const struct uri *u, const char *text, int timeout_ms, struct error *err)
{
	if (strcmp(u->transport, "unix") == 0)
		return rpc_connect_unix(AT_FDCWD, u->socket ? u->socket : LIBVIRT_SOCKET, timeout_ms, err);
	if (strcmp(u->transport, "ext") == 0 && u->command && *u->command == '/')
		return run_command(u->command, err);
	if (strcmp(u->transport, "ext") == 0)
		error_set(err, ERR_NO_CONNECT, "'%s' names no program (add ?command=/path)", text);
	else
		error_set(err, ERR_NO_CONNECT, "'%s': the transport '%s' is not supported (unix and ext are)", text, u->transport);
	return NULL;
}

static int shake_hands(struct rpc_conn *conn, const struct uri *u, int timeout_ms, struct error *err)
{
	wire_auth_list_ret list = { 0 };
	bool none = true;

	if (rpc_conn_call(conn, &rpc_auth_list, NULL, &list, timeout_ms, err) < 0)
		return -1;
	for (u_int i = 0; i < list.types.types_len; i++)
		none = none && list.types.types_val[i] == 0;
	xdr_free(rpc_auth_list.ret, &list);
	if (!none)
		return error_set(err, ERR_AUTH_FAILED, "the other side asks for a kind of authentication that is not supported");
	AUTO_FREE char *name = str_printf("%s://%s", u->scheme, u->path);
	if (!name)
		return error_errno(err, "the URI");
	wire_connect_open_args args = { .name = &name };
	return rpc_conn_call(conn, &rpc_connect_open, &args, NULL, timeout_ms, err);
}

struct rpc_conn *cli_remote_open(const char *uri, int timeout_ms, struct error *err)
{
	struct uri u = { 0 };
	struct rpc_conn *conn = NULL;

	if (parse(uri, &u, err) == 0)
		conn = transport(&u, uri, timeout_ms, err);
	if (conn && shake_hands(conn, &u, timeout_ms, err) < 0) {
		rpc_conn_free(conn);
		conn = NULL;
		error_wrap(err, "%s", uri);
	}
	uri_clear(&u);
	return conn;
}
