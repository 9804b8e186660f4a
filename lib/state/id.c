/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ids: /run/berth/.id/N -> KIND/NAME. symlink(2) makes one unique; `.last` only says where to look for a free one. */
#include "state/internal.h"

#include "util/str.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

static int open_ids(bool create, struct error *err)
{
	AUTO_CLOSE int run = state_open_dir(STATE_RUN, NULL, create, err);

	return run < 0 ? -1 : state_private_at(run, ".id", create, err);
}

static bool target_of(const char *kind, const char *name, char *buf, size_t size)
{
	AUTO_FREE char *file = str_encode_name(name, NULL);
	int n = file ? snprintf(buf, size, "%s/%s", kind, file) : -1;

	return n > 0 && (size_t)n < size;
}

int state_id_new(const char *kind, const char *name, int *id, struct error *err)
{
	char target[STATE_NAME_BUF + 64], text[16];
	uint64_t last = 0;
	ssize_t n;
	AUTO_CLOSE int dir = open_ids(true, err), fd = -1;

	if (dir < 0)
		return -1;
	if (!target_of(kind, name, target, sizeof(target)))
		return error_set(err, ERR_INVALID_ARG, "'%s' is no name", name);
	fd = RETRY_EINTR(openat(dir, ".last", O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600));
	n = fd < 0 ? -1 : RETRY_EINTR(pread(fd, text, sizeof(text) - 1, 0));
	if (n < 0)
		return error_errno(err, "cannot read the last id");
	text[n] = '\0';
	/* damaged or run out: the links know which are free */
	if (str_to_u64(text, INT_MAX - 1, &last) < 0)
		last = 0;
	for (uint64_t next = last + 1; next < INT_MAX; next++) {
		snprintf(text, sizeof(text), "%d", (int)next);
		if (symlinkat(target, dir, text) < 0) {
			if (errno == EEXIST)
				continue;
			return error_errno(err, "cannot take an id");
		}
		*id = (int)next;
		/* a number only grows, so that a shorter one never stays behind it */
		if (RETRY_EINTR(pwrite(fd, text, strlen(text), 0)) < 0)
			return 0;   /* full: the next one looks for longer */
		return 0;
	}
	return error_set(err, ERR_OPERATION_FAILED, "no id is free");
}

static int read_id(int dir, int id, char *buf, size_t size)
{
	char text[16];
	ssize_t n;

	snprintf(text, sizeof(text), "%d", id);
	n = readlinkat(dir, text, buf, size);
	if (n < 0 || (size_t)n >= size)
		return -1;
	buf[n] = '\0';
	return 0;
}

static void free_if(int dir, int id, const char *target)
{
	char is[STATE_NAME_BUF + 64], text[16];

	if (read_id(dir, id, is, sizeof(is)) < 0 || strcmp(is, target))
		return;
	snprintf(text, sizeof(text), "%d", id);
	unlinkat(dir, text, 0);
}

/* A supervisor that was killed before it wrote its state has an id that only the links know. */
static void free_all(int dir, const char *target)
{
	int fd = RETRY_EINTR(openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	AUTO_CLOSEDIR DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	uint64_t id;

	if (!d && fd >= 0)
		close(fd);
	while (d && (e = readdir(d)))
		if (str_to_u64(e->d_name, INT_MAX, &id) == 0)
			free_if(dir, (int)id, target);
}

void state_id_free(int id, const char *kind, const char *name)
{
	char target[STATE_NAME_BUF + 64];
	AUTO_CLOSE int dir = open_ids(false, NULL);

	if (dir < 0 || !target_of(kind, name, target, sizeof(target)))
		return;
	if (id >= 0)
		free_if(dir, id, target);
	else
		free_all(dir, target);
}

int state_find_id(int id, char **kind, char **name, struct error *err)
{
	char buf[STATE_NAME_BUF + 64], *slash;
	AUTO_CLOSE int dir = open_ids(false, err);

	*kind = *name = NULL;
	if (dir < 0)
		return errno == ENOENT ? 0 : -1;
	if (read_id(dir, id, buf, sizeof(buf)) < 0 || !(slash = strchr(buf, '/')))
		return 0;
	*slash = '\0';
	*kind = strdup(buf);
	*name = *kind ? str_decode_name(slash + 1) : NULL;
	if (*name)
		return 1;
	free(*kind);
	*kind = NULL;
	return 0;
}
