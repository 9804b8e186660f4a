/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/tool.h"

#include "util/file.h"
#include "util/process.h"
#include "util/str.h"

#include <jansson.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* What a program may print. */
#define OUTPUT_MAX (4u << 20)

static char *taken(int fd, struct error *err)
{
	char *text = NULL;

	if (lseek(fd, 0, SEEK_SET) < 0 || file_read_fd(fd, OUTPUT_MAX, &text, NULL, err) < 0)
		return NULL;
	return text;
}

static int ended(const char *name, int status, int words, struct error *err)
{
	AUTO_FREE char *text = taken(words, NULL);
	char *line = text ? text + strlen(text) : NULL;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		return error_set(err, ERR_OPERATION_ABORTED, "%s was ended by signal %d", name, WTERMSIG(status));
	/* the last line is the one that says it */
	while (line && line > text && line[-1] == '\n')
		*--line = '\0';
	line = line ? strrchr(text, '\n') : NULL;
	return error_set(err, ERR_OPERATION_FAILED, "%s failed: %.800s", name, line ? line + 1 : text && *text ? text : "it does not say why");
}

int cli_tool(const char *const *argv, const char *package, char **output, struct error *err)
{
	AUTO_FREE char *path = str_printf("/usr/bin/%s", argv[0]);
	AUTO_CLOSE int out = memfd_create("output", MFD_CLOEXEC);
	AUTO_CLOSE int words = memfd_create("words", MFD_CLOEXEC);
	sigset_t ends, before;
	int status, r;
	pid_t pid;

	if (!path || out < 0 || words < 0)
		return error_errno(err, "%s", argv[0]);
	if (access(path, X_OK) < 0)
		return error_set(err, ERR_OPERATION_FAILED, "%s is not installed (Debian: %s)", path, package);
	const struct process_fd fds[] = { { out, 1 }, { words, 2 } };
	const struct process_spec spec = { .path = path, .argv = (char *const *)argv, .fds = fds, .n_fds = ARRAY_LEN(fds), .ends_with_us = true };

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, &before);
	pid = process_spawn(&spec, NULL, err);
	r = pid > 0 && RETRY_EINTR(waitpid(pid, &status, 0)) == pid ? ended(argv[0], status, words, err) : pid > 0 ? error_errno(err, "%s", argv[0]) : -1;
	/* typed for the program; what is left undone, the caller clears away before it ends */
	if (sigpending(&ends) == 0 && (sigismember(&ends, SIGINT) || sigismember(&ends, SIGTERM) || sigismember(&ends, SIGHUP))) {
		if (r == 0)
			r = error_set(err, ERR_OPERATION_ABORTED, "interrupted");
	} else {
		sigprocmask(SIG_SETMASK, &before, NULL);
	}
	if (r == 0 && output)
		*output = taken(out, err);
	return r == 0 && output && !*output ? -1 : r;
}

int cli_image_info(const char *file, char format[16], uint64_t *size, struct error *err)
{
	const char *const argv[] = { "qemu-img", "info", "--output=json", "--", file, NULL };
	AUTO_FREE char *text = NULL;
	const char *name, *other;
	json_t *info;
	int r = 0;

	if (access(file, R_OK) < 0)
		return error_errno(err, "%s", file);
	if (cli_tool(argv, "qemu-utils", &text, err) < 0)
		return -1;
	info = json_loads(text, 0, NULL);
	name = json_string_value(json_object_get(info, "format"));
	other = json_string_value(json_object_get(info, "backing-filename"));
	if (!other)
		other = json_string_value(json_object_get(json_object_get(json_object_get(json_object_get(info, "format-specific"), "data"), "data-file"), "filename"));
	if (!other)
		other = json_string_value(json_object_get(json_object_get(json_object_get(info, "format-specific"), "data"), "data-file"));
	if (!name)
		r = error_set(err, ERR_OPERATION_FAILED, "%s: qemu-img does not say what it is", file);
	else if (other)
		r = error_set(err, ERR_OPERATION_FAILED, "%s rests on another file ('%.200s'): what a guest would read there cannot be trusted (make it one file: "
			      "qemu-img convert)", file, other);
	else
		snprintf(format, 16, "%s", name);
	*size = (uint64_t)json_integer_value(json_object_get(info, "virtual-size"));
	json_decref(info);
	return r;
}

int cli_image_copy(const char *from, const char *format, const char *to, const char *to_format, struct error *err)
{
	const char *const argv[] = { "qemu-img", "convert", "-f", format, "-O", to_format, "--", from, to, NULL };

	if (access(to, F_OK) == 0)
		return error_set(err, ERR_STORAGE_VOL_EXIST, "%s is there already: nothing is overwritten", to);
	if (cli_tool(argv, "qemu-utils", NULL, err) == 0)
		return 0;
	unlink(to);
	return -1;
}
