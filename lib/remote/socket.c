/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libvirt's sockets. */
#include "remote/priv.h"

#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Which of libvirt's separate daemons serves a driver; all others virtDRIVERd. */
static const struct {
	const char *driver, *daemon;
} daemons[] = {
	{ "xen", "virtxend" },
	{ "test", "libvirtd" },   /* has none: it is everywhere */
	{ "interface", "virtinterfaced" },
};

static char *daemon_of(const char *driver)
{
	for (size_t i = 0; i < ARRAY_LEN(daemons); i++)
		if (strcmp(daemons[i].driver, driver) == 0)
			return strdup(daemons[i].daemon);
	return str_printf("virt%sd", driver);
}

static char *socket_of(const char *daemon, const struct remote_target *t, bool session)
{
	const char *run = getenv("XDG_RUNTIME_DIR"), *dir = "/run/libvirt", *suffix = t->read_only && !session ? "-sock-ro" : "-sock";
	const char *word = strcmp(daemon, "libvirtd") == 0 ? "libvirt" : daemon;

	if (!session)
		return str_printf("%s/%s%s", dir, word, suffix);
	if (run && *run == '/')
		return str_printf("%s/libvirt/%s%s", run, word, suffix);
	return str_printf("/run/user/%u/libvirt/%s%s", (unsigned)geteuid(), word, suffix);
}

char *remote_socket_path(const struct remote_target *t, struct error *err)
{
	const char *mode = t->uri.mode ? t->uri.mode : "auto";
	bool session = strncmp(t->uri.path, "/session", 8) == 0, here = !t->uri.host;
	AUTO_FREE char *daemon = daemon_of(t->uri.driver);
	AUTO_FREE char *direct = daemon ? socket_of(daemon, t, session) : NULL;
	AUTO_FREE char *legacy = socket_of("libvirtd", t, session);
	struct stat st;

	if (strcmp(mode, "auto") != 0 && strcmp(mode, "direct") != 0 && strcmp(mode, "legacy") != 0) {
		error_set(err, ERR_INVALID_ARG, "mode=%s: only auto, direct and legacy are known", mode);
		return NULL;
	}
	if (!direct || !legacy) {
		error_errno(err, "the server's socket");
		return NULL;
	}
	if (t->uri.socket)
		return strdup(t->uri.socket);
	if (strcmp(mode, "direct") == 0 || (strcmp(mode, "auto") == 0 && here && stat(direct, &st) == 0))
		return STEAL_PTR(direct);
	return STEAL_PTR(legacy);
}

int remote_open_unix(const struct remote_target *t, struct error *err)
{
	AUTO_FREE char *path = remote_socket_path(t, err);

	if (!path)
		return -1;
	if (t->uri.host)
		return error_set(err, ERR_NO_CONNECT, "the transport unix is a socket of this machine: a host cannot be named");
	return rpc_socket_unix(AT_FDCWD, path, t->timeout_ms, err);
}
