/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit.h"

#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#define MAX_TEXT ((size_t)64 << 20)

int cli_read_file(const char *name, char **data, size_t *len, struct error *err)
{
	AUTO_CLOSE int fd = -1;

	if (strcmp(name, "-") == 0) {
		if (file_read_fd(STDIN_FILENO, MAX_TEXT, data, len, err) < 0)
			return error_wrap(err, "standard input");
		return 0;
	}
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, "%s", name);
	if (file_read_fd(fd, MAX_TEXT, data, len, err) < 0)
		return error_wrap(err, "%s", name);
	return 0;
}

/* The editor's words: a command may have arguments ("emacs -nw"), separated by blanks; no shell looks at it. */
static int editor_words(char *command, char **words, size_t max)
{
	size_t n = 0;
	char *rest = NULL;

	for (char *word = strtok_r(command, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
		if (n + 2 > max)
			return -1;
		words[n++] = word;
	}
	words[n] = NULL;
	return n > 0 ? (int)n : -1;
}

static const char *editor_command(void)
{
	static const char *const names[] = { "VISUAL", "EDITOR" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return value;
	}
	return access("/usr/bin/sensible-editor", X_OK) == 0 ? "/usr/bin/sensible-editor" : "vi";
}

static int run_editor(const char *file, struct error *err)
{
	char *words[32];
	AUTO_FREE char *command = strdup(editor_command());
	int n = command ? editor_words(command, words, ARRAY_LEN(words) - 1) : -1, status;

	if (n < 0)
		return error_set(err, ERR_INVALID_ARG, "the editor '%s' is no command (set EDITOR)", editor_command());
	words[n] = (char *)file;
	words[n + 1] = NULL;
	fflush(stdout);
	/* the editor is the person's own program: it gets the environment, the terminal and a search in PATH */
	pid_t pid = fork();
	if (pid < 0)
		return error_errno(err, "starting the editor");
	if (pid == 0) {
		execvp(words[0], words);
		_exit(127);
	}
	if (RETRY_EINTR(waitpid(pid, &status, 0)) < 0)
		return error_errno(err, "waiting for the editor");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return error_set(err, ERR_OPERATION_FAILED, "the editor '%s' cannot be run (set EDITOR)", words[0]);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return error_set(err, ERR_OPERATION_FAILED, "the editor '%s' failed, nothing was changed", words[0]);
	return 0;
}

static char *temporary(const char *text, const char *suffix, struct error *err)
{
	const char *dir = getenv("TMPDIR");
	AUTO_FREE char *name = str_printf("%s/berth-XXXXXX%s", dir && *dir == '/' ? dir : "/tmp", suffix);
	AUTO_CLOSE int fd = name ? mkostemps(name, strlen(suffix), O_CLOEXEC) : -1;

	if (fd < 0) {
		error_errno(err, "a temporary file for the editor");
		return NULL;
	}
	if (file_write_all(fd, text, strlen(text)) < 0) {
		error_errno(err, "%s", name);
		unlink(name);
		return NULL;
	}
	return STEAL_PTR(name);
}

/* Asks on the terminal. Whoever is not there to answer gives up. */
static bool wants_again(void)
{
	char answer[64];

	if (!isatty(STDIN_FILENO))
		return false;
	for (;;) {
		fprintf(stderr, "Edit again? [Y]es, [n]o (keeps the file): ");
		if (!fgets(answer, sizeof(answer), stdin) || answer[0] == 'n' || answer[0] == 'N')
			return false;
		if (answer[0] == '\n' || answer[0] == 'y' || answer[0] == 'Y')
			return true;
	}
}

/* 1 accepted, 0 unchanged, -1 refused for good */
static int rounds(struct cli *cli, const char *text, const char *file, cli_accept_fn *accept, void *arg, struct error *err)
{
	for (;;) {
		AUTO_FREE char *now = NULL;
		size_t len = 0;

		if (run_editor(file, err) < 0 || cli_read_file(file, &now, &len, err) < 0)
			return -1;
		if (strcmp(now, text) == 0)
			return 0;
		if (accept(cli, now, len, arg, err) >= 0)
			return 1;
		if (!isatty(STDIN_FILENO))
			return -1;
		cli_print_error(cli, err);
		if (!wants_again())
			return error_set(err, ERR_OPERATION_ABORTED, "given up, nothing was changed");
	}
}

int cli_edit(struct cli *cli, const char *text, const char *suffix, cli_accept_fn *accept, void *arg, struct error *err)
{
	AUTO_FREE char *file = temporary(text, suffix, err), *left = NULL;
	struct error ignored;
	size_t len;

	if (!file)
		return -1;
	int rc = rounds(cli, text, file, accept, arg, err);
	if (rc < 0 && cli_read_file(file, &left, &len, &ignored) == 0 && strcmp(left, text) != 0) {
		cli_warn(cli, "your text is kept in %s", file);
		return -1;
	}
	unlink(file);
	return rc;
}
