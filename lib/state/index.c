/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * UUIDs. KIND/.uuid/UUID -> ../NAME makes a UUID unique (symlink(2) fails where one exists) and finds its object;
 * NAME/uuid -> UUID tells an object's without reading XML. A link in the index counts only where the object's own agrees.
 */
#include "state/internal.h"

#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>

static int open_index(int kind_fd, bool create, struct error *err)
{
	return state_private_at(kind_fd, STATE_INDEX, create, err);
}

/* The file name that a link of the index leads to; NULL: none, or nothing of ours. */
static const char *index_target(int index, const char *text, char *buf, size_t size)
{
	ssize_t n = readlinkat(index, text, buf, size);

	if (n < 4 || (size_t)n >= size || memcmp(buf, "../", 3))
		return NULL;
	buf[n] = '\0';
	return strchr(buf + 3, '/') || buf[3] == '.' ? NULL : buf + 3;
}

int index_mark(int dirfd, const unsigned char uuid[UUID_BYTES], struct error *err)
{
	char text[UUID_TEXT], tmp[40];

	uuid_format(uuid, text);
	if (symlinkat(text, dirfd, STATE_UUID) == 0)
		return 0;
	snprintf(tmp, sizeof(tmp), ".%s.%d.tmp", STATE_UUID, (int)getpid());
	if (errno == EEXIST && symlinkat(text, dirfd, tmp) == 0) {
		if (renameat(dirfd, tmp, dirfd, STATE_UUID) == 0)
			return 0;
		unlinkat(dirfd, tmp, 0);
	}
	return error_errno(err, "cannot write the link %s", STATE_UUID);
}

int index_marked(int dirfd, const char *dir, unsigned char uuid[UUID_BYTES])
{
	char path[STATE_NAME_BUF + 8], text[UUID_TEXT + 1];
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, STATE_UUID);
	n = readlinkat(dirfd, path, text, sizeof(text));
	if (n != UUID_TEXT - 1)
		return 0;
	text[n] = '\0';
	return uuid_is_text(text) && uuid_parse(text, uuid) == 0;
}

/* The first <uuid> of a definition's text; ours is written by ourselves, with no blanks. */
static int uuid_of_text(int kind_fd, const char *file, unsigned char uuid[UUID_BYTES])
{
	char path[STATE_NAME_BUF + 16], text[64];
	AUTO_FREE char *xml = NULL;
	const char *start, *end;

	snprintf(path, sizeof(path), "%s/%s", file, STATE_CONFIG);
	if (file_read_at(kind_fd, path, STATE_CONFIG_MAX, &xml, NULL, NULL) < 0)
		return 0;
	start = strstr(xml, "<uuid>");
	end = start ? strchr(start + 6, '<') : NULL;
	if (!end || end - (start + 6) >= (ptrdiff_t)sizeof(text))
		return 0;
	memcpy(text, start + 6, end - (start + 6));
	text[end - (start + 6)] = '\0';
	return uuid_parse(text, uuid) == 0;
}

int index_uuid_of(int kind_fd, const char *file, unsigned char uuid[UUID_BYTES])
{
	return index_marked(kind_fd, file, uuid) || uuid_of_text(kind_fd, file, uuid);
}

/* Whether the object `file` exists and says that the UUID is its own. */
static bool owns(int kind_fd, const char *file, const unsigned char uuid[UUID_BYTES])
{
	unsigned char its[UUID_BYTES];

	return index_uuid_of(kind_fd, file, its) && !memcmp(its, uuid, UUID_BYTES);
}

/* A link to an object that does not have the UUID: it is another program's that defines just now, or a dead one's. */
static int break_stale(int kind_fd, int index, const char *kind, const char *text, const unsigned char uuid[UUID_BYTES],
		       const char *other, struct error *err)
{
	AUTO_FREE char *name = str_decode_name(other);
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;

	if (name && state_lock(&lock, kind, name, 0, err) < 0)
		return error_set(err, ERR_DOM_EXIST, "UUID %s is being given to '%s' by another program", text, name);
	if (owns(kind_fd, other, uuid))
		return error_set(err, ERR_DOM_EXIST, "UUID %s is that of '%s'", text, name ? name : other);
	if (unlinkat(index, text, 0) < 0 && errno != ENOENT)
		return error_errno(err, "UUID %s", text);
	return 0;
}

int index_take(int kind_fd, const char *kind, const unsigned char uuid[UUID_BYTES], const char *file, struct error *err)
{
	char text[UUID_TEXT], target[STATE_NAME_BUF], buf[STATE_NAME_BUF + 4];
	AUTO_CLOSE int index = open_index(kind_fd, true, err);

	if (index < 0)
		return -1;
	uuid_format(uuid, text);
	state_prefixed(target, "../", file);
	for (int tries = 0; tries < 100; tries++) {
		const char *other;
		if (symlinkat(target, index, text) == 0)
			return 0;
		if (errno != EEXIST)
			return error_errno(err, "cannot write the link %s/%s", STATE_INDEX, text);
		other = index_target(index, text, buf, sizeof(buf));
		if (other && !strcmp(other, file))
			return 0;
		if (!other) {
			/* gone by now, or nothing that we can have made */
			unlinkat(index, text, 0);
			continue;
		}
		if (owns(kind_fd, other, uuid)) {
			AUTO_FREE char *name = str_decode_name(other);
			return error_set(err, ERR_DOM_EXIST, "UUID %s is that of '%s'", text, name ? name : other);
		}
		if (break_stale(kind_fd, index, kind, text, uuid, other, err) < 0)
			return -1;
	}
	return error_set(err, ERR_RESOURCE_BUSY, "UUID %s is being changed by other programs", text);
}

