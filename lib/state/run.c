/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Run directories: whether something lives is told by the `alive` lock, which dies with whoever holds it. */
#include "state/internal.h"

#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>

/* Whether somebody holds `alive`. What is no regular file is no lock of ours. */
static bool held(int kind_fd, const char *file)
{
	char path[STATE_NAME_BUF + 16];
	struct stat st;

	snprintf(path, sizeof(path), "%s/alive", file);
	AUTO_CLOSE int fd = RETRY_EINTR(openat(kind_fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && file_is_locked(fd) == 1;
}

/* The boot that the plan's first line names. */
static bool plan_boot(int kind_fd, const char *file, char boot[STATE_BOOT_ID])
{
	char path[STATE_NAME_BUF + 16], line[64];

	snprintf(path, sizeof(path), "%s/plan", file);
	AUTO_CLOSE int fd = RETRY_EINTR(openat(kind_fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
	ssize_t n = fd < 0 ? -1 : RETRY_EINTR(read(fd, line, 5 + STATE_BOOT_ID));
	if (n != 5 + STATE_BOOT_ID || memcmp(line, "boot ", 5) || line[n - 1] != '\n')
		return false;
	line[n - 1] = '\0';
	if (!uuid_is_text(line + 5))
		return false;
	memcpy(boot, line + 5, STATE_BOOT_ID);
	return true;
}

/* A `state` that was another guest's names an id that is not ours. */
static bool id_is_ours(int kind_fd, const char *kind, const char *file, int id)
{
	char path[32], target[STATE_NAME_BUF + 64], want[STATE_NAME_BUF + 64];
	ssize_t n;

	if (id < 0)
		return true;
	snprintf(path, sizeof(path), "../.id/%d", id);
	n = readlinkat(kind_fd, path, target, sizeof(target) - 1);
	if (n < 0)
		return errno == ENOENT;
	target[n] = '\0';
	snprintf(want, sizeof(want), "%s/%s", kind, file);
	return !strcmp(target, want);
}

enum state_live state_probe_at(int kind_fd, const char *kind, const char *file, struct state_status *status)
{
	char path[STATE_NAME_BUF + 16], boot[STATE_BOOT_ID], plan_of[STATE_BOOT_ID];
	struct stat st;
	bool alive;
	int loaded;

	*status = (struct state_status){ .state = GUEST_SHUTOFF, .id = -1 };
	if (fstatat(kind_fd, file, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
		return STATE_GONE;
	alive = held(kind_fd, file);
	snprintf(path, sizeof(path), "%s/state", file);
	loaded = state_status_load(kind_fd, path, status, boot);
	if (!alive) {
		/* looked at in the wrong moment: the supervisor went and took the directory along */
		if (fstatat(kind_fd, file, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT) {
			*status = (struct state_status){ .state = GUEST_SHUTOFF, .id = -1 };
			return STATE_GONE;
		}
		/* the plan is written once, before anything is made; the state may have been damaged since */
		bool plan = plan_boot(kind_fd, file, plan_of);
		if ((plan || loaded == 1) && strcmp(plan ? plan_of : boot, state_boot_id()))
			return STATE_STALE;
	}
	if (loaded == 0)
		status->state = GUEST_NOSTATE;
	else if (loaded == 1 && (strcmp(boot, state_boot_id()) || !id_is_ours(kind_fd, kind, file, status->id)))
		*status = (struct state_status){ .state = GUEST_UNKNOWN, .id = -1 };
	if (!alive)
		return STATE_ORPHAN;
	return status->state == GUEST_NOSTATE ? STATE_STARTING : STATE_ALIVE;
}

int state_probe(const char *kind, const char *name, struct state_status *status, struct error *err)
{
	AUTO_FREE char *file = str_encode_name(name, err);
	struct state_status own;
	AUTO_CLOSE int kind_fd = -1;

	if (!status)
		status = &own;
	*status = (struct state_status){ .state = GUEST_SHUTOFF, .id = -1 };
	if (!file)
		return -1;
	kind_fd = state_open_dir(STATE_RUN, kind, false, err);
	if (kind_fd < 0)
		return errno == ENOENT ? STATE_GONE : -1;
	return (int)state_probe_at(kind_fd, kind, file, status);
}

/* A child that a dead supervisor had just forked may hold the lock for an instant more. */
#define CLAIM_PATIENCE 1000

static int open_alive(int dir, int patience_ms, struct error *err)
{
	struct stat st;
	AUTO_CLOSE int fd = RETRY_EINTR(openat(dir, "alive", O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CREAT | O_CLOEXEC, 0600));

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, "cannot open the lock 'alive'");
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERR_OPERATION_FAILED, "the lock 'alive' is not a regular file: not used");
	if (file_lock(fd, patience_ms) < 0) {
		if (errno == ETIMEDOUT)
			return error_set(err, ERR_RESOURCE_BUSY, "its supervisor lives");
		return error_errno(err, "cannot take the lock 'alive'");
	}
	return STEAL_FD(fd);
}

static int write_plan_start(int dir)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "boot %s\n", state_boot_id());
	AUTO_CLOSE int fd = RETRY_EINTR(openat(dir, "plan", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));

	if (fd < 0)
		return -1;
	return file_write_all(fd, line, n);
}

int state_run_create(const char *kind, const char *name, const unsigned char uuid[UUID_BYTES], int *run_fd, int *alive_fd,
		     struct error *err)
{
	AUTO_FREE char *file = str_encode_name(name, err);
	char tmp[STATE_NAME_BUF];
	AUTO_CLOSE int kind_fd = -1, dir = -1, alive = -1;
	int r = 0;

	if (!file || (kind_fd = state_open_dir(STATE_RUN, kind, true, err)) < 0)
		return -1;
	state_prefixed(tmp, STATE_NEW, file);
	if (mkdirat(kind_fd, tmp, 0700) < 0) {
		if (errno != EEXIST)
			return error_errno(err, "cannot make the run directory of '%s'", name);
		/* of a starter that was killed: we hold the object's lock, it cannot be in use */
		if (file_remove_tree_at(kind_fd, tmp, err) < 0)
			return -1;
	}
	if ((dir = state_private_at(kind_fd, tmp, true, err)) < 0 || fchmod(dir, 0700) < 0 || (alive = open_alive(dir, 0, err)) < 0)
		r = -1;
	else if (index_mark(dir, uuid, err) < 0)
		r = -1;
	else if (write_plan_start(dir) < 0)
		r = error_errno(err, "cannot write the plan");
	else if (renameat2(kind_fd, tmp, kind_fd, file, RENAME_NOREPLACE) < 0)
		r = error_errno(err, "cannot make the run directory");
	if (r < 0) {
		error_wrap(err, "cannot start '%s'", name);
		/* what cannot be removed now is removed by the next start */
		return file_remove_tree_at(kind_fd, tmp, NULL) < 0 ? -1 : r;
	}
	*run_fd = STEAL_FD(dir);
	*alive_fd = STEAL_FD(alive);
	return 0;
}

int state_run_open(const char *kind, const char *name, struct error *err)
{
	AUTO_FREE char *file = str_encode_name(name, err);
	AUTO_CLOSE int kind_fd = -1;

	if (!file || (kind_fd = state_open_dir(STATE_RUN, kind, false, err)) < 0)
		return -1;
	return state_private_at(kind_fd, file, false, err);
}

int state_run_claim(const char *kind, const char *name, int *run_fd, int *alive_fd, struct error *err)
{
	AUTO_FREE char *file = str_encode_name(name, err);
	struct stat a, b;
	AUTO_CLOSE int kind_fd = -1, dir = -1, alive = -1;

	if (!file || (kind_fd = state_open_dir(STATE_RUN, kind, false, err)) < 0 || (dir = state_private_at(kind_fd, file, false, err)) < 0)
		return -1;
	if ((alive = open_alive(dir, CLAIM_PATIENCE, err)) < 0)
		return error_wrap(err, "'%s'", name);
	if (fstat(dir, &a) < 0 || fstatat(kind_fd, file, &b, AT_SYMLINK_NOFOLLOW) < 0 || a.st_ino != b.st_ino || a.st_dev != b.st_dev)
		return error_set(err, ERR_RESOURCE_BUSY, "'%s': its supervisor has just ended", name);
	*run_fd = STEAL_FD(dir);
	*alive_fd = STEAL_FD(alive);
	return 0;
}

int state_run_remove(const char *kind, const char *name, struct error *err)
{
	AUTO_FREE char *file = str_encode_name(name, err);
	AUTO_CLOSE int kind_fd = -1;

	if (!file || (kind_fd = state_open_dir(STATE_RUN, kind, false, err)) < 0)
		return -1;
	return state_remove_dir(kind_fd, file, false, err);
}

int state_run_uuid(const char *kind, const char *name, unsigned char uuid[UUID_BYTES], struct error *err)
{
	AUTO_CLOSE int dir = state_run_open(kind, name, err);

	if (dir < 0)
		return -1;
	if (!index_marked(dir, ".", uuid))
		return error_set(err, ERR_OPERATION_FAILED, "'%s' is damaged: its UUID cannot be read", name);
	return 0;
}

int state_plan_add(int run_fd, const char *what, const char *name, struct error *err)
{
	AUTO_FREE char *line = malloc(strlen(what) + 3 * strlen(name) + 3);
	struct stat st;
	char *p;
	ssize_t n;
	AUTO_CLOSE int fd = -1;

	if (!line)
		return error_errno(err, "cannot write the plan");
	p = stpcpy(line, what);
	*p++ = ' ';
	for (; *name; name++) {
		if (*name == '\n' || *name == '%')
			p = stpcpy(p, *name == '%' ? "%25" : "%0A");
		else
			*p++ = *name;
	}
	*p++ = '\n';
	fd = RETRY_EINTR(openat(run_fd, "plan", O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600));
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, "cannot write the plan");
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERR_OPERATION_FAILED, "the plan is not a regular file: not used");
	n = RETRY_EINTR(write(fd, line, p - line));
	if (n == p - line)
		return 0;
	if (n >= 0)
		errno = ENOSPC;
	error_errno(err, "cannot write the plan");
	/* half a line would spoil the next */
	if (ftruncate(fd, st.st_size) < 0)
		return -1;
	return -1;
}

static void decode(char *text)
{
	char *out = text;

	for (; *text; text++) {
		if (!strncmp(text, "%0A", 3) || !strncmp(text, "%25", 3)) {
			*out++ = text[1] == '0' ? '\n' : '%';
			text += 2;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
}

int state_plan_read(int run_fd, state_plan_line *line, void *ctx, struct error *err)
{
	AUTO_FREE char *text = NULL;
	struct stat st;
	char *end;
	size_t len;

	if (fstatat(run_fd, "plan", &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
		return 0;
	if (file_read_at(run_fd, "plan", 1 << 20, &text, &len, err) < 0)
		return -1;
	/* a line without its newline was never finished, so that what it names was never made */
	end = memrchr(text, '\n', len);
	while (end) {
		char *start, *name;
		*end = '\0';
		start = memrchr(text, '\n', end - text);
		name = strchr(start ? start + 1 : text, ' ');
		if (name && strncmp(start ? start + 1 : text, "boot ", 5)) {
			int r;
			*name++ = '\0';
			decode(name);
			r = line(ctx, start ? start + 1 : text, name, err);
			if (r != 0)
				return r;
		}
		end = start;
	}
	return 0;
}
