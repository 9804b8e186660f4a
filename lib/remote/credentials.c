/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names and passwords: libvirt's auth.conf, else the terminal. */
#include "remote/link.h"

#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <termios.h>

#define AUTH_MAX (64u * 1024)

static char *auth_path(const struct remote_target *t)
{
	const char *env = getenv("LIBVIRT_AUTH_FILE"), *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *own;

	if (t->uri.authfile)
		return strdup(t->uri.authfile);
	if (env && *env)
		return strdup(env);
	own = xdg && *xdg == '/' ? str_printf("%s/libvirt/auth.conf", xdg) : str_printf("%s/.config/libvirt/auth.conf", home ? home : "");
	if (own && access(own, R_OK) == 0)
		return own;
	free(own);
	return strdup("/etc/libvirt/auth.conf");
}

/* A line without blanks around it, in place. */
static char *trim(char *line)
{
	size_t len;

	line += strspn(line, " \t\r");
	len = strlen(line);
	while (len && strchr(" \t\r", line[len - 1]))
		line[--len] = '\0';
	return line;
}

/* The value of a key in [SECTION]; the caller's, NULL: none. */
static char *ini_value(const char *text, const char *section, const char *key)
{
	AUTO_FREE char *copy = strdup(text);
	bool inside = false;
	char *rest = copy;

	while (rest) {
		char *line = strsep(&rest, "\n"), *equal;

		line = trim(line);
		if (*line == '[') {
			size_t len = strlen(section);

			inside = strncmp(line + 1, section, len) == 0 && strcmp(line + 1 + len, "]") == 0;
			continue;
		}
		equal = inside && *line != '#' ? strchr(line, '=') : NULL;
		if (!equal)
			continue;
		*equal = '\0';
		if (strcmp(trim(line), key) == 0)
			return strdup(trim(equal + 1));
	}
	return NULL;
}

static char *from_file(const struct remote_target *t, const char *what)
{
	AUTO_FREE char *path = auth_path(t), *text = NULL, *section = NULL, *set = NULL;
	AUTO_CLOSE int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;
	struct error ignored;
	char *value;

	if (fd < 0 || file_read_fd(fd, AUTH_MAX, &text, NULL, &ignored) < 0)
		return NULL;
	section = str_printf("auth-libvirt-%s", t->uri.host ? t->uri.host : "localhost");
	set = section ? ini_value(text, section, "credentials") : NULL;
	if (!set)
		set = ini_value(text, "auth-libvirt-default", "credentials");
	if (!set)
		return NULL;
	free(section);
	section = str_printf("credentials-%s", set);
	value = section ? ini_value(text, section, what) : NULL;
	/* most files name the user in one way only, and mean both */
	if (!value && section && strcmp(what, "password") != 0)
		value = ini_value(text, section, strcmp(what, "authname") == 0 ? "username" : "authname");
	explicit_bzero(text, strlen(text));
	return value;
}

/* What a person types; a password is not shown. */
static char *from_terminal(const char *prompt, bool hidden)
{
	AUTO_CLOSE int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	struct termios before, quiet;
	char line[512];
	ssize_t n = -1;

	if (fd < 0 || tcgetattr(fd, &before) < 0)
		return NULL;
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	if (file_write_all(fd, prompt, strlen(prompt)) == 0 && file_write_all(fd, ": ", 2) == 0 && (!hidden || tcsetattr(fd, TCSAFLUSH, &quiet) == 0)) {
		n = RETRY_EINTR(read(fd, line, sizeof(line) - 1));
		if (hidden && (tcsetattr(fd, TCSAFLUSH, &before) < 0 || file_write_all(fd, "\n", 1) < 0))
			n = -1;
	}
	if (n <= 0)
		return NULL;
	line[n] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	char *out = strdup(line);
	explicit_bzero(line, sizeof(line));
	return out;
}

char *remote_credential(const struct remote_target *t, const char *what, const char *prompt, struct error *err)
{
	char *value = from_file(t, what);

	if (!value && !remote_uri_on(t->uri.no_tty))
		value = from_terminal(prompt, strcmp(what, "password") == 0);
	if (!value)
		error_set(err, ERR_AUTH_FAILED, "the server asks for a %s: auth.conf has none for %s, and nobody can be asked (see berth-uri(7))", what,
			  t->uri.host ? t->uri.host : "localhost");
	return value;
}
