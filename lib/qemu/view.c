/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the processes of a guest see of the file system: the host's, but a /dev of their own, and what their user could not reach. */
#include "qemu/process.h"

#include "util/owner.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#define COVER_MODE 0711   /* of a directory that hides one which the user cannot search */

static bool below_dev(const char *path)
{
	return !strncmp(path, "/dev/", 5) && strncmp(path, "/dev/shm/", 9) && strncmp(path, "/dev/pts/", 9) && strncmp(path, "/dev/hugepages", 14);
}

/* Whether a directory on the way keeps the user out. */
static bool reachable(const char *path, const struct qemu_user *user)
{
	char part[PATH_MAX];
	struct stat st;

	for (const char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(p - path), path);
		if (stat(part, &st) < 0 || !owner_may(&st, user->uid, user->gid, X_OK))
			return false;
	}
	return true;
}

static int add_item(struct qemu_view *v, const char *path, const struct stat *st, int tree, struct error *err)
{
	struct qemu_view_item *more = realloc(v->items, (v->n + 1) * sizeof(*more));
	char *copy = strdup(path);

	if (more)
		v->items = more;
	if (!more || !copy) {
		free(copy);
		if (tree >= 0)
			close(tree);
		return error_errno(err, "%s", path);
	}
	v->items[v->n++] = (struct qemu_view_item){ .path = copy, .tree = tree, .mode = st->st_mode, .rdev = st->st_rdev };
	return 0;
}

int qemu_view_add(struct qemu_view *v, const char *path, struct error *err)
{
	struct stat st;
	int tree;

	if (!v->user.change)
		return 0;
	if (path[0] != '/')
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "'%s' is no absolute path", path);
	if (strlen(path) >= PATH_MAX)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "a path of %zu bytes is too long", strlen(path));
	if (stat(path, &st) < 0)
		return error_errno(err, "cannot open %s", path);
	if (below_dev(path) && (S_ISBLK(st.st_mode) || S_ISCHR(st.st_mode)))
		return add_item(v, path, &st, -1, err);
	if (reachable(path, &v->user))
		return 0;
	tree = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0)
		return error_errno(err, "user %u cannot reach %s, and it cannot be mounted for him", v->user.uid, path);
	return add_item(v, path, &st, tree, err);
}

void qemu_view_clear(struct qemu_view *v)
{
	for (size_t i = 0; i < v->n; i++) {
		free(v->items[i].path);
		if (v->items[i].tree >= 0)
			close(v->items[i].tree);
	}
	free(v->items);
	v->items = NULL;
	v->n = 0;
}

/* From here on everything runs in a child that shares its parent's memory: nothing but system calls and the stack. */

/* Makes the directories above a path in the view: one that the user cannot search is hidden under one that he can. */
static int make_way(const char *path, const struct qemu_user *user)
{
	char part[PATH_MAX];
	struct stat st;

	for (size_t i = 1; path[i]; i++) {
		if (path[i] != '/')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, COVER_MODE) == 0)
			chmod(part, COVER_MODE);
		else if (errno != EEXIST && errno != EROFS)
			return -1;
		if (stat(part, &st) < 0)
			return -1;
		if (!owner_may(&st, user->uid, user->gid, X_OK) && mount("berth", part, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0711,size=1m") < 0)
			return -1;
	}
	return 0;
}

static int show(const struct qemu_view_item *item, const struct qemu_user *user)
{
	struct stat there, have;

	if (make_way(item->path, user) < 0)
		return -1;
	if (item->tree < 0) {
		if (mknod(item->path, (item->mode & S_IFMT) | 0600, item->rdev) < 0 && errno != EEXIST)
			return -1;
		return chown(item->path, user->uid, user->gid);
	}
	if (fstat(item->tree, &have) < 0)
		return -1;
	if (stat(item->path, &there) == 0 && there.st_dev == have.st_dev && there.st_ino == have.st_ino)
		return 0;
	if (S_ISDIR(item->mode)) {
		if (mkdir(item->path, COVER_MODE) < 0 && errno != EEXIST)
			return -1;
	} else {
		int fd = open(item->path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0)
			return -1;
		close(fd);
	}
	return (int)syscall(SYS_move_mount, item->tree, "", AT_FDCWD, item->path, MOVE_MOUNT_F_EMPTY_PATH);
}

/* Facts: Documentation/admin-guide/devices.txt of the kernel. */
static const struct {
	const char *path;
	unsigned major, minor;
	mode_t mode;
	bool optional;   /* made where the host has it */
} nodes[] = {
	{ "/dev/null", 1, 3, 0666, false },
	{ "/dev/zero", 1, 5, 0666, false },
	{ "/dev/full", 1, 7, 0666, false },
	{ "/dev/random", 1, 8, 0666, false },
	{ "/dev/urandom", 1, 9, 0666, false },
	{ "/dev/ptmx", 5, 2, 0666, false },
	{ "/dev/kvm", 10, 232, 0666, true },
};

static const struct { const char *to, *path; } links[] = {
	{ "/proc/self/fd", "/dev/fd" },
	{ "/proc/self/fd/0", "/dev/stdin" },
	{ "/proc/self/fd/1", "/dev/stdout" },
	{ "/proc/self/fd/2", "/dev/stderr" },
};

static const char *const kept[] = { "/dev/pts", "/dev/shm", "/dev/hugepages", "/dev/mqueue" };

static int own_dev(void)
{
	int trees[ARRAY_LEN(kept)], r = 0;
	bool has[ARRAY_LEN(nodes)];

	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		trees[i] = (int)syscall(SYS_open_tree, AT_FDCWD, kept[i], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	for (size_t i = 0; i < ARRAY_LEN(nodes); i++)
		has[i] = !nodes[i].optional || access(nodes[i].path, F_OK) == 0;
	if (mount("devfs", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=1m") < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(kept) && r == 0; i++) {
		if (trees[i] < 0)
			continue;
		r = mkdir(kept[i], 0755);
		if (r == 0)
			r = (int)syscall(SYS_move_mount, trees[i], "", AT_FDCWD, kept[i], MOVE_MOUNT_F_EMPTY_PATH);
		close(trees[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(nodes) && r == 0; i++) {
		if (!has[i])
			continue;
		r = mknod(nodes[i].path, S_IFCHR | nodes[i].mode, makedev(nodes[i].major, nodes[i].minor));
		if (r == 0)
			r = chmod(nodes[i].path, nodes[i].mode);
	}
	for (size_t i = 0; i < ARRAY_LEN(links) && r == 0; i++)
		r = symlink(links[i].to, links[i].path);
	return r;
}

static int show_all(const struct qemu_view *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (show(&v->items[i], &v->user) < 0)
			return -1;
	return 0;
}

int qemu_view_enter(const struct qemu_view *v)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 || own_dev() < 0)
		return -1;
	return show_all(v);
}

int qemu_view_extend(const struct qemu_view *v, int pidfd, pid_t pid, struct error *err)
{
	int status = 0;
	pid_t child;

	if (v->n == 0)
		return 0;
	/* setns(2) by pidfd: the process cannot be another by now */
	child = fork();
	if (child == 0)
		_exit(setns(pidfd, CLONE_NEWNS) < 0 || show_all(v) < 0 ? errno : 0);
	if (child < 0)
		return error_errno(err, "process %d", (int)pid);
	RETRY_EINTR(waitpid(child, &status, 0));
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
	return status ? error_errno(err, "cannot show %s to the guest's process", v->items[0].path) : 0;
}
