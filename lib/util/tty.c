/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/tty.h"

#include <signal.h>
#include <termios.h>

static struct termios saved;
static volatile sig_atomic_t raw;

/* Only async-signal-safe calls: it runs in signal handlers too. */
void tty_restore(void)
{
	if (!raw)
		return;
	raw = 0;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
}

static void on_fatal(int sig)
{
	tty_restore();
	signal(sig, SIG_DFL);
	raise(sig);
}

int tty_raw(struct error *err)
{
	static const int fatal[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT, SIGSEGV, SIGBUS, SIGPIPE };
	static bool registered;
	struct termios mode;

	if (!isatty(STDIN_FILENO))
		return 0;
	if (tcgetattr(STDIN_FILENO, &saved) < 0)
		return error_errno(err, "the terminal's settings");
	if (!registered) {
		atexit(tty_restore);
		for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
			signal(fatal[i], on_fatal);
		registered = true;
	}
	mode = saved;
	cfmakeraw(&mode);
	raw = 1;
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &mode) < 0) {
		raw = 0;
		return error_errno(err, "raw mode of the terminal");
	}
	return 0;
}
