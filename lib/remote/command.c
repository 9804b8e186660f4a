/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The transport ext, and what runs a program to speak to. */
#include "remote/priv.h"

#include "util/process.h"

#include <sys/socket.h>

int remote_run(char *const *argv, char *const *envp, const char *path, struct error *err)
{
	/* its words of trouble are for the person who started us */
	struct process_fd fds[] = { { -1, 0 }, { -1, 1 }, { STDERR_FILENO, STDERR_FILENO } };
	struct process_spec spec = {
		.path = path, .argv = argv, .envp = envp, .fds = fds, .n_fds = ARRAY_LEN(fds),
		/* an ssh whose other end does not hear of our end would stay */
		.ends_with_us = true,
	};
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, "socketpair");
	fds[0].from = fds[1].from = pair[1];
	pid_t pid = process_spawn(&spec, NULL, err);
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		err->code = ERR_NO_CONNECT;
		return -1;
	}
	return pair[0];
}

int remote_open_ext(const struct remote_target *t, struct error *err)
{
	char *argv[] = { t->uri.command, NULL };

	if (t->uri.host)
		return error_set(err, ERR_NO_CONNECT, "the transport ext is a program of this machine: a host cannot be named");
	if (!t->uri.command || *t->uri.command != '/')
		return error_set(err, ERR_NO_CONNECT, "the transport ext needs a program (?command=/path)");
	return remote_run(argv, NULL, t->uri.command, err);
}
