/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where everything is, and opening directories that nobody else can have made. */
#include "state/internal.h"

#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>

#define SESSION "BERTH_SESSION"   /* in the environment of a session's processes that are root in a namespace */

/* Whether 0 is the host's root: its map is the whole of all ids (user_namespaces(7)). */
static bool is_host_root(void)
{
	char map[64] = "";
	unsigned inside, outside, count;
	AUTO_CLOSE int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);

	return fd < 0 || read(fd, map, sizeof(map) - 1) <= 0 || sscanf(map, "%u %u %u", &inside, &outside, &count) != 3 || outside == 0;
}

bool state_is_session(void)
{
	return geteuid() != 0 || (getenv(SESSION) && !is_host_root());
}

int state_enter_session(struct error *err)
{
	char dir[40];

	snprintf(dir, sizeof(dir), "/run/user/%u", (unsigned)geteuid());
	if (setenv(SESSION, "1", 1) < 0 || setenv("XDG_RUNTIME_DIR", dir, 0) < 0)
		return error_errno(err, "environment");
	return 0;
}

/* BERTH_ROOT without trailing slashes; NULL where it is not set or "/". */
static const char *berth_root(char buf[PATH_MAX], bool *bad)
{
	const char *dir = getenv("BERTH_ROOT");
	size_t len;

	*bad = false;
	if (!dir || !*dir)
		return NULL;
	len = strlen(dir);
	while (len > 0 && dir[len - 1] == '/')
		len--;
	if (len == 0)
		return NULL;
	*bad = dir[0] != '/' || len >= PATH_MAX - 64;
	if (*bad)
		return NULL;
	memcpy(buf, dir, len);
	buf[len] = '\0';
	return buf;
}

/* $NAME/berth, else $HOME/rest/berth. XDG says that a relative path is to be ignored. */
static char *xdg(const char *name, const char *rest, const char *below, struct error *err)
{
	const char *dir = getenv(name), *home = getenv("HOME");
	char *path;

	if (dir && dir[0] == '/') {
		path = str_printf("%s/berth%s", dir, below);
	} else if (home && home[0] == '/') {
		path = str_printf("%s/%s/berth%s", home, rest, below);
	} else {
		error_set(err, ERR_OPERATION_FAILED, "neither %s nor HOME is set: there is no place for the state of your guests", name);
		return NULL;
	}
	if (!path)
		error_errno(err, "%s", name);
	return path;
}

static char *session_path(enum state_root root, struct error *err)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	char *path;

	switch (root) {
	case STATE_LIB:
		return xdg("XDG_STATE_HOME", ".local/state", "", err);
	case STATE_LOG:
		return xdg("XDG_STATE_HOME", ".local/state", "/log", err);
	case STATE_ETC:
		return xdg("XDG_CONFIG_HOME", ".config", "", err);
	case STATE_CACHE:
		return xdg("XDG_CACHE_HOME", ".cache", "", err);
	case STATE_RUN:
		break;
	}
	path = dir && dir[0] == '/' ? str_printf("%s/berth", dir) : str_printf("/run/user/%u/berth", (unsigned)geteuid());
	if (!path)
		error_errno(err, "XDG_RUNTIME_DIR");
	return path;
}

char *state_root_path(enum state_root root, struct error *err)
{
	static const char *const paths[] = {
		[STATE_LIB] = "/var/lib/berth",
		[STATE_RUN] = "/run/berth",
		[STATE_LOG] = "/var/log/berth",
		[STATE_ETC] = "/etc/berth",
		[STATE_CACHE] = "/var/cache/berth",
	};
	char buf[PATH_MAX];
	bool bad;
	const char *dir = berth_root(buf, &bad);
	char *path;

	if (bad) {
		error_set(err, ERR_INVALID_ARG, "BERTH_ROOT=%.200s is not usable: it must be an absolute path", getenv("BERTH_ROOT"));
		return NULL;
	}
	if (!dir && state_is_session())
		return session_path(root, err);
	path = str_printf("%s%s", dir ? dir : "", paths[root]);
	if (!path)
		error_errno(err, "%s", paths[root]);
	return path;
}

