/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pieces of a container that the caller's side makes, with nothing attached anywhere. */
#include "lxc/build_impl.h"
#include "lxc/image.h"
#include "lxc/mount.h"
#include "lxc/session.h"
#include "state/state.h"
#include "util/process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#define TTY_GROUP 5   /* "tty" by convention, as devpts wants it for its nodes */

void lxc_pieces_init(struct lxc_pieces *p)
{
	p->root = p->dev = p->pts = p->shm = p->slave = p->launcher = p->proc = p->sys = p->empty = p->inside = -1;
	for (int i = 0; i < LXC_CONSOLES_MAX; i++)
		p->master[i] = -1;
	for (int i = 0; i < LXC_MOUNTS_MAX; i++)
		p->mounts[i] = -1;
	for (int i = 0; i < LXC_NODES; i++)
		p->nodes[i] = -1;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void lxc_pieces_close(struct lxc_pieces *p)
{
	int *fds[] = { &p->root, &p->dev, &p->pts, &p->shm, &p->slave, &p->launcher, &p->proc, &p->sys, &p->empty, &p->inside };

	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close_one(fds[i]);
	for (int i = 0; i < LXC_MOUNTS_MAX; i++)
		close_one(&p->mounts[i]);
	for (int i = 0; i < LXC_NODES; i++)
		close_one(&p->nodes[i]);
}

uid_t lxc_map_id(const struct lxc_idmap *map, size_t n, uint32_t id)
{
	for (size_t i = 0; i < n; i++)
		if (id >= map[i].start && id - map[i].start < map[i].count)
			return map[i].target + (id - map[i].start);
	return n ? (uid_t)-1 : id;
}

/* Opens a source of the host once, without following a link that somebody put in its place; everything after works on the
 * descriptor. */
static int open_source(const char *path, struct stat *st, struct error *err)
{
	struct open_how how = { .flags = O_PATH | O_NOFOLLOW | O_CLOEXEC, .resolve = RESOLVE_NO_MAGICLINKS };
	AUTO_CLOSE int fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));

	if (fd < 0 || fstat(fd, st) < 0)
		return error_errno(err, "cannot open %s", path);
	if (S_ISLNK(st->st_mode))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s is a symbolic link: not followed, name its target instead", path);
	return STEAL_FD(fd);
}

static int clone_source(const char *path, bool recursive, unsigned attr, bool *is_dir, struct error *err)
{
	struct stat st;
	AUTO_CLOSE int fd = open_source(path, &st, err);
	int tree;

	if (fd < 0)
		return -1;
	*is_dir = S_ISDIR(st.st_mode);
	tree = mount_clone(fd, "", recursive, attr, err);
	return tree < 0 ? error_wrap(err, "%s", path) : tree;
}

int lxc_mount_make(const struct lxc_mount *m, bool *is_dir, struct error *err)
{
	unsigned attr = m->readonly ? MOUNT_ATTR_RDONLY : 0;
	char size[32];
	const char *options[] = { "mode", "0755", m->usage ? "size" : NULL, size, NULL };
	int tree;

	*is_dir = true;
	snprintf(size, sizeof(size), "%" PRIu64, m->usage);
	if (m->type == LXC_MOUNT_HOST)
		tree = clone_source(m->source, false, attr, is_dir, err);
	else if (m->type == LXC_MOUNT_RAM)
		tree = mount_new("tmpfs", options, attr | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, err);
	else
		tree = lxc_image_mount(m->source, m->type == LXC_MOUNT_BLOCK, attr, err);
	return tree < 0 ? error_wrap(err, "file system for %s", m->target) : tree;
}

static int make_mounts(const struct lxc_spec *spec, struct lxc_pieces *p, struct error *err)
{
	if (spec->n_mounts > LXC_MOUNTS_MAX)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "more than %d file systems", LXC_MOUNTS_MAX);
	for (size_t i = 0; i < spec->n_mounts; i++) {
		p->mount_is_dir[i] = true;
		if (spec->mounts[i].type != LXC_MOUNT_BIND && (p->mounts[i] = lxc_mount_make(&spec->mounts[i], &p->mount_is_dir[i], err)) < 0)
			return -1;
	}
	return 0;
}

