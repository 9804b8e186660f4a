/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/file.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

int file_read_fd(int fd, size_t max, char **data, size_t *len, struct error *err)
{
	size_t size = 0, room = 4096;
	AUTO_FREE char *buf = malloc(room + 1);

	if (!buf)
		return error_errno(err, "cannot read");
	for (;;) {
		ssize_t n = RETRY_EINTR(read(fd, buf + size, room - size));
		if (n < 0)
			return error_errno(err, "cannot read");
		if (n == 0)
			break;
		size += n;
		if (size > max)
			return error_set(err, ERR_OPERATION_FAILED, "larger than the limit of %zu bytes", max);
		if (size == room) {
			char *more = malloc(room * 2 + 1);
			if (!more)
				return error_errno(err, "cannot read");
			/* it may be a secret */
			memcpy(more, buf, size);
			explicit_bzero(buf, size);
			free(buf);
			buf = more;
			room *= 2;
		}
	}
	buf[size] = '\0';
	if (len)
		*len = size;
	*data = STEAL_PTR(buf);
	return 0;
}

int file_read_at(int dirfd, const char *name, size_t max, char **data, size_t *len, struct error *err)
{
	struct stat st;
	AUTO_CLOSE int fd = RETRY_EINTR(openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));

	if (fd < 0)
		return error_errno(err, "%s", name);
	if (fstat(fd, &st) < 0)
		return error_errno(err, "%s", name);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERR_OPERATION_FAILED, "%s: not a regular file", name);
	if (file_read_fd(fd, max, data, len, err) < 0)
		return error_wrap(err, "%s", name);
	return 0;
}

int file_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = RETRY_EINTR(write(fd, p, len));
		if (n < 0)
			return -1;
		p += n;
		len -= n;
	}
	return 0;
}

int file_write_path(const char *path, const char *text)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	return fd < 0 ? -1 : file_write_all(fd, text, strlen(text));
}

void file_first_line(int fd, char *text, size_t size)
{
	ssize_t n = pread(fd, text, size - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

static int write_temporary(int dirfd, const char *tmp, const void *data, size_t len, mode_t mode, enum file_durability how)
{
	AUTO_CLOSE int fd = RETRY_EINTR(openat(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));

	if (fd < 0 || fchmod(fd, mode) < 0 || file_write_all(fd, data, len) < 0)
		return -1;
	if (how == FILE_DURABLE && RETRY_EINTR(fsync(fd)) < 0)
		return -1;
	/* close(2) is where some file systems tell of a failed write */
	return close(STEAL_FD(fd)) < 0 && errno != EINTR ? -1 : 0;
}

int file_replace_at(int dirfd, const char *name, const void *data, size_t len, mode_t mode,
		    enum file_durability how, struct error *err)
{
	char tmp[NAME_MAX + 1];

	if ((size_t)snprintf(tmp, sizeof(tmp), ".%s.%d.tmp", name, (int)getpid()) >= sizeof(tmp))
		return error_set(err, ERR_INVALID_ARG, "%s: file name too long", name);
	if (unlinkat(dirfd, tmp, 0) < 0 && errno != ENOENT)
		return error_errno(err, "cannot write %s", name);
	if (write_temporary(dirfd, tmp, data, len, mode, how) < 0 || RETRY_EINTR(renameat(dirfd, tmp, dirfd, name)) < 0) {
		error_errno(err, "cannot write %s", name);
		unlinkat(dirfd, tmp, 0);
		return -1;
	}
	if (how == FILE_DURABLE && RETRY_EINTR(fsync(dirfd)) < 0)
		return error_errno(err, "%s is written, but its directory cannot be synced", name);
	return 0;
}

int file_try_lock(int fd)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int r = RETRY_EINTR(fcntl(fd, F_OFD_SETLK, &l));

	if (r < 0 && errno == EACCES)
		errno = EAGAIN;
	return r;
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void nap_blocking(int ms)
{
	poll(NULL, 0, ms);
}

static void (*lock_nap)(int ms) = nap_blocking;

void file_set_lock_nap(void (*nap)(int ms))
{
	lock_nap = nap ? nap : nap_blocking;
}

int file_lock(int fd, int timeout_ms)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	long long end = now_ms() + timeout_ms;
	int nap = 1;

	if (timeout_ms < 0)
		return RETRY_EINTR(fcntl(fd, F_OFD_SETLKW, &l));
	/* The kernel has no lock wait with a deadline, and an alarm would be process-wide: look again, ever less often. */
	while (file_try_lock(fd) < 0) {
		long long left = end - now_ms();
		if (errno != EAGAIN)
			return -1;
		if (left <= 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		lock_nap(left < nap ? (int)left : nap);
		if (nap < 20)
			nap *= 2;
	}
	return 0;
}

int file_is_locked(int fd)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (RETRY_EINTR(fcntl(fd, F_OFD_GETLK, &l)) < 0)
		return -1;
	return l.l_type != F_UNLCK;
}

int file_open_dir_at(int dirfd, const char *name, mode_t mode, bool create, struct error *err)
{
	struct stat st;
	AUTO_CLOSE int fd = -1;

	if (create && mkdirat(dirfd, name, mode) < 0 && errno != EEXIST)
		return error_errno(err, "cannot create directory %s", name);
	fd = RETRY_EINTR(openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, "cannot open directory %s", name);
	if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & S_IWOTH))
		return error_set(err, ERR_ACCESS_DENIED, "directory %s can be written by others (owner %u, mode %o): not used",
				 name, (unsigned)st.st_uid, (unsigned)(st.st_mode & 07777));
	return STEAL_FD(fd);
}

