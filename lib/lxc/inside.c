/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The child's part: from its birth in new namespaces to the exec of init. */
#include "lxc/build_impl.h"
#include "lxc/mount.h"

#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static void say(const struct lxc_child *child, char what)
{
	/* a supervisor that has died meanwhile has no more to be told */
	(void)!RETRY_EINTR(send(child->socket, &what, 1, MSG_NOSIGNAL));
}

/* Waits for a byte of our parent's. When it died without one, nobody is left to run for. */
static void hear(const struct lxc_child *child, char what)
{
	struct pollfd p[2] = { { .fd = child->socket, .events = POLLIN }, { .fd = child->parent_pidfd, .events = POLLIN } };
	char c = 0;

	do {
		if (RETRY_EINTR(poll(p, 2, -1)) < 0)
			_exit(126);
	} while (!p[0].revents && !p[1].revents);
	if (RETRY_EINTR(recv(child->socket, &c, 1, MSG_DONTWAIT)) != 1 || c != what)
		_exit(126);
}

static int loopback_up(struct error *err)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	AUTO_CLOSE int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (s < 0 || ioctl(s, SIOCSIFFLAGS, &ifr) < 0)
		return error_errno(err, "cannot bring up the container's loopback interface");
	return 0;
}

/* The host name: the guest's, as far as it can be one. */
static int set_hostname(const char *name, struct error *err)
{
	char host[65];
	size_t n = 0;

	for (; *name && n < sizeof(host) - 1; name++) {
		char c = *name;
		bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (n && (c == '-' || c == '.'));
		host[n++] = fine ? c : '-';
	}
	return sethostname(host, n) < 0 ? error_errno(err, "cannot set the container's host name") : 0;
}

/* What takes long and needs nothing from our parent, who meanwhile makes the pieces. */
static int own_namespaces(const struct lxc_child *child, struct error *err)
{
	const struct lxc_spec *spec = child->spec;

	/* early: with it the scheduler puts us into a group of our own, and on a busy machine at the end of the queue */
	if (setsid() < 0)
		return error_errno(err, "cannot make a session");
	if (spec->private_net && !spec->n_nets && unshare(CLONE_NEWNET) < 0)
		return error_errno(err, "cannot make a network namespace");
	if (spec->private_net && loopback_up(err) < 0)
		return -1;
	if (!spec->shares[LXC_SHARED_UTS].with && set_hostname(spec->name, err) < 0)
		return -1;
	/* no mount of ours is seen by the host, nor one of the host's by us from here on */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_errno(err, "cannot make the mounts private");
	child->pieces->proc = mount_new("proc", NULL, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, err);
	if (child->pieces->proc < 0)
		return -1;
	/* a user namespace without a network of its own may not make a sysfs: it gets the host's */
	unsigned attr = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	if (spec->n_uid_map && !spec->private_net)
		child->pieces->sys = mount_clone(AT_FDCWD, "/sys", true, attr, err);
	else
		child->pieces->sys = mount_new("sysfs", NULL, attr, err);
	return child->pieces->sys < 0 ? -1 : 0;
}

/* Whoever enters the mount namespace begins at its own root. Made within a chroot it is the host's still, whatever became of ours. */
static int check_root(const struct lxc_child *child, int namespace, struct error *err)
{
	struct stat ours, entered;

	if (setns(namespace, CLONE_NEWNS) < 0 || stat("/", &entered) < 0 || fstat(child->pieces->inside, &ours) < 0)
		return error_errno(err, "cannot see the container's root");
	if (ours.st_dev != entered.st_dev || ours.st_ino != entered.st_ino)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "a container cannot be made in a chroot: the tree around it could be reached from inside");
	return 0;
}

