/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/log.h"

#include "cli/json.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

/* A guest writes the console's log: on a terminal its control characters are shown, not obeyed. Line ends and tabs are kept. */
static void put(const char *data, size_t len, bool safe)
{
	char one[2] = "";

	if (!safe) {
		fwrite_unlocked(data, 1, len, stdout);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		unsigned char c = data[i];
		one[0] = c;
		if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f))
			putchar_unlocked(c);
		else if (c != '\r')
			cli_put_safe(stdout, one);
	}
}

static int copy_rest(int fd, struct error *err)
{
	char data[16384];
	bool safe = isatty(STDOUT_FILENO);
	ssize_t n;

	while ((n = RETRY_EINTR(read(fd, data, sizeof(data)))) > 0)
		put(data, n, safe);
	if (n < 0)
		return error_errno(err, "the log");
	if (fflush(stdout) != 0)
		return cli_output_lost(err);
	return 0;
}

/* Where the last `lines` lines begin, found from the end. */
static off_t start_of(int fd, off_t size, long lines)
{
	char data[4096];
	off_t at = size;

	while (at > 0) {
		size_t len = at < (off_t)sizeof(data) ? (size_t)at : sizeof(data);
		at -= len;
		if (pread(fd, data, len, at) != (ssize_t)len)
			return 0;
		for (size_t i = len; i-- > 0;) {
			if (data[i] == '\n' && at + (off_t)i + 1 < size && lines-- <= 1)
				return at + i + 1;
		}
	}
	return 0;
}

static int go_to(int fd, long lines, struct error *err)
{
	struct stat st;
	off_t from = 0;

	if (fstat(fd, &st) < 0)
		return error_errno(err, "the log");
	if (lines == 0)
		from = st.st_size;
	else if (lines > 0)
		from = start_of(fd, st.st_size, lines);
	return lseek(fd, from, SEEK_SET) < 0 ? error_errno(err, "the log") : 0;
}

int cli_log_print(int fd, long lines, struct error *err)
{
	return go_to(fd, lines, err) < 0 ? -1 : copy_rest(fd, err);
}

int cli_log_print_json(int fd, const char *path, long lines, struct error *err)
{
	json_t *list = json_array();
	AUTO_FCLOSE FILE *in = NULL;
	AUTO_FREE char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (fd >= 0 && (go_to(fd, lines, err) < 0 || !(in = fdopen(fcntl(fd, F_DUPFD_CLOEXEC, 3), "r")))) {
		json_decref(list);
		return error_errno(err, "the log");
	}
	while (in && (n = getline(&line, &size, in)) > 0) {
		line[strcspn(line, "\r\n")] = '\0';
		json_array_append_new(list, cli_json_string(line));
	}
	return cli_json_print(json_pack("{s:o, s:o}", "path", cli_json_string(path), "lines", list), err);
}

/* The file that has the name now; -1 when it is the one that we have. */
static int successor(int fd, const char *path)
{
	struct stat old, new;
	AUTO_CLOSE int next = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (next < 0 || fstat(fd, &old) < 0 || fstat(next, &new) < 0 || (old.st_ino == new.st_ino && old.st_dev == new.st_dev))
		return -1;
	return STEAL_FD(next);
}

static int watch(int inotify, const char *path, struct error *err)
{
	AUTO_FREE char *dir = strdup(path);
	char *slash = dir ? strrchr(dir, '/') : NULL;

	if (!slash)
		return error_errno(err, "%s", path);
	*slash = '\0';
	if (inotify_add_watch(inotify, dir, IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_DELETE) < 0)
		return error_errno(err, "watching %s", dir);
	return 0;
}

int cli_log_follow(int fd, const char *path, struct error *err)
{
	AUTO_CLOSE int inotify = inotify_init1(IN_CLOEXEC);
	AUTO_CLOSE int newer = -1;
	char buffer[4096] __attribute__((aligned(8)));
	struct stat st;

	if (inotify < 0)
		return error_errno(err, "inotify");
	if (watch(inotify, path, err) < 0)
		return -1;
	for (;;) {
		if (fstat(fd, &st) == 0 && st.st_size < lseek(fd, 0, SEEK_CUR) && lseek(fd, 0, SEEK_SET) < 0)
			return error_errno(err, "the log");
		if (copy_rest(fd, err) < 0)
			return -1;
		int next = successor(fd, path);
		if (next >= 0) {
			if (newer >= 0)
				close(newer);
			newer = fd = next;
			continue;
		}
		if (RETRY_EINTR(read(inotify, buffer, sizeof(buffer))) < 0)
			return error_errno(err, "inotify");
	}
}