void index_drop(int kind_fd, const unsigned char uuid[UUID_BYTES], const char *file)
{
	char text[UUID_TEXT], buf[STATE_NAME_BUF + 4];
	AUTO_CLOSE int index = open_index(kind_fd, false, NULL);
	const char *target;

	if (index < 0)
		return;
	target = index_target(index, uuid_format(uuid, text), buf, sizeof(buf));
	if (target && !strcmp(target, file))
		unlinkat(index, text, 0);
}

void index_drop_all(int kind_fd, const char *file, const unsigned char *keep)
{
	char text[UUID_TEXT] = "", buf[STATE_NAME_BUF + 4];
	int index = open_index(kind_fd, false, NULL);
	AUTO_CLOSEDIR DIR *d = index < 0 ? NULL : fdopendir(index);
	struct dirent *e;

	if (!d) {
		if (index >= 0)
			close(index);
		return;
	}
	if (keep)
		uuid_format(keep, text);
	while ((e = readdir(d))) {
		const char *target;
		if (e->d_name[0] == '.' || !strcmp(e->d_name, text))
			continue;
		target = index_target(index, e->d_name, buf, sizeof(buf));
		if (target && !strcmp(target, file))
			unlinkat(index, e->d_name, 0);
	}
}

int index_move(int kind_fd, const unsigned char uuid[UUID_BYTES], const char *file, struct error *err)
{
	char text[UUID_TEXT], tmp[64], target[STATE_NAME_BUF];
	AUTO_CLOSE int index = open_index(kind_fd, true, err);

	if (index < 0)
		return -1;
	uuid_format(uuid, text);
	snprintf(tmp, sizeof(tmp), ".%s.%d.tmp", text, (int)getpid());
	if (symlinkat(state_prefixed(target, "../", file), index, tmp) < 0)
		return error_errno(err, "cannot write the link %s/%s", STATE_INDEX, text);
	if (renameat(index, tmp, index, text) < 0) {
		error_errno(err, "cannot write the link %s/%s", STATE_INDEX, text);
		unlinkat(index, tmp, 0);
		return -1;
	}
	return 0;
}

int index_sync(int kind_fd, struct error *err)
{
	AUTO_CLOSE int index = open_index(kind_fd, true, err);

	if (index < 0)
		return -1;
	if (RETRY_EINTR(fsync(index)) < 0)
		return error_errno(err, "cannot sync the directory %s", STATE_INDEX);
	return 0;
}

/* The slow way: for a link that leads nowhere since a rename was killed half way. */
static int search(int kind_fd, const unsigned char uuid[UUID_BYTES], char **name)
{
	int fd = RETRY_EINTR(openat(kind_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	AUTO_CLOSEDIR DIR *d = fd < 0 ? NULL : fdopendir(fd);
	unsigned char its[UUID_BYTES];
	struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.' || !index_marked(kind_fd, e->d_name, its) || memcmp(its, uuid, UUID_BYTES))
			continue;
		*name = str_decode_name(e->d_name);
		return *name ? 1 : 0;
	}
	return 0;
}

int state_find_uuid(const char *kind, const unsigned char uuid[UUID_BYTES], char **name, struct error *err)
{
	char text[UUID_TEXT], buf[STATE_NAME_BUF + 4], path[64];
	const char *target;
	AUTO_CLOSE int kind_fd = state_open_kind(kind, false, err);
	ssize_t n;

	*name = NULL;
	if (kind_fd < 0)
		return errno == ENOENT ? 0 : -1;
	snprintf(path, sizeof(path), "%s/%s", STATE_INDEX, uuid_format(uuid, text));
	n = readlinkat(kind_fd, path, buf, sizeof(buf));
	if (n < 0)
		return errno == ENOENT || errno == EINVAL || errno == ENOTDIR ? 0 : error_errno(err, "UUID %s", text);
	target = index_target(kind_fd, path, buf, sizeof(buf));
	if (!target || !owns(kind_fd, target, uuid))
		return search(kind_fd, uuid, name);
	*name = str_decode_name(target);
	return *name ? 1 : 0;
}

int state_uuid_of(const char *kind, const char *name, unsigned char uuid[UUID_BYTES], struct error *err)
{
	AUTO_FREE char *file = str_encode_name(name, err);
	struct stat st;
	AUTO_CLOSE int kind_fd = -1;

	if (!file || (kind_fd = state_open_kind(kind, false, err)) < 0)
		return -1;
	if (index_uuid_of(kind_fd, file, uuid))
		return 0;
	if (fstatat(kind_fd, file, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, "'%s'", name);
	return error_set(err, ERR_OPERATION_FAILED, "'%s' is damaged: its UUID cannot be read (see host-check)", name);
}
