/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* driver-remote: servers that are reached by TCP or TLS, or that ask for SASL. Programs start it and speak to it on a socketpair. */
#include "remote/link.h"

#include <signal.h>

int main(void)
{
	struct error err = { 0 };

	signal(SIGPIPE, SIG_IGN);
	if (remote_serve(STDIN_FILENO, STDOUT_FILENO, &err) < 0) {
		fprintf(stderr, "driver-remote: %s\n", err.text);
		return error_exit_status(err.code);
	}
	return EXIT_DONE;
}
