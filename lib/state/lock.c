/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One lock per object, /run/berth/KIND/.lock/NAME: the kernel's, so that it ends with its holder. */
#include "state/internal.h"

#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Whether the locked file is still the one that others will find. */
static bool current(int dir, const char *file, int fd)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && fstatat(dir, file, &b, AT_SYMLINK_NOFOLLOW) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static int open_lock(int dir, const char *file, struct error *err)
{
	struct stat st;
	AUTO_CLOSE int fd = RETRY_EINTR(openat(dir, file, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600));

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, "cannot open the lock");
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERR_OPERATION_FAILED, "the lock is not a regular file: not used");
	return STEAL_FD(fd);
}

int state_lock(struct state_lock *lock, const char *kind, const char *name, int timeout_ms, struct error *err)
{
	AUTO_FREE char *file = str_encode_name(name, err);
	AUTO_CLOSE int kind_fd = -1, dir = -1;
	int64_t end = now_ms() + timeout_ms;

	if (!file || (kind_fd = state_open_dir(STATE_RUN, kind, true, err)) < 0 || (dir = state_private_at(kind_fd, ".lock", true, err)) < 0)
		return -1;
	for (;;) {
		int64_t left = timeout_ms < 0 ? -1 : end - now_ms();
		AUTO_CLOSE int fd = open_lock(dir, file, err);
		if (fd < 0)
			return error_wrap(err, "'%s'", name);
		if (timeout_ms >= 0 && left < 0)
			left = 0;
		if ((left == 0 ? file_try_lock(fd) : file_lock(fd, (int)left)) < 0) {
			if (errno == ETIMEDOUT || errno == EAGAIN)
				return error_set(err, ERR_RESOURCE_BUSY, "'%s' is being changed by another program", name);
			return error_errno(err, "cannot lock '%s'", name);
		}
		if (current(dir, file, fd)) {
			*lock = (struct state_lock){ STEAL_FD(dir), STEAL_FD(fd), STEAL_PTR(file) };
			return 0;
		}
	}
}

void state_unlock(struct state_lock *lock)
{
	if (lock->fd >= 0) {
		/* gone before it is free: whoever waited for it sees that it must look again */
		unlinkat(lock->dir_fd, lock->file, 0);
		close(lock->fd);
	}
	if (lock->dir_fd >= 0)
		close(lock->dir_fd);
	free(lock->file);
	*lock = (struct state_lock)STATE_LOCK_INIT;
}
