/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a URI to an opened connection. */
#include "remote/priv.h"

#include "rpc/procs.h"
#include "util/process.h"

#include <string.h>
#include <unistd.h>

/* Drivers that run in a process of their own, by the scheme of their URIs. */
static const struct {
	const char *scheme, *helper;
} helpers[] = {
	{ "test", "driver-test" },
};

/* NULL: REMOTE_HELPER has it. libvirt can also do ssh's part by a library; here it is always the ssh program, with its own configuration. */
static const struct {
	const char *name;
	remote_open_fn *open;
} transports[] = {
	{ "unix", remote_open_unix },
	{ "ext", remote_open_ext },
	{ "ssh", remote_open_ssh },
	{ "libssh", remote_open_ssh },
	{ "libssh2", remote_open_ssh },
	{ "tls", NULL },
	{ "tcp", NULL },
};

remote_open_fn *remote_transport(const char *name, bool *known)
{
	for (size_t i = 0; i < ARRAY_LEN(transports); i++) {
		if (strcmp(transports[i].name, name) == 0) {
			*known = true;
			return transports[i].open;
		}
	}
	*known = false;
	return NULL;
}

const char *remote_helper(const char *uri)
{
	size_t scheme = strcspn(uri, "+:");

	for (size_t i = 0; i < ARRAY_LEN(helpers) && uri[scheme] == ':'; i++)
		if (strlen(helpers[i].scheme) == scheme && strncmp(helpers[i].scheme, uri, scheme) == 0)
			return helpers[i].helper;
	return NULL;
}

struct rpc_conn *remote_helper_start(const char *helper, struct error *err)
{
	AUTO_FREE char *path = process_helper_path(helper, err);
	char *argv[] = { path, NULL };
	int fd = path ? remote_run(argv, environ, path, err) : -1;

	return fd < 0 ? NULL : rpc_conn_from_fds(fd, fd, err);
}

int remote_ask_auth(struct rpc_conn *conn, int timeout_ms, enum remote_auth *want, struct error *err)
{
	wire_auth_list_ret list = { 0 };
	wire_auth_polkit_ret polkit = { 0 };
	bool known = true;

	if (rpc_conn_call(conn, &rpc_auth_list, NULL, &list, timeout_ms, err) < 0)
		return -1;
	/* the first is the one that the server would rather have */
	*want = list.types.types_len ? (enum remote_auth)list.types.types_val[0] : REMOTE_AUTH_NONE;
	known = *want == REMOTE_AUTH_NONE || *want == REMOTE_AUTH_SASL || *want == REMOTE_AUTH_POLKIT;
	xdr_free(rpc_auth_list.ret, &list);
	if (!known)
		return error_set(err, ERR_AUTH_FAILED, "the server asks for a kind of authentication that nobody knows (%d)", (int)*want);
	if (*want != REMOTE_AUTH_POLKIT)
		return 0;
	*want = REMOTE_AUTH_NONE;
	return rpc_conn_call(conn, &rpc_auth_polkit, NULL, &polkit, timeout_ms, err);
}

int remote_ask_open(struct rpc_conn *conn, const char *name, bool read_only, int timeout_ms, struct error *err)
{
	char *word = (char *)name;
	wire_connect_open_args args = { .name = &word, .flags = read_only };

	return rpc_conn_call(conn, &rpc_connect_open, &args, NULL, timeout_ms, err);
}

/* libvirt's own default: every five seconds, and five times without an answer are the end. */
#define KEEPALIVE_MS 5000
#define KEEPALIVE_COUNT 5

/* A driver's process gets the whole URI: it knows best what of it is its own. */
static struct rpc_conn *open_helper(const char *helper, const char *uri, const struct remote_target *t, struct error *err)
{
	struct rpc_conn *conn = remote_helper_start(helper, err);
	enum remote_auth want;

	if (conn && (remote_ask_auth(conn, t->timeout_ms, &want, err) < 0 || remote_ask_open(conn, uri, t->read_only, t->timeout_ms, err) < 0)) {
		rpc_conn_free(conn);
		return NULL;
	}
	return conn;
}

static struct rpc_conn *open_transport(remote_open_fn *fn, const char *uri, const struct remote_target *t, struct error *err)
{
	AUTO_FREE char *name = remote_uri_name(&t->uri, err);
	AUTO_CONN struct rpc_conn *conn = NULL;
	enum remote_auth want;
	int fd = name ? fn(t, err) : -1;

	if (fd < 0)
		return NULL;
	conn = rpc_conn_from_fds(fd, fd, err);
	if (!conn || remote_ask_auth(conn, t->timeout_ms, &want, err) < 0)
		return NULL;
	if (want == REMOTE_AUTH_SASL)
		return open_helper(REMOTE_HELPER, uri, t, err);
	return remote_ask_open(conn, name, t->read_only, t->timeout_ms, err) < 0 ? NULL : STEAL_PTR(conn);
}

static struct rpc_conn *open_parsed(const char *uri, struct remote_target *t, struct error *err)
{
	const char *helper = remote_helper(uri);
	remote_open_fn *fn;
	bool known;

	if (helper)
		return open_helper(helper, uri, t, err);
	if (!t->uri.transport && !t->uri.host) {
		error_set(err, ERR_NO_CONNECT, "there is no driver '%s' here (with a transport, as in %s+unix:///system, it can be another program's)",
			  t->uri.driver, t->uri.driver);
		return NULL;
	}
	fn = remote_transport(t->uri.transport ? t->uri.transport : "tls", &known);
	if (!known) {
		error_set(err, ERR_NO_CONNECT, "there is no transport '%s' (see berth-uri(7))", t->uri.transport);
		return NULL;
	}
	return fn ? open_transport(fn, uri, t, err) : open_helper(REMOTE_HELPER, uri, t, err);
}

struct rpc_conn *remote_open(const char *uri, bool read_only, int timeout_ms, struct error *err)
{
	struct remote_target t = { .read_only = read_only, .timeout_ms = timeout_ms };
	struct rpc_conn *conn = NULL;

	if (remote_uri_parse(uri, &t.uri, err) == 0) {
		conn = open_parsed(uri, &t, err);
		if (conn)
			rpc_conn_set_keepalive(conn, KEEPALIVE_MS, KEEPALIVE_COUNT);
		else
			error_wrap(err, "%.300s", uri);
	}
	remote_uri_clear(&t.uri);
	return conn;
}
