/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Definitions: made, replaced, renamed and removed so that a kill or a power cut leaves the old or the new. */
#include "state/internal.h"

#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>

int state_is_defined(const char *kind, const char *name, struct error *err)
{
	AUTO_FREE char *file = str_encode_name(name, err);
	struct stat st;
	AUTO_CLOSE int kind_fd = -1;

	if (!file)
		return -1;
	kind_fd = state_open_kind(kind, false, err);
	if (kind_fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (fstatat(kind_fd, file, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : error_errno(err, "'%s'", name);
	return 1;
}

int state_definition(const char *kind, const char *name, struct error *err)
{
	AUTO_FREE char *file = str_encode_name(name, err);
	char path[STATE_NAME_BUF + 16];
	struct stat st;
	AUTO_CLOSE int kind_fd = -1;

	if (!file)
		return -1;
	kind_fd = state_open_kind(kind, false, err);
	if (kind_fd < 0)
		return errno == ENOENT ? STATE_UNDEFINED : -1;
	snprintf(path, sizeof(path), "%s/%s", file, STATE_CONFIG);
	if (fstatat(kind_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return S_ISREG(st.st_mode) && st.st_size > 0 ? STATE_DEFINED : STATE_DAMAGED;
	if (fstatat(kind_fd, file, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return STATE_DAMAGED;
	return errno == ENOENT ? STATE_UNDEFINED : error_errno(err, "'%s'", name);
}

int state_open_object(const char *kind, const char *name, struct error *err)
{
	AUTO_FREE char *file = str_encode_name(name, err);
	AUTO_CLOSE int kind_fd = -1;

	if (!file || (kind_fd = state_open_kind(kind, false, err)) < 0)
		return -1;
	return state_private_at(kind_fd, file, false, err);
}

int state_read_config(const char *kind, const char *name, char **xml, size_t *len, struct error *err)
{
	size_t n;
	AUTO_CLOSE int fd = state_open_object(kind, name, err);

	if (fd < 0)
		return -1;
	if (file_read_at(fd, STATE_CONFIG, STATE_CONFIG_MAX, xml, &n, err) < 0) {
		/* the object exists: "no such object" would be wrong */
		if (err && err->sys == ENOENT)
			return error_set(err, ERR_OPERATION_FAILED, "'%s' is damaged: its definition is missing (define it again, or see host-check)", name);
		return -1;
	}
	if (n == 0 || strlen(*xml) != n) {
		free(*xml);
		*xml = NULL;
		return error_set(err, ERR_OPERATION_FAILED, "'%s' is damaged: its definition is %s (define it again, or see host-check)",
				 name, n == 0 ? "empty" : "no text");
	}
	if (len)
		*len = n;
	return 0;
}

int state_remove_dir(int kind_fd, const char *file, bool durable, struct error *err)
{
	char del[STATE_NAME_BUF];

	state_prefixed(del, STATE_DEL, file);
	for (int tries = 0;; tries++) {
		if (file_remove_tree_at(kind_fd, del, tries < 10 ? NULL : err) < 0 && tries >= 10)
			return -1;
		if (renameat(kind_fd, file, kind_fd, del) == 0)
			break;
		if (errno == ENOENT)
			return 0;
		if ((errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR) || tries >= 10)
			return error_errno(err, "cannot remove %s", file);
	}
	if (durable && RETRY_EINTR(fsync(kind_fd)) < 0)
		return error_errno(err, "%s is removed, but its directory cannot be synced", file);
	return file_remove_tree_at(kind_fd, del, err);
}

int state_read_file(const char *kind, const char *name, const char *file, size_t max, char **data, size_t *len, struct error *err)
{
	AUTO_CLOSE int fd = state_open_object(kind, name, err);

	return fd < 0 ? -1 : file_read_at(fd, file, max, data, len, err);
}

int state_write_file(const char *kind, const char *name, const char *file, const void *data, size_t len, struct error *err)
{
	AUTO_CLOSE int fd = state_open_object(kind, name, err);

	if (fd < 0)
		return -1;
	state_sweep(fd, false);
	return file_replace_at(fd, file, data, len, 0600, FILE_DURABLE, err);
}

static int write_config(int fd, const char *xml, size_t len)
{
	AUTO_CLOSE int out = RETRY_EINTR(openat(fd, STATE_CONFIG, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));

	if (out < 0 || fchmod(out, 0600) < 0 || file_write_all(out, xml, len) < 0)
		return -1;
	if (RETRY_EINTR(fsync(out)) < 0)
		return -1;
	return close(STEAL_FD(out)) < 0 && errno != EINTR ? -1 : 0;
}

/* Fills the new directory; the index has the UUID already, so that one sync orders all before the rename that makes it an object. */
static int fill(int kind_fd, const char *tmp, const unsigned char uuid[UUID_BYTES], const char *xml, size_t len, struct error *err)
{
	AUTO_CLOSE int fd = state_private_at(kind_fd, tmp, true, err);

	if (fd < 0 || index_mark(fd, uuid, err) < 0)
		return -1;
	if (write_config(fd, xml, len) < 0)
		return error_errno(err, "cannot write %s", STATE_CONFIG);
	if (RETRY_EINTR(fsync(fd)) < 0)
		return error_errno(err, "cannot sync the new directory");
	return index_sync(kind_fd, err);
}

/* What cannot be removed now is named by host-check and tried again by the next program that defines this name. */
static void remove_leftover(int kind_fd, const char *name)
{
	if (file_remove_tree_at(kind_fd, name, NULL) < 0)
		return;
}

static int define_new(int kind_fd, const char *kind, const char *file, const unsigned char uuid[UUID_BYTES], const char *xml, size_t len,
		      struct error *err)
{
	char tmp[STATE_NAME_BUF];
	int r;

	state_prefixed(tmp, STATE_NEW, file);
	if (file_remove_tree_at(kind_fd, tmp, err) < 0 || index_take(kind_fd, kind, uuid, file, err) < 0)
		return -1;
	r = fill(kind_fd, tmp, uuid, xml, len, err);
	if (r == 0 && renameat2(kind_fd, tmp, kind_fd, file, RENAME_NOREPLACE) < 0)
		r = error_errno(err, "cannot make the directory %s", file);
	if (r < 0) {
		index_drop(kind_fd, uuid, file);
		remove_leftover(kind_fd, tmp);
		return -1;
	}
	if (RETRY_EINTR(fsync(kind_fd)) < 0)
		return error_errno(err, "the definition is written, but its directory cannot be synced");
	return 0;
}

static int define_over(int kind_fd, const char *kind, const char *file, const unsigned char uuid[UUID_BYTES], const char *xml, size_t len,
		       struct error *err)
{
	unsigned char old[UUID_BYTES];
	bool known = index_uuid_of(kind_fd, file, old), same = known && !memcmp(old, uuid, UUID_BYTES);
	AUTO_CLOSE int fd = state_private_at(kind_fd, file, false, err);

	if (fd < 0 || index_take(kind_fd, kind, uuid, file, err) < 0)
		return -1;
	state_sweep(fd, false);
	if (file_replace_at(fd, STATE_CONFIG, xml, len, 0600, FILE_DURABLE, err) < 0) {
		if (!same)
			index_drop(kind_fd, uuid, file);
		return -1;
	}
	if (same && index_marked(kind_fd, file, old))
		return 0;
	if (index_mark(fd, uuid, err) < 0)
		return -1;
	if (!same)
		index_drop_all(kind_fd, file, uuid);
	if (RETRY_EINTR(fsync(fd)) < 0)
		return error_errno(err, "the definition is written, but its directory cannot be synced");
	return index_sync(kind_fd, err);
}

int state_define(const char *kind, const char *name, const unsigned char uuid[UUID_BYTES], const char *xml, size_t len,
		 struct error *err)
{
	AUTO_FREE char *file = str_encode_name(name, err);
	char del[STATE_NAME_BUF];
	struct stat st;
	AUTO_CLOSE int kind_fd = -1;
	bool exists;

	if (!file || (kind_fd = state_open_kind(kind, true, err)) < 0)
		return -1;
	remove_leftover(kind_fd, state_prefixed(del, STATE_DEL, file));
	exists = fstatat(kind_fd, file, &st, AT_SYMLINK_NOFOLLOW) == 0;
	if (!exists && errno != ENOENT)
		return error_errno(err, "cannot define '%s'", name);
	if ((exists ? define_over : define_new)(kind_fd, kind, file, uuid, xml, len, err) < 0)
		return error_wrap(err, "cannot define '%s'", name);
	return 0;
}

int state_clean(const char *kind, struct error *err)
{
	AUTO_CLOSE int kind_fd = state_open_kind(kind, false, err);
	int fd = kind_fd < 0 ? -1 : RETRY_EINTR(openat(kind_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	AUTO_CLOSEDIR DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d)
		return kind_fd < 0 && errno == ENOENT ? 0 : error_errno(err, "cannot read the definitions of %s", kind);
	while ((e = readdir(d)))
		if (!strncmp(e->d_name, STATE_NEW, strlen(STATE_NEW)) || !strncmp(e->d_name, STATE_DEL, strlen(STATE_DEL)))
			remove_leftover(kind_fd, e->d_name);
	return 0;
}

int state_undefine(const char *kind, const char *name, struct error *err)
{
	AUTO_FREE char *file = str_encode_name(name, err);
	unsigned char uuid[UUID_BYTES];
	char tmp[STATE_NAME_BUF];
	bool known;
	AUTO_CLOSE int kind_fd = -1;

	if (!file || (kind_fd = state_open_kind(kind, false, err)) < 0)
		return -1;
	if (faccessat(kind_fd, file, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, "cannot undefine '%s'", name);
	known = index_uuid_of(kind_fd, file, uuid);
	if (state_remove_dir(kind_fd, file, true, err) < 0)
		return error_wrap(err, "cannot undefine '%s'", name);
	if (known)
		index_drop(kind_fd, uuid, file);
	else
		index_drop_all(kind_fd, file, NULL);
	remove_leftover(kind_fd, state_prefixed(tmp, STATE_NEW, file));
	return index_sync(kind_fd, err);
}

/* A log is no part of the definition: what cannot be renamed stays where it is. */
static void rename_logs(const char *kind, const char *from, const char *to)
{
	static const char *const suffixes[] = { ".log", ".console.log" };
	AUTO_CLOSE int dir = state_open_dir(STATE_LOG, kind, false, NULL);

	for (size_t i = 0; dir >= 0 && i < ARRAY_LEN(suffixes); i++) {
		char a[STATE_NAME_BUF + 16], b[STATE_NAME_BUF + 16];
		snprintf(a, sizeof(a), "%s%s", from, suffixes[i]);
		snprintf(b, sizeof(b), "%s%s", to, suffixes[i]);
		if (renameat(dir, a, dir, b) < 0)
			continue;
	}
}

/* The steps after the one that counts; a failure turns them back. */
static int finish_rename(int kind_fd, const char *to, const unsigned char uuid[UUID_BYTES], const char *xml, size_t len, struct error *err)
{
	AUTO_CLOSE int fd = state_private_at(kind_fd, to, false, err);

	if (fd < 0 || index_move(kind_fd, uuid, to, err) < 0)
		return -1;
	return file_replace_at(fd, STATE_CONFIG, xml, len, 0600, FILE_DURABLE, err);
}

int state_rename(const char *kind, const char *name, const char *new_name, const char *xml, size_t len, struct error *err)
{
	AUTO_FREE char *from = str_encode_name(name, err);
	AUTO_FREE char *to = from ? str_encode_name(new_name, err) : NULL;
	unsigned char uuid[UUID_BYTES];
	AUTO_CLOSE int kind_fd = -1;

	if (!to || (kind_fd = state_open_kind(kind, false, err)) < 0)
		return -1;
	if (!index_uuid_of(kind_fd, from, uuid))
		return error_set(err, ERR_OPERATION_FAILED, "cannot rename '%s': its UUID cannot be read", name);
	if (renameat2(kind_fd, from, kind_fd, to, RENAME_NOREPLACE) < 0) {
		if (errno == EEXIST)
			return error_set(err, ERR_DOM_EXIST, "cannot rename '%s': '%s' exists", name, new_name);
		return error_errno(err, "cannot rename '%s'", name);
	}
	if (finish_rename(kind_fd, to, uuid, xml, len, err) < 0) {
		if (renameat2(kind_fd, to, kind_fd, from, RENAME_NOREPLACE) == 0 && index_move(kind_fd, uuid, from, NULL) < 0)
			index_drop_all(kind_fd, to, NULL);
		return error_wrap(err, "cannot rename '%s'", name);
	}
	rename_logs(kind, from, to);
	if (RETRY_EINTR(fsync(kind_fd)) < 0)
		return error_errno(err, "'%s' is renamed, but its directory cannot be synced", name);
	return index_sync(kind_fd, err);
}

int state_get_autostart(const char *kind, const char *name, struct error *err)
{
	struct stat st;
	AUTO_CLOSE int fd = state_open_object(kind, name, err);

	if (fd < 0)
		return -1;
	if (fstatat(fd, "autostart", &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : error_errno(err, "'%s'", name);
	return S_ISREG(st.st_mode);
}

int state_set_autostart(const char *kind, const char *name, bool on, struct error *err)
{
	AUTO_CLOSE int fd = state_open_object(kind, name, err);

	if (fd < 0)
		return -1;
	if (on) {
		AUTO_CLOSE int flag = RETRY_EINTR(openat(fd, "autostart", O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
		if (flag < 0 || fchmod(flag, 0600) < 0)
			return error_errno(err, "cannot set autostart of '%s'", name);
	} else if (unlinkat(fd, "autostart", 0) < 0 && errno != ENOENT) {
		return error_errno(err, "cannot clear autostart of '%s'", name);
	}
	if (RETRY_EINTR(fsync(fd)) < 0)
		return error_errno(err, "autostart of '%s' is changed, but its directory cannot be synced", name);
	return 0;
}