const char *const lxc_node_names[LXC_NODES] = { "null", "zero", "full", "random", "urandom", "tty" };
static const struct { int major, minor; } node_numbers[LXC_NODES] = { { 1, 3 }, { 1, 5 }, { 1, 7 }, { 1, 8 }, { 1, 9 }, { 5, 0 } };

static const struct {
	const char *name, *target;
} links[] = {
	{ "ptmx", "pts/ptmx" }, { "fd", "/proc/self/fd" }, { "stdin", "fd/0" }, { "stdout", "fd/1" }, { "stderr", "fd/2" },
	{ "console", "pts/0" },
};

/* One that only root could make is the host's own, put onto a file later. */
static int make_node(struct lxc_pieces *p, size_t i, struct error *err)
{
	char path[32];

	if (mknodat(p->dev, lxc_node_names[i], S_IFCHR | 0666, makedev(node_numbers[i].major, node_numbers[i].minor)) == 0)
		return 0;
	if (errno != EPERM || mknodat(p->dev, lxc_node_names[i], S_IFREG | 0666, 0) < 0)
		return error_errno(err, "cannot make /dev/%s", lxc_node_names[i]);
	snprintf(path, sizeof(path), "/dev/%s", lxc_node_names[i]);
	p->nodes[i] = mount_clone(AT_FDCWD, path, false, 0, err);
	return p->nodes[i] < 0 ? -1 : 0;
}

