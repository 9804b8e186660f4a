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

/* Sets the terminal's mode until tty_restore(); `saved` has been filled in. */
static int set_mode(const struct termios *mode, struct error *err)
{
	static const int fatal[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT, SIGSEGV, SIGBUS, SIGPIPE };
	static bool registered;

	if (!registered) {
		atexit(tty_restore);
		for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
			signal(fatal[i], on_fatal);
		registered = true;
	}
	raw = 1;
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, mode) < 0) {
		raw = 0;
		return error_errno(err, "the terminal's mode");
	}
	return 0;
}

int tty_raw(struct error *err)
{
	struct termios mode;

	if (!isatty(STDIN_FILENO))
		return 0;
	if (tcgetattr(STDIN_FILENO, &saved) < 0)
		return error_errno(err, "the terminal's settings");
	mode = saved;
	cfmakeraw(&mode);
	return set_mode(&mode, err);
}

char *tty_password(const char *prompt, struct error *err)
{
	struct termios mode;
	char *line = NULL;
	size_t size = 0;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &saved) < 0) {
		error_set(err, ERR_OPERATION_INVALID, "standard input is no terminal to ask on");
		return NULL;
	}
	mode = saved;
	mode.c_lflag &= ~(tcflag_t)ECHO;
	if (set_mode(&mode, err) < 0)
		return NULL;
	fputs(prompt, stderr);
	ssize_t len = getline(&line, &size, stdin);
	tty_restore();
	fputc('\n', stderr);
	if (len < 0) {
		free(line);
		error_set(err, ERR_OPERATION_ABORTED, "nothing was entered");
		return NULL;
	}
	if (line[len - 1] == '\n')
		line[len - 1] = '\0';
	return line;
}