static int change_root(const struct lxc_child *child, struct error *err)
{
	AUTO_CLOSE int host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSE int namespace = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int tree = child->pieces->root;

	/* The tree goes onto the host's root directory, becomes the root by pivot_root, and the host's tree, which is then above it
	 * at the same place, is taken away. No name is involved. */
	if (host < 0 || namespace < 0 || mount_attach(tree, host) < 0 || fchdir(tree) < 0 ||
	    syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return error_errno(err, "cannot change to the root file system %s", child->spec->root.source);
	child->pieces->inside = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return child->pieces->inside < 0 ? error_errno(err, "cannot open the container's root") : check_root(child, namespace, err);
}

/* The mount points that every container has: a link in their place would let the image choose where its /proc is. */
static int attach_fixed(const struct lxc_child *child, int tree, const char *path, struct error *err)
{
	AUTO_CLOSE int at = mount_open_inside(child->pieces->inside, path, O_DIRECTORY, false);

	if (at < 0 && errno == ELOOP)
		return error_set(err, ERR_OPERATION_FAILED, "%s in the container's root file system is a symbolic link: refused", path);
	if (at < 0 && errno == ENOENT)
		at = mount_point_inside(child->pieces->inside, path, true, err);
	else if (at < 0)
		return error_errno(err, "%s in the container's root file system", path);
	if (at < 0)
		return -1;
	return mount_attach(tree, at) < 0 ? error_errno(err, "cannot mount the container's %s", path) : 0;
}

/* Puts a copy of what `tree` shows over a path below a directory of a file system that is the kernel's own. A path that this kernel does not have
 * needs no cover. `tree` must be attached somewhere: kernels before 6.15 copy nothing else. */
static int hide(int dir, const char *path, int tree, struct error *err)
{
	AUTO_CLOSE int at = openat(dir, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	AUTO_CLOSE int copy = -1;

	if (at < 0)
		return errno == ENOENT ? 0 : error_errno(err, "cannot hide %s", path);
	copy = open_tree(tree, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	return copy < 0 || mount_attach(copy, at) < 0 ? error_errno(err, "cannot hide %s", path) : 0;
}

/* Puts a read-only copy of the path over itself. */
static int make_read_only(int dir, const char *path, struct error *err)
{
	struct mount_attr ro = { .attr_set = MOUNT_ATTR_RDONLY };
	AUTO_CLOSE int at = openat(dir, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	AUTO_CLOSE int copy = -1;

	if (at < 0)
		return errno == ENOENT ? 0 : error_errno(err, "cannot protect %s", path);
	copy = open_tree(at, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (copy < 0 || mount_setattr(copy, "", AT_EMPTY_PATH, &ro, sizeof(ro)) < 0 || mount_attach(copy, at) < 0)
		return error_errno(err, "cannot protect %s", path);
	return 0;
}

/* What tells of the host or could change it. */
static const char *const read_only[] = { "bus", "fs", "irq", "sysrq-trigger", "sys" };
static const char *const hidden_files[] = { "kcore", "keys", "timer_list", "latency_stats" };
static const char *const hidden_dirs[] = { "acpi", "scsi" };
static const char *const hidden_sys[] = { "firmware", "devices/virtual/powercap" };

/* Covers directories with one empty file system: itself on the first that there is, its copies on the others. */
static int hide_dirs(const struct lxc_child *child, int dir, const char *const *paths, size_t n, struct error *err)
{
	static const char *const options[] = { "mode", "0555", "nr_inodes", "2", NULL };
	unsigned attr = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	int *empty = &child->pieces->empty;

	for (size_t i = 0; i < n; i++) {
		if (*empty >= 0) {
			if (hide(dir, paths[i], *empty, err) < 0)
				return -1;
			continue;
		}
		AUTO_CLOSE int at = openat(dir, paths[i], O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
		if (at < 0 && errno == ENOENT)
			continue;
		if (at < 0 || (*empty = mount_new("tmpfs", options, attr, err)) < 0 || mount_attach(*empty, at) < 0)
			return error_errno(err, "cannot hide %s", paths[i]);
	}
	return 0;
}

static int guard_kernel_files(const struct lxc_child *child, struct error *err)
{
	AUTO_CLOSE int null = openat(child->pieces->dev, "null", O_PATH | O_CLOEXEC);
	AUTO_CLOSE int net = -1;

	if (null < 0)
		return error_errno(err, "/dev/null");
	/* a network of its own keeps its own settings writable */
	if (child->spec->private_net) {
		net = openat(child->pieces->proc, "sys/net", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (net < 0)
			return error_errno(err, "/proc/sys/net");
	}
	for (size_t i = 0; i < ARRAY_LEN(read_only); i++)
		if (make_read_only(child->pieces->proc, read_only[i], err) < 0)
			return -1;
	for (size_t i = 0; i < ARRAY_LEN(hidden_files); i++)
		if (hide(child->pieces->proc, hidden_files[i], null, err) < 0)
			return -1;
	if (net >= 0 && hide(child->pieces->proc, "sys/net", net, err) < 0)
		return -1;
	if (hide_dirs(child, child->pieces->proc, hidden_dirs, ARRAY_LEN(hidden_dirs), err) < 0)
		return -1;
	return hide_dirs(child, child->pieces->sys, hidden_sys, ARRAY_LEN(hidden_sys), err);
}

/* What a systemd looks for: its own control groups, as the root of the version 2 hierarchy. Limits are not its to change: on a hybrid host version 1 has them;
 * else the kernel guards the files of a delegated root (nsdelegate), and where it does not it gets no writable ones. */
static int attach_cgroups(const struct lxc_child *child, struct error *err)
{
	unsigned attr = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | (child->cgroups_writable ? 0 : MOUNT_ATTR_RDONLY);
	AUTO_CLOSE int at = openat(child->pieces->sys, "fs/cgroup", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	AUTO_CLOSE int groups = at < 0 || !child->has_v2 ? -1 : mount_new("cgroup2", NULL, attr, err);

	if (at < 0 || !child->has_v2)
		return 0;
	if (groups < 0)
		return -1;
	return mount_attach(groups, at) < 0 ? error_errno(err, "cannot mount the container's control groups") : 0;
}

static int attach_devices(const struct lxc_child *child, struct error *err)
{
	const struct lxc_pieces *p = child->pieces;
	AUTO_CLOSE int pts = openat(p->dev, "pts", O_PATH | O_CLOEXEC), shm = openat(p->dev, "shm", O_PATH | O_CLOEXEC);

	if (attach_fixed(child, p->dev, "/dev", err) < 0)
		return -1;
	for (size_t i = 0; i < LXC_NODES; i++) {
		AUTO_CLOSE int node = p->nodes[i] < 0 ? -1 : openat(p->dev, lxc_node_names[i], O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (p->nodes[i] >= 0 && (node < 0 || mount_attach(p->nodes[i], node) < 0))
			return error_errno(err, "cannot mount the container's /dev/%s", lxc_node_names[i]);
	}
	if (pts < 0 || shm < 0 || mount_attach(p->pts, pts) < 0 || mount_attach(p->shm, shm) < 0)
		return error_errno(err, "cannot mount the container's /dev/pts");
	return 0;
}

static int attach_mounts(const struct lxc_child *child, struct error *err)
{
	const struct lxc_spec *spec = child->spec;

	for (size_t i = 0; i < spec->n_mounts; i++) {
		const struct lxc_mount *m = &spec->mounts[i];
		AUTO_CLOSE int copy = -1;
		bool is_dir = child->pieces->mount_is_dir[i];
		int tree = child->pieces->mounts[i];

		if (m->type == LXC_MOUNT_BIND) {
			struct stat st;
			AUTO_CLOSE int from = mount_open_inside(child->pieces->inside, m->source, 0, true);
			if (from < 0 || fstat(from, &st) < 0)
				return error_errno(err, "cannot bind %s in the container", m->source);
			tree = copy = mount_clone(from, "", false, m->readonly ? MOUNT_ATTR_RDONLY : 0, err);
			is_dir = S_ISDIR(st.st_mode);
			if (copy < 0)
				return -1;
		}
		AUTO_CLOSE int at = mount_point_inside(child->pieces->inside, m->target, is_dir, err);
		if (at < 0)
			return -1;
		if (mount_attach(tree, at) < 0)
			return error_errno(err, "cannot mount on %s in the container", m->target);
	}
	return 0;
}

static int make_tree(const struct lxc_child *child, struct error *err)
{
	struct mount_attr ro = { .attr_set = MOUNT_ATTR_RDONLY };

	if (change_root(child, err) < 0 ||
	    attach_fixed(child, child->pieces->proc, "/proc", err) < 0 || attach_fixed(child, child->pieces->sys, "/sys", err) < 0 ||
	    attach_cgroups(child, err) < 0 || attach_devices(child, err) < 0 || guard_kernel_files(child, err) < 0 || attach_mounts(child, err) < 0)
		return -1;
	/* last, since mount points may have been missing */
	if (child->spec->root.readonly && mount_setattr(child->pieces->inside, "", AT_EMPTY_PATH, &ro, sizeof(ro)) < 0)
		return error_errno(err, "cannot make the root file system read-only");
	return 0;
}

/* The console is all that init has: descriptors 0, 1 and 2, and its controlling terminal. */
static int take_console(struct lxc_child *child, struct error *err)
{
	int slave = child->pieces->slave, keep = child->socket, watch = child->parent_pidfd, launcher = child->pieces->launcher;

	/* from here on our descriptors are our own; nothing of our parent's is changed by what follows */
	if (unshare(CLONE_FILES) < 0)
		return error_errno(err, "cannot part from the supervisor's descriptors");
	/* the numbers below 6 are free to be overwritten once what is needed is above them */
	if ((slave = fcntl(slave, F_DUPFD_CLOEXEC, 6)) < 0 || (keep = fcntl(keep, F_DUPFD_CLOEXEC, 6)) < 0 ||
	    (watch = fcntl(watch, F_DUPFD_CLOEXEC, 6)) < 0 || (launcher = fcntl(launcher, F_DUPFD_CLOEXEC, 6)) < 0)
		return error_errno(err, "descriptors");
	for (int fd = 0; fd < 3; fd++)
		if (dup2(slave, fd) < 0)
			return error_errno(err, "descriptors");
	if (dup2(keep, 3) < 0 || dup3(watch, 4, O_CLOEXEC) < 0 || dup3(launcher, 5, O_CLOEXEC) < 0 || syscall(SYS_close_range, 6, ~0U, 0) < 0)
		return error_errno(err, "descriptors");
	child->socket = 3;
	child->parent_pidfd = 4;
	child->launcher = 5;
	if (ioctl(0, TIOCSCTTY, 0) < 0)
		return error_errno(err, "cannot get a controlling terminal");
	return 0;
}

static int run_init(struct lxc_child *child, struct error *err)
{
	static struct seccomp_program filter;
	const struct lxc_spec *spec = child->spec;
	struct lxc_identity id;
	char **argv;
	size_t n = 0;

	while (spec->argv[n])
		n++;
	argv = calloc(n + 2, sizeof(*argv));
	if (!argv)
		return error_errno(err, "init");
	argv[0] = spec->init;
	memcpy(argv + 1, spec->argv, n * sizeof(*argv));
	memcpy(&filter, &child->pieces->filter, sizeof(filter));
	if (lxc_identity_find(child->pieces->inside, spec->user, spec->group, spec->name, spec->uuid, spec->cmdline, spec->env, &id, err) < 0 ||
	    take_console(child, err) < 0)
		return -1;
	if (spec->dir && chdir(spec->dir) < 0)
		return error_errno(err, "cannot change to the directory %s in the container", spec->dir);
	if (spec->memory_policy && syscall(SYS_set_mempolicy, spec->memory_policy, spec->memory_nodes, LXC_NODES_MAX) < 0)
		return error_errno(err, "cannot set the memory policy (<numatune>)");
	if (lxc_identity_become(&id, spec->capabilities, &filter, err) < 0)
		return -1;
	/* setuid has taken the parent's death signal away in some cases; from here on the container may live without its supervisor */
	if (prctl(PR_SET_PDEATHSIG, 0) < 0)
		return error_errno(err, "prctl");
	if (child->paused) {
		say(child, LXC_SAID_HELD);
		hear(child, LXC_SAY_RUN);
	}
	say(child, LXC_SAID_EXEC);
	syscall(SYS_execveat, child->launcher, "", argv, id.env, AT_EMPTY_PATH);
	return error_errno(err, "cannot run the launcher of %s", spec->init);
}

static int settle_network(const struct lxc_spec *spec, struct error *err)
{
	AUTO_NETLINK struct netlink *nl = netlink_open(err);

	for (size_t i = 0; nl && i < spec->n_nets; i++)
		if (lxc_net_settle(nl, &spec->nets[i], err) < 0)
			return -1;
	return nl ? 0 : -1;
}

static int build(struct lxc_child *child, struct error *err)
{
	const struct lxc_spec *spec = child->spec;

	if (own_namespaces(child, err) < 0)
		return -1;
	hear(child, LXC_SAY_GO);
	if (spec->n_uid_map && (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0))
		return error_errno(err, "cannot become the container's root");
	/* changing the user ends what was asked for at birth */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (cgroup_join_each(child->pieces->tasks, child->pieces->n_tasks) < 0)
		return error_errno(err, "cannot join control group %s", child->cgroup);
	if (unshare(CLONE_NEWCGROUP) < 0)
		return error_errno(err, "cannot make a control group namespace");
	if (spec->n_nets && settle_network(spec, err) < 0)
		return -1;
	if (make_tree(child, err) < 0)
		return -1;
	return run_init(child, err);
}

void lxc_inside(const struct lxc_child *given)
{
	struct lxc_child child = *given;
	static struct error err;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	build(&child, &err);
	(void)!send(child.socket, &err, sizeof(err), MSG_NOSIGNAL);
	_exit(127);
}