/* Fills /dev. Everything in it belongs to the container's root. */
static int fill_dev(const struct lxc_spec *spec, struct lxc_pieces *p, uid_t uid, gid_t gid, struct error *err)
{
	bool mapped = spec->n_uid_map || spec->n_gid_map;
	char name[16], target[16];
	int dev = p->dev;

	for (size_t i = 0; i < LXC_NODES; i++) {
		if (make_node(p, i, err) < 0)
			return -1;
		if (mapped && fchownat(dev, lxc_node_names[i], uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
			return error_errno(err, "cannot make /dev/%s", lxc_node_names[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(links); i++)
		if (symlinkat(links[i].target, dev, links[i].name) < 0)
			return error_errno(err, "cannot make /dev/%s", links[i].name);
	for (unsigned i = 0; i < spec->consoles; i++) {
		snprintf(name, sizeof(name), "tty%u", i + 1);
		snprintf(target, sizeof(target), "pts/%u", i);
		if (symlinkat(target, dev, name) < 0)
			return error_errno(err, "cannot make /dev/%s", name);
	}
	if (mkdirat(dev, "pts", 0755) < 0 || mkdirat(dev, "shm", 0755) < 0)
		return error_errno(err, "cannot make /dev/pts");
	return 0;
}

static int make_dev(const struct lxc_spec *spec, struct lxc_pieces *p, uid_t uid, gid_t gid, struct error *err)
{
	char u[16], g[16], tty[16];
	const char *dev[] = { "mode", "0755", "size", "64k", "nr_inodes", "1024", "uid", u, "gid", g, NULL };
	const char *shm[] = { "mode", "1777", "size", "64m", "uid", u, "gid", g, NULL };
	const char *pts[] = { "mode", "0620", "ptmxmode", "0666", "gid", tty, NULL };
	uid_t group = state_is_session() && lxc_session_single() ? 0 : lxc_map_id(spec->gid_map, spec->n_gid_map, TTY_GROUP);

	snprintf(u, sizeof(u), "%u", uid);
	snprintf(g, sizeof(g), "%u", gid);
	snprintf(tty, sizeof(tty), "%u", group == (uid_t)-1 ? gid : group);
	p->dev = mount_new("tmpfs", dev, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, err);
	if (p->dev < 0 || fill_dev(spec, p, uid, gid, err) < 0)
		return -1;
	p->shm = mount_new("tmpfs", shm, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, err);
	if (p->shm < 0)
		return -1;
	p->pts = mount_new("devpts", pts, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, err);
	return p->pts < 0 ? -1 : 0;
}

static int make_devices(const struct lxc_spec *spec, const struct lxc_planner *planner, struct lxc_pieces *p, uid_t uid, gid_t gid, struct error *err)
{
	if (spec->n_devices > LXC_DEVICES_MAX)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "more than %d devices of the host", LXC_DEVICES_MAX);
	for (size_t i = 0; i < spec->n_devices; i++)
		if (lxc_device_connect(&spec->devices[i], planner, err) < 0 || lxc_device_look(&spec->devices[i], &p->devices[i], err) < 0 ||
		    lxc_device_node(&spec->devices[i], &p->devices[i], p->dev, uid, gid, err) < 0)
			return -1;
	return 0;
}

static int make_root(const struct lxc_spec *spec, struct lxc_pieces *p, struct error *err)
{
	const struct lxc_mount *m = &spec->root;
	bool is_dir = true;

	/* a directory is made read-only when the mount points in it have been made */
	if (m->type == LXC_MOUNT_HOST)
		p->root = clone_source(m->source, true, 0, &is_dir, err);
	else
		p->root = lxc_image_mount(m->source, m->type == LXC_MOUNT_BLOCK, m->readonly ? MOUNT_ATTR_RDONLY : 0, err);
	if (p->root < 0)
		return error_wrap(err, "root file system");
	return is_dir ? 0 : error_set(err, ERR_CONFIG_UNSUPPORTED, "root file system: %s is not a directory", m->source);
}

/* A console: a pty of the container's own instance. The slave is had from the master, not from a path. */
static int make_consoles(const struct lxc_spec *spec, struct lxc_pieces *p, uid_t uid, gid_t gid, struct error *err)
{
	bool mapped = spec->n_uid_map || spec->n_gid_map;
	int unlock = 0;

	for (unsigned i = 0; i < spec->consoles; i++) {
		AUTO_CLOSE int slave = -1;
		p->master[i] = openat(p->pts, "ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
		if (p->master[i] < 0 || ioctl(p->master[i], TIOCSPTLCK, &unlock) < 0)
			return error_errno(err, "cannot make console %u", i);
		if (i > 0 && !mapped)
			continue;
		slave = ioctl(p->master[i], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (slave < 0 || (mapped && fchown(slave, uid, gid) < 0))
			return error_errno(err, "cannot make console %u", i);
		if (i == 0)
			p->slave = STEAL_FD(slave);
	}
	return 0;
}

static int make_launcher(struct lxc_pieces *p, struct error *err)
{
	AUTO_FREE char *path = process_helper_path("init-launcher", err);

	if (!path)
		return -1;
	p->launcher = process_sealed_copy(path, err);
	return p->launcher < 0 ? -1 : 0;
}

int lxc_pieces_make(const struct lxc_spec *spec, const struct lxc_planner *planner, struct lxc_pieces *p, struct error *err)
{
	uid_t uid = lxc_map_id(spec->uid_map, spec->n_uid_map, 0), gid = lxc_map_id(spec->gid_map, spec->n_gid_map, 0);
	mode_t mask = umask(0);
	int r = -1;

	if (uid == (uid_t)-1 || gid == (gid_t)-1)
		error_set(err, ERR_CONFIG_UNSUPPORTED, "the id map gives the container no user or group 0");
	else if (make_root(spec, p, err) == 0 && make_dev(spec, p, uid, gid, err) == 0 && make_devices(spec, planner, p, uid, gid, err) == 0 &&
		 make_consoles(spec, p, uid, gid, err) == 0 &&
		 make_mounts(spec, p, err) == 0 && make_launcher(p, err) == 0 && seccomp_guest(spec->capabilities, &p->filter, err) == 0)
		r = 0;
	umask(mask);
	return r;
}
