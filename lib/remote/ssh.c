/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The transport ssh: the ssh program here; at the other end virt-ssh-helper (which berth-serve is, too), or a netcat towards the server's socket. */
#include "remote/priv.h"

#include "util/str.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

/* Words of a command line; what they point to belongs to the list. */
struct words {
	char *v[32];
	size_t n;
	bool failed;
};

static void words_clear(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i]);
}

static PRINTF_LIKE(2, 3) void add(struct words *w, const char *fmt, ...)
{
	va_list ap;
	char *text = NULL;

	va_start(ap, fmt);
	if (w->n + 1 >= ARRAY_LEN(w->v) || vasprintf(&text, fmt, ap) < 0)
		w->failed = true;
	else
		w->v[w->n++] = text;
	va_end(ap);
}

/* A word as a shell at the other end reads it; the caller's. */
static char *quote(const char *text)
{
	char *out = malloc(4 * strlen(text) + 3), *p = out;

	if (!out)
		return NULL;
	*p++ = '\'';
	for (; *text; text++) {
		if (*text == '\'') {
			memcpy(p, "'\\''", 4);
			p += 4;
		} else {
			*p++ = *text;
		}
	}
	*p++ = '\'';
	*p = '\0';
	return out;
}

/* What the other end's shell is to run. Its user's own shell may be any: it only has to start sh with two quoted words. */
static char *remote_command(const struct remote_target *t, struct error *err)
{
	const char *proxy = t->uri.proxy ? t->uri.proxy : t->uri.netcat || t->uri.socket ? "netcat" : "auto";
	AUTO_FREE char *name = remote_uri_name(&t->uri, err), *socket = remote_socket_path(t, err);
	AUTO_FREE char *q_name = name ? quote(name) : NULL, *q_socket = socket ? quote(socket) : NULL;
	AUTO_FREE char *q_netcat = quote(t->uri.netcat ? t->uri.netcat : "nc");
	AUTO_FREE char *native = NULL, *netcat = NULL, *both = NULL, *script = NULL;
	char *command;

	if (!name || !socket)
		return NULL;
	if (strcmp(proxy, "auto") != 0 && strcmp(proxy, "netcat") != 0 && strcmp(proxy, "native") != 0) {
		error_set(err, ERR_INVALID_ARG, "proxy=%s: only auto, netcat and native are known", proxy);
		return NULL;
	}
	if (q_name)
		native = str_printf("exec virt-ssh-helper %s%s", t->read_only ? "-r " : "", q_name);
	/* some netcats go on for ever when their input ends, unless they are told with -q, which others do not know */
	if (q_socket && q_netcat)
		netcat = str_printf("if %s -h 2>&1 | grep -q -e '-q '; then exec %s -q 0 -U %s; else exec %s -U %s; fi", q_netcat, q_netcat,
				    q_socket, q_netcat, q_socket);
	if (native && netcat)
		both = str_printf("if command -v virt-ssh-helper >/dev/null 2>&1; then %s; fi; %s", native, netcat);
	script = both ? quote(strcmp(proxy, "native") == 0 ? native : strcmp(proxy, "netcat") == 0 ? netcat : both) : NULL;
	command = script ? str_printf("sh -c %s", script) : NULL;
	if (!command)
		error_errno(err, "the command for ssh");
	return command;
}

/* Found as a shell would, without one. */
static char *find_program(const char *name)
{
	const char *path = getenv("PATH");

	if (strchr(name, '/'))
		return strdup(name);
	for (const char *dir = path ? path : "/usr/bin:/bin"; *dir;) {
		size_t len = strcspn(dir, ":");
		char *file = len && *dir == '/' ? str_printf("%.*s/%s", (int)len, dir, name) : NULL;

		if (file && access(file, X_OK) == 0)
			return file;
		free(file);
		dir += len + (dir[len] == ':');
	}
	return NULL;
}

static void ssh_words(const struct remote_target *t, const char *command, struct words *w)
{
	const struct remote_uri *u = &t->uri;

	add(w, "ssh");
	add(w, "-T");
	add(w, "-e");
	add(w, "none");
	if (u->port)
		add(w, "-p"), add(w, "%d", u->port);
	if (u->user)
		add(w, "-l"), add(w, "%s", u->user);
	if (u->keyfile)
		add(w, "-i"), add(w, "%s", u->keyfile);
	if (u->known_hosts)
		add(w, "-o"), add(w, "UserKnownHostsFile=%s", u->known_hosts);
	if (remote_uri_on(u->no_tty))
		add(w, "-o"), add(w, "BatchMode=yes");
	if (remote_uri_on(u->no_verify))
		add(w, "-o"), add(w, "StrictHostKeyChecking=no");
	add(w, "--");
	add(w, "%s", u->host);
	add(w, "%s", command);
}

int remote_open_ssh(const struct remote_target *t, struct error *err)
{
	const char *ssh = t->uri.command ? t->uri.command : "ssh";
	AUTO_FREE char *program = find_program(ssh), *command = NULL;
	AUTO(words_clear) struct words w = { .n = 0 };

	if (!t->uri.host)
		return error_set(err, ERR_INVALID_ARG, "the transport ssh needs a host (%s+ssh://host/...)", t->uri.driver);
	if (!program)
		return error_set(err, ERR_NO_CONNECT, "the program '%s' is not found", ssh);
	command = remote_command(t, err);
	if (!command)
		return -1;
	ssh_words(t, command, &w);
	if (w.failed)
		return error_set(err, ERR_NO_MEMORY, "no memory for the command line of ssh");
	/* its agent, its askpass, the terminal's name */
	return remote_run(w.v, environ, program, err);
}