const char *state_tag(void)
{
	static char tag[24];
	AUTO_FREE char *path = state_root_path(STATE_RUN, NULL);
	uint32_t hash = 2166136261u;   /* FNV-1a */

	if (!path || !strcmp(path, "/run/berth"))
		return "berth";
	for (const char *p = path; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	snprintf(tag, sizeof(tag), "berth-%08x", hash);
	return tag;
}

char **state_environment(struct error *err)
{
	static const char *const pass[] = { "HOME", "BERTH_ROOT", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME",
		"XDG_CACHE_HOME", SESSION };
	char **env = calloc(ARRAY_LEN(pass) + 3, sizeof(*env));
	size_t n = 0;

	if (env) {
		env[n++] = strdup("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
		env[n++] = strdup("LC_ALL=C");
		for (size_t i = 0; i < ARRAY_LEN(pass) && env[n - 1]; i++) {
			const char *value = getenv(pass[i]);
			if (value)
				env[n++] = str_printf("%s=%s", pass[i], value);
		}
	}
	if (!env || !env[0] || !env[n - 1]) {
		state_environment_free(env);
		error_errno(err, "environment");
		return NULL;
	}
	return env;
}

void state_environment_free(char **env)
{
	for (size_t i = 0; env && env[i]; i++)
		free(env[i]);
	free(env);
}

int state_private_at(int dirfd, const char *name, bool create, struct error *err)
{
	struct stat st;
	bool made = false;
	AUTO_CLOSE int fd = RETRY_EINTR(openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));

	if (fd < 0 && errno == ENOENT && create) {
		made = mkdirat(dirfd, name, 0700) == 0;
		if (!made && errno != EEXIST)
			return error_errno(err, "cannot create directory %s", name);
		fd = RETRY_EINTR(openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
	}
	if (fd < 0 || (made && fchmod(fd, 0700) < 0) || fstat(fd, &st) < 0)
		return error_errno(err, "cannot open directory %s", name);
	errno = EACCES;
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return error_set(err, ERR_ACCESS_DENIED, "directory %s belongs to user %u: not used", name, (unsigned)st.st_uid);
	if (st.st_mode & 022)
		return error_set(err, ERR_ACCESS_DENIED, "directory %s can be written by others (mode %o): not used (put it right with: chmod 700)",
				 name, (unsigned)(st.st_mode & 07777));
	return STEAL_FD(fd);
}

/* Makes what is missing above the last component; those are no secrets of ours. */
static int make_parents(const char *path, struct error *err)
{
	char buf[PATH_MAX];
	size_t len = strlen(path);

	errno = ENAMETOOLONG;
	if (len >= sizeof(buf))
		return error_set(err, ERR_INVALID_ARG, "%.100s...: path too long", path);
	memcpy(buf, path, len + 1);
	for (char *p = strchr(buf + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		if (mkdir(buf, 0700) == 0) {
			if (chmod(buf, state_is_session() ? 0700 : 0755) < 0)
				return error_errno(err, "cannot create directory %s", buf);
		} else if (errno != EEXIST) {
			int r = error_errno(err, "cannot create directory %s", buf);
			if (err && errno == EACCES && state_is_session() && !getenv("XDG_RUNTIME_DIR")) {
				size_t n = strlen(err->text);
				snprintf(err->text + n, sizeof(err->text) - n, " (no login session: let XDG_RUNTIME_DIR name a directory of yours)");
			}
			return r;
		}
		*p = '/';
	}
	return 0;
}

static int open_dir(enum state_root root, const char *kind, bool create, struct error *err)
{
	AUTO_FREE char *path = state_root_path(root, err);
	AUTO_CLOSE int fd = -1;
	int sub;

	if (!path) {
		errno = EINVAL;
		return -1;
	}
	fd = state_private_at(AT_FDCWD, path, false, err);
	if (fd < 0 && errno == ENOENT && create) {
		if (make_parents(path, err) < 0)
			return -1;
		fd = state_private_at(AT_FDCWD, path, true, err);
	}
	if (fd < 0 || !kind || !*kind)
		return STEAL_FD(fd);
	sub = state_private_at(fd, kind, create, err);
	if (sub < 0)
		error_wrap(err, "%s", path);
	return sub;
}

/* What a program that asked for it has opened. Each caller gets a descriptor with a position of its own: some read the directory. */
static struct kept {
	enum state_root root;
	char kind[32];
	int fd;
} kept[8];
static size_t n_kept;
static bool keeps;

void state_keep_open(void)
{
	keeps = true;
}

void state_forget_open(void)
{
	keeps = false;
	n_kept = 0;
}

static void keep(enum state_root root, const char *kind, int fd)
{
	struct kept *k = &kept[n_kept];

	if (n_kept == ARRAY_LEN(kept) || strlen(kind) >= sizeof(k->kind))
		return;
	k->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (k->fd < 0)
		return;
	k->root = root;
	memcpy(k->kind, kind, strlen(kind) + 1);
	n_kept++;
}

int state_open_dir(enum state_root root, const char *kind, bool create, struct error *err)
{
	int fd;

	if (!kind)
		kind = "";
	for (size_t i = 0; i < n_kept; i++)
		if (kept[i].root == root && !strcmp(kept[i].kind, kind) &&
		    (fd = RETRY_EINTR(openat(kept[i].fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC))) >= 0)
			return fd;
	fd = open_dir(root, kind, create, err);
	if (fd >= 0 && keeps)
		keep(root, kind, fd);
	return fd;
}

int state_open_kind(const char *kind, bool create, struct error *err)
{
	return state_open_dir(kind[0] == '.' ? STATE_RUN : STATE_LIB, kind, create, err);
}

ssize_t state_read_small(int dirfd, const char *name, char *buf, size_t size)
{
	struct stat st;
	ssize_t n;
	AUTO_CLOSE int fd = RETRY_EINTR(openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));

	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	n = RETRY_EINTR(read(fd, buf, size));
	if (n < 0)
		return -1;
	if ((size_t)n == size) {
		errno = EFBIG;
		return -1;
	}
	buf[n] = '\0';
	return n;
}

const char *state_boot_id(void)
{
	static char id[STATE_BOOT_ID];
	char buf[64];
	unsigned char uuid[UUID_BYTES];

	if (!id[0] && state_read_small(AT_FDCWD, "/proc/sys/kernel/random/boot_id", buf, sizeof(buf)) > 0 && uuid_parse(buf, uuid) == 0)
		uuid_format(uuid, id);
	return id;
}

const char *state_prefixed(char buf[STATE_NAME_BUF], const char *prefix, const char *file)
{
	snprintf(buf, STATE_NAME_BUF, "%s%s", prefix, file);
	return buf;
}

/* A process that waits for its parent to see that it is dead is dead. */
static bool is_dead(pid_t pid)
{
	AUTO_CLOSE int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return fd < 0 ? errno == ESRCH : RETRY_EINTR(poll(&p, 1, 0)) == 1;
}

/* Whether this is ".X.PID.tmp" of a process that is no more. */
static bool dead_temporary(const char *name)
{
	size_t len = strlen(name);
	const char *end = name + len - 4, *p = end;
	char digits[16];
	uint64_t pid;

	if (name[0] != '.' || len < 7 || strcmp(end, ".tmp"))
		return false;
	while (p > name && p[-1] >= '0' && p[-1] <= '9')
		p--;
	if (p == end || p == name || p[-1] != '.' || (size_t)(end - p) >= sizeof(digits))
		return false;
	memcpy(digits, p, end - p);
	digits[end - p] = '\0';
	if (str_to_u64(digits, INT_MAX, &pid) < 0)
		return false;
	return pid > 0 && (pid_t)pid != getpid() && is_dead((pid_t)pid);
}

int state_sweep(int dirfd, bool keep)
{
	int n = 0, fd = RETRY_EINTR(openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	AUTO_CLOSEDIR DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while ((e = readdir(d))) {
		if (!dead_temporary(e->d_name))
			continue;
		n++;
		if (!keep)
			unlinkat(dirfd, e->d_name, 0);
	}
	return n;
}

char *state_path(enum state_root root, const char *kind, const char *name, const char *file, struct error *err)
{
	AUTO_FREE char *top = state_root_path(root, err);
	AUTO_FREE char *dir = top ? str_encode_name(name, err) : NULL;
	char *path;

	if (!dir)
		return NULL;
	path = str_printf("%s/%s/%s%s%s", top, kind, dir, file && *file ? "/" : "", file ? file : "");
	if (!path)
		error_errno(err, "%s", name);
	return path;
}

int state_open_log(const char *kind, const char *name, const char *suffix, struct error *err)
{
	AUTO_FREE char *enc = str_encode_name(name, err);
	char file[STATE_NAME_BUF + 32];
	struct stat st;
	AUTO_CLOSE int dir = -1, fd = -1;

	if (!enc || (dir = state_open_dir(STATE_LOG, kind, true, err)) < 0)
		return -1;
	snprintf(file, sizeof(file), "%s%s", enc, suffix);
	fd = RETRY_EINTR(openat(dir, file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600));
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_errno(err, "cannot open the log %s", file);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERR_OPERATION_FAILED, "the log %s is not a regular file: not used", file);
	if ((st.st_mode & 07777) != 0600 && fchmod(fd, 0600) < 0)
		return error_errno(err, "cannot open the log %s", file);
	return STEAL_FD(fd);
}

int state_rotate_log(const char *kind, const char *name, const char *suffix, struct error *err)
{
	AUTO_FREE char *enc = str_encode_name(name, err);
	char file[STATE_NAME_BUF + 32], old[STATE_NAME_BUF + 36];
	AUTO_CLOSE int dir = -1;

	if (!enc || (dir = state_open_dir(STATE_LOG, kind, true, err)) < 0)
		return -1;
	snprintf(file, sizeof(file), "%s%s", enc, suffix);
	snprintf(old, sizeof(old), "%s.1", file);
	return renameat(dir, file, dir, old) < 0 ? error_errno(err, "cannot turn the log %s over", file) : 0;
}