static int remove_entries(int fd, dev_t dev, int depth, struct error *err);

static int remove_entry(int dirfd, const char *name, dev_t dev, int depth, struct error *err)
{
	struct stat st;
	AUTO_CLOSE int fd = -1;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : error_errno(err, "%s", name);
	if (!S_ISDIR(st.st_mode)) {
		if (unlinkat(dirfd, name, 0) < 0 && errno != ENOENT)
			return error_errno(err, "cannot remove %s", name);
		return 0;
	}
	if (st.st_dev != dev)
		return error_set(err, ERR_OPERATION_FAILED, "%s is on another file system: not removed", name);
	if (depth > 64)
		return error_set(err, ERR_OPERATION_FAILED, "%s: nested too deeply", name);
	fd = RETRY_EINTR(openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
	if (fd < 0)
		return error_errno(err, "%s", name);
	if (remove_entries(STEAL_FD(fd), dev, depth + 1, err) < 0)
		return error_wrap(err, "%s", name);
	if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return error_errno(err, "cannot remove %s", name);
	return 0;
}

static int remove_entries(int fd, dev_t dev, int depth, struct error *err)
{
	AUTO_CLOSEDIR DIR *d = fdopendir(fd);
	struct dirent *e;

	if (!d) {
		close(fd);
		return error_errno(err, "cannot read directory");
	}
	while ((e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (remove_entry(fd, e->d_name, dev, depth, err) < 0)
			return -1;
	}
	return 0;
}

int file_remove_tree_at(int dirfd, const char *name, struct error *err)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : error_errno(err, "%s", name);
	return remove_entry(dirfd, name, st.st_dev, 0, err);
}

const char *file_link_name(const char *dir, const char *name, char target[PATH_MAX])
{
	char path[200];
	ssize_t n;

	snprintf(path, sizeof(path), "%.150s/%.30s", dir, name);
	n = readlink(path, target, PATH_MAX - 1);
	target[n > 0 ? n : 0] = '\0';
	if (n <= 0)
		return "";
	return strrchr(target, '/') ? strrchr(target, '/') + 1 : target;
}
