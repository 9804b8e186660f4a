/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/mount.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

int mount_new(const char *fstype, const char *const *options, unsigned attr, struct error *err)
{
	AUTO_CLOSE int fs = fsopen(fstype, FSOPEN_CLOEXEC);
	int fd;

	if (fs < 0)
		return error_errno(err, "cannot make a %s", fstype);
	for (; options && options[0]; options += 2)
		if (fsconfig(fs, FSCONFIG_SET_STRING, options[0], options[1], 0) < 0)
			return error_errno(err, "cannot make a %s with %s=%s", fstype, options[0], options[1]);
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 || (fd = fsmount(fs, FSMOUNT_CLOEXEC, attr)) < 0)
		return error_errno(err, "cannot make a %s", fstype);
	return fd;
}

int mount_clone(int dirfd, const char *path, bool recursive, unsigned attr, struct error *err)
{
	struct mount_attr a = { .attr_set = attr, .propagation = MS_PRIVATE };
	unsigned below = recursive ? AT_RECURSIVE : 0;
	AUTO_CLOSE int fd = open_tree(dirfd, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | below);

	if (fd < 0 || mount_setattr(fd, "", AT_EMPTY_PATH | below, &a, sizeof(a)) < 0)
		return error_errno(err, "cannot clone the mount %s", path);
	return STEAL_FD(fd);
}

int mount_attach(int tree, int target)
{
	return move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

static int open_how(int root, const char *path, uint64_t flags, bool links)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | (links ? 0 : RESOLVE_NO_SYMLINKS),
	};
	long fd;

	/* EAGAIN: somebody renames directories while the path is walked; a hostile container can do so for ever */
	for (int i = 0; i < 64; i++) {
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return (int)fd;
}

int mount_open_inside(int root, const char *path, int flags, bool links)
{
	return open_how(root, path, O_PATH | flags, links);
}

int mount_open_file_inside(int root, const char *path)
{
	struct stat st;
	AUTO_CLOSE int fd = open_how(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, true);

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	return STEAL_FD(fd);
}

/* Makes one missing component and opens it. */
static int make_component(int parent, const char *name, bool directory)
{
	struct stat st;

	if (directory) {
		if (mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
			return -1;
	} else {
		AUTO_CLOSE int f = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
		if (f < 0 && errno != EEXIST)
			return -1;
	}
	AUTO_CLOSE int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -1;
	/* a link that was swapped in between is not followed */
	if (S_ISLNK(st.st_mode)) {
		errno = ELOOP;
		return -1;
	}
	return STEAL_FD(fd);
}

int mount_point_inside(int root, const char *path, bool directory, struct error *err)
{
	char part[PATH_MAX];
	size_t len = strlen(path);
	AUTO_CLOSE int at = mount_open_inside(root, path, directory ? O_DIRECTORY : 0, true);

	if (at >= 0)
		return STEAL_FD(at);
	if (errno != ENOENT || len >= sizeof(part))
		return error_errno(err, "cannot mount on %s in the container", path);
	at = mount_open_inside(root, "/", O_DIRECTORY, true);
	for (const char *p = path, *end; at >= 0 && *p; p = end) {
		p += strspn(p, "/");
		end = p + strcspn(p, "/");
		if (p == end)
			break;
		bool last = end[strspn(end, "/")] == '\0';
		snprintf(part, sizeof(part), "%.*s", (int)(end - path), path);
		int next = mount_open_inside(root, part, 0, true);
		if (next < 0 && errno == ENOENT) {
			snprintf(part, sizeof(part), "%.*s", (int)(end - p), p);
			if (!strcmp(part, "..") || !strcmp(part, "."))
				errno = EINVAL;
			else
				next = make_component(at, part, directory || !last);
		}
		close(at);
		at = next;
	}
	if (at < 0)
		return error_errno(err, "cannot make the mount point %s in the container", path);
	return STEAL_FD(at);
}
