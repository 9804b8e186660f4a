/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Devices that come to a running container and go: file systems, disks, host devices, network interfaces. All but the last lines runs in the supervisor's
 * hand (hand.h).
 *
 * Everything of the host is opened here, in the host's tree. What has to be done in the container's tree is done by a child that has joined
 * its mount namespace and nothing else: it gets descriptors and names below the container's root, which no link leads out of
 * (openat2(2), RESOLVE_IN_ROOT). It is in our pid namespace, so that nothing in the container can see it, and is killed when it takes
 * too long: a container can make a path wait for ever (a FUSE mount).
 */
#include "hypervisor/secondary.h"
#include "lxc/build_impl.h"
#include "lxc/device.h"
#include "lxc/hand.h"
#include "lxc/live.h"
#include "lxc/mount.h"
#include "lxc/network.h"

#include "conf/domain.h"
#include "util/cgroup_tune.h"
#include "util/file.h"
#include "util/task.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define CHILD_MS 10000

enum { NS_NET = 3, NS_MNT = 5 };   /* of lxc_guest.ns */

/* What the child does, with the container's root open. */
typedef int inside_fn(int root, void *arg, struct error *err);

static void child(int mnt, int report, inside_fn *fn, void *arg) __attribute__((noreturn));
static void child(int mnt, int report, inside_fn *fn, void *arg)
{
	struct error err = { 0 };
	int root = -1, r = -1;

	if (setns(mnt, CLONE_NEWNS) < 0 || (root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
		error_errno(&err, "cannot enter the container's file system");
	else
		r = fn(root, arg, &err);
	if (r < 0)
		(void)!file_write_all(report, &err, sizeof(err));
	_exit(r < 0);
}

static int in_container(struct lxc_guest *g, inside_fn *fn, void *arg, struct error *err)
{
	struct error said;
	ssize_t n = 0;
	int ready, status, pipe_fds[2];
	pid_t pid;

	if (g->ns[NS_MNT] < 0)
		return error_set(err, ERR_OPERATION_FAILED, "the container's file system cannot be entered");
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return error_errno(err, "cannot enter the container's file system");
	AUTO_CLOSE int from = pipe_fds[0];
	pid = fork();
	if (pid == 0)
		child(g->ns[NS_MNT], pipe_fds[1], fn, arg);
	close(pipe_fds[1]);
	if (pid < 0)
		return error_errno(err, "cannot enter the container's file system");
	ready = task_wait_fd(from, POLLIN, CHILD_MS);
	if (ready > 0)
		n = RETRY_EINTR(read(from, &said, sizeof(said)));
	else
		kill(pid, SIGKILL);
	RETRY_EINTR(waitpid(pid, &status, 0));
	if (ready <= 0)
		return error_set(err, ERR_OPERATION_TIMEOUT, "the container's file system did not answer in %d s", CHILD_MS / 1000);
	if (n == (ssize_t)sizeof(said)) {
		said.text[sizeof(said.text) - 1] = '\0';
		if (err)
			*err = said;
		return -1;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : error_set(err, ERR_OPERATION_FAILED, "the container's file system: the helper died");
}

/* --- file systems ------------------------------------------------------------------------------------------------ */

struct mounting {
	struct lxc_mount m;
	int tree;
	bool is_dir;
};

static int mount_inside(int root, void *arg, struct error *err)
{
	struct mounting *w = arg;
	struct stat st;

	if (w->m.type == LXC_MOUNT_BIND) {
		AUTO_CLOSE int from = mount_open_inside(root, w->m.source, 0, true);
		if (from < 0 || fstat(from, &st) < 0)
			return error_errno(err, "cannot bind %s in the container", w->m.source);
		w->is_dir = S_ISDIR(st.st_mode);
		w->tree = mount_clone(from, "", false, w->m.readonly ? MOUNT_ATTR_RDONLY : 0, err);
		if (w->tree < 0)
			return -1;
	}
	AUTO_CLOSE int at = mount_point_inside(root, w->m.target, w->is_dir, err);
	if (at < 0)
		return -1;
	return mount_attach(w->tree, at) < 0 ? error_errno(err, "cannot mount on %s in the container", w->m.target) : 0;
}

static int attach_fs(struct lxc_guest *g, struct change *c, struct error *err)
{
	const struct domain_fs *fs = c->dev;
	struct mounting w = { .tree = -1 };
	int r = -1;

	if (fs->dst && !strcmp(fs->dst, "/"))
		return error_set(err, ERR_OPERATION_INVALID, "the root of a running container cannot be replaced");
	if (lxc_mount_from_fs(&w.m, fs, false, err) == 0 &&
	    (w.m.type == LXC_MOUNT_BIND || (w.tree = lxc_mount_make(&w.m, &w.is_dir, err)) >= 0))
		r = in_container(g, mount_inside, &w, err);
	if (w.tree >= 0)
		close(w.tree);
	free(w.m.source);
	free(w.m.target);
	return r;
}

/* The container's /proc may be anything: the way from the descriptor to a path is one of our own. */
static int unmount_inside(int root, void *arg, struct error *err)
{
	const char *target = arg;
	AUTO_CLOSE int at = mount_open_inside(root, target, 0, true), proc = -1;
	struct statx st;
	char path[40];

	if (at < 0)
		return errno == ENOENT ? 0 : error_errno(err, "%s in the container", target);
	if (statx(at, "", AT_EMPTY_PATH, 0, &st) < 0)
		return error_errno(err, "%s in the container", target);
	/* the container may have unmounted it itself */
	if (!(st.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return 0;
	proc = mount_new("proc", NULL, 0, err);
	if (proc < 0 || fchdir(proc) < 0)
		return proc < 0 ? -1 : error_errno(err, "cannot unmount %s in the container", target);
	snprintf(path, sizeof(path), "thread-self/fd/%d", at);
	return umount2(path, MNT_DETACH) < 0 ? error_errno(err, "cannot unmount %s in the container", target) : 0;
}

static int detach_fs(struct lxc_guest *g, struct change *c, struct error *err)
{
	const struct domain_fs *fs = c->old;

	if (!fs->dst || !strcmp(fs->dst, "/"))
		return error_set(err, ERR_OPERATION_INVALID, "the root of a running container cannot be taken away");
	return in_container(g, unmount_inside, fs->dst, err);
}

/* --- devices of the host ----------------------------------------------------------------------------------------- */

struct node {
	struct lxc_device d;
	struct cgroup_device rule;
	uid_t uid;
	gid_t gid;
	bool remove;
};

static int node_inside(int root, void *arg, struct error *err)
{
	const struct node *n = arg;
	AUTO_CLOSE int path = mount_open_inside(root, "/dev", O_DIRECTORY, false), dev = -1;

	if (path < 0 || (dev = openat(path, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return error_errno(err, "the container's /dev");
	return n->remove ? lxc_device_remove(&n->d, &n->rule, dev, err) : lxc_device_node(&n->d, &n->rule, dev, n->uid, n->gid, err);
}

static uint32_t root_of(const struct domain_idrange *const *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ranges[i]->start == 0)
			return ranges[i]->target;
	return 0;
}

/* Lets its control group open the device, or no more. */
static int allow(struct lxc_guest *g, const struct domain *def, const struct cgroup_device *rule, bool yes, struct error *err)
{
	struct lxc_device *devices;
	struct cgroup_device all[LXC_DEVICES_MAX];
	struct error ignored;
	size_t n, known = 0;

	if (lxc_devices_from_domain(def, &devices, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n && known < ARRAY_LEN(all); i++)
		if (lxc_device_find(&devices[i], g->sv->run_fd, &ignored) == 0 && lxc_device_look(&devices[i], &all[known], &ignored) == 0)
			known++;
	lxc_devices_free(devices, n);
	if (n > LXC_DEVICES_MAX)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "more than %d devices of the host", LXC_DEVICES_MAX);
	return cgroup_tune_allow(g->ct.cgroup, rule, yes, all, known, err);
}

static int device_of(enum domain_device_kind kind, const void *dev, struct lxc_device *d, struct error *err)
{
	return kind == DOMAIN_DEVICE_DISK ? lxc_device_from_disk(dev, d, err) : lxc_device_from_hostdev(dev, d, err);
}

static int attach_device(struct lxc_guest *g, struct change *c, struct error *err)
{
	const struct domain_idmap *map = &c->next->idmap;
	struct node n = { .uid = root_of((const struct domain_idrange *const *)map->uids.items, map->uids.n),
			  .gid = root_of((const struct domain_idrange *const *)map->gids.items, map->gids.n) };
	const struct lxc_planner planner = lxc_planner_of(g->sv);
	struct error ignored;
	int r = -1;

	if (device_of(c->kind, c->dev, &n.d, err) < 0)
		return -1;
	/* what it reads and writes is counted from here on */
	if (lxc_device_connect(&n.d, &planner, err) == 0 && lxc_device_look(&n.d, &n.rule, err) == 0 && (c->kind != DOMAIN_DEVICE_DISK || cgroup_tune_count(g->ct.cgroup, err) == 0) &&
	    allow(g, c->next, &n.rule, true, err) == 0 && (r = in_container(g, node_inside, &n, err)) < 0 &&
	    allow(g, c->now, &n.rule, false, &ignored) < 0)
		supervisor_log(g->sv, "%s: %s", g->sv->name, ignored.text);
	if (r < 0 && lxc_device_disconnect(&n.d, g->sv->run_fd, &ignored) < 0)
		supervisor_log(g->sv, "%s: %s", g->sv->name, ignored.text);
	lxc_device_clear(&n.d);
	return r;
}

static int detach_device(struct lxc_guest *g, struct change *c, struct error *err)
{
	struct node n = { .remove = true };
	int r = -1;

	if (device_of(c->kind, c->old, &n.d, err) < 0)
		return -1;
	if (lxc_device_find(&n.d, g->sv->run_fd, err) == 0 && lxc_device_look(&n.d, &n.rule, err) == 0 &&
	    in_container(g, node_inside, &n, err) == 0 && allow(g, c->next, &n.rule, false, err) == 0)
		r = lxc_device_disconnect(&n.d, g->sv->run_fd, err);
	lxc_device_clear(&n.d);
	return r;
}

/* --- network interfaces ------------------------------------------------------------------------------------------ */

/* Where a device is in the list of what the container has: interfaces first, then the host's network devices. */
static size_t net_index(const struct domain *def, enum domain_device_kind kind, const void *dev)
{
	size_t at = def->devices.interfaces.n;

	for (size_t i = 0; kind == DOMAIN_DEVICE_INTERFACE && i < def->devices.interfaces.n; i++)
		if (def->devices.interfaces.items[i] == dev)
			return i;
	for (size_t i = 0; i < def->devices.hostdevs.n; i++) {
		if (def->devices.hostdevs.items[i] == dev)
			break;
		at += def->devices.hostdevs.items[i]->type == DOMAIN_HOSTDEV_NET;
	}
	return at;
}

static void note(struct change *c, const struct lxc_net *net)
{
	struct domain_net *def = c->dev;

	if (c->kind != DOMAIN_DEVICE_INTERFACE)
		return;
	if (net->type == LXC_NET_VETH && net->host && !def->target)
		def->target = strdup(net->host);
	if (!def->guest_actual)
		def->guest_actual = strdup(net->guest);
}

static int make_net(struct lxc_guest *g, struct lxc_net *net, struct error *err)
{
	struct netlink *inside = NULL;
	const struct lxc_planner planner = lxc_planner_of(g->sv);
	struct error ignored;
	int r;

	r = lxc_nets_make(net, 1, g->ct.pid, &planner, &inside, err);
	if (r == 0 && !inside)
		inside = netlink_open_in(g->ns[NS_NET], err);
	if (r == 0)
		r = inside ? lxc_net_settle(inside, net, err) : -1;
	if (r < 0 && net->type == LXC_NET_DEVICE && inside)
		(void)!lxc_nets_return(inside, net, 1, &ignored);
	else if (r < 0)
		(void)!lxc_net_remove(net, g->ns[NS_NET], &ignored);
	if (r < 0)
		lxc_release_net(g, net);
	/* what moved in is given back by this socket at the end */
	if (r == 0 && net->type == LXC_NET_DEVICE && !g->ct.inside)
		g->ct.inside = inside;
	else
		netlink_close(inside);
	return r;
}

static void give_port_back(struct lxc_guest *g, enum domain_device_kind kind, void *dev)
{
	if (kind == DOMAIN_DEVICE_INTERFACE)
		hv_port_delete(g->sv, dev);
}

static int attach_net(struct lxc_guest *g, struct change *c, struct error *err)
{
	size_t n, at = net_index(c->next, c->kind, c->dev);
	struct lxc_net *all, *more;

	if (!c->next->features.privnet && !g->n_nets)
		return error_set(err, ERR_OPERATION_INVALID, "the container has the host's network: start it with <privnet/> or with an interface");
	if (c->kind == DOMAIN_DEVICE_INTERFACE && hv_port_create(g->sv, c->dev, err) < 0)
		return -1;
	if (lxc_nets_from_domain(c->next, &all, &n, err) < 0) {
		give_port_back(g, c->kind, c->dev);
		return -1;
	}
	more = at < n ? reallocarray(g->nets, g->n_nets + 1, sizeof(*more)) : NULL;
	if (more)
		g->nets = more;
	if (!more || at > g->n_nets) {
		give_port_back(g, c->kind, c->dev);
		lxc_nets_free(all, n);
		return error_set(err, ERR_INTERNAL, "the interfaces are not those of the definition");
	}
	if (all[at].type == LXC_NET_USER ? error_set(err, ERR_OPERATION_UNSUPPORTED, "<interface type='user'> comes with a start only") < 0 :
	    make_net(g, &all[at], err) < 0) {
		give_port_back(g, c->kind, c->dev);
		lxc_nets_free(all, n);
		return -1;
	}
	note(c, &all[at]);
	memmove(&more[at + 1], &more[at], (g->n_nets - at) * sizeof(*more));
	more[at] = all[at];
	g->n_nets++;
	all[at] = (struct lxc_net){ 0 };
	lxc_nets_free(all, n);
	return 0;
}

static struct lxc_net *net_of(struct lxc_guest *g, const struct change *c, size_t *at, struct error *err)
{
	*at = net_index(c->now, c->kind, c->old);
	if (*at < g->n_nets)
		return &g->nets[*at];
	error_set(err, ERR_OPERATION_FAILED, "the container's interfaces are not known to its supervisor");
	return NULL;
}

static int detach_net(struct lxc_guest *g, struct change *c, struct error *err)
{
	size_t at;
	struct lxc_net *net = net_of(g, c, &at, err);

	if (net && net->type == LXC_NET_USER)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "<interface type='user'> goes with the guest only");
	if (!net || (net->type == LXC_NET_DEVICE ? lxc_nets_return(g->ct.inside, net, 1, err) : lxc_net_remove(net, g->ns[NS_NET], err)) < 0)
		return -1;
	lxc_release_net(g, net);
	give_port_back(g, c->kind, c->old);
	lxc_net_clear(net);
	memmove(net, net + 1, (--g->n_nets - at) * sizeof(*net));
	return 0;
}

/* Its limits and whether its link is up: all else would be another interface. */
static int update_net(struct lxc_guest *g, struct change *c, struct error *err)
{
	AUTO_DEVICE struct domain_device old = { 0 };
	struct domain_net *was, *is = c->dev;
	struct lxc_net fresh = { 0 }, *net;
	const struct lxc_planner planner = lxc_planner_of(g->sv);
	size_t at;
	int r;

	if (!(net = net_of(g, c, &at, err)) || domain_device_copy(c->kind, c->old, &old, err) < 0)
		return -1;
	was = old.obj;
	if (was->type != is->type || (was->bridge && is->bridge && strcmp(was->bridge, is->bridge)) ||
	    (was->dev && is->dev && strcmp(was->dev, is->dev)))
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "only the link and the bandwidth of a running container's interface can be changed");
	if (hv_cable_keep(was, is, err) < 0)
		return -1;
	if (net->type != LXC_NET_VETH)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "an interface of type '%s' has no end here that could be changed",
				 conf_enum_name(&domain_net_type_names, is->type));
	if (lxc_net_from_domain(is, &fresh, err) < 0)
		return -1;
	net->in = fresh.in;
	net->out = fresh.out;
	r = lxc_net_limit(net, &planner, err);
	if (r == 0)
		r = lxc_net_link(net, is->link != DOMAIN_LINK_DOWN, err);
	lxc_net_clear(&fresh);
	if (r == 0) {
		net->down = is->link == DOMAIN_LINK_DOWN;
		note(c, net);
	}
	return r;
}

/* --- all of them ------------------------------------------------------------------------------------------------- */

typedef int kind_fn(struct lxc_guest *g, struct change *c, struct error *err);

static const struct { kind_fn *attach, *detach, *update; } kinds[DOMAIN_DEVICE_KINDS_END] = {
	[DOMAIN_DEVICE_FILESYSTEM] = { attach_fs, detach_fs, NULL },
	[DOMAIN_DEVICE_DISK] = { attach_device, detach_device, NULL },
	[DOMAIN_DEVICE_HOSTDEV] = { attach_device, detach_device, NULL },
	[DOMAIN_DEVICE_INTERFACE] = { attach_net, detach_net, update_net },
};

/* The host's network devices are interfaces to us. */
static kind_fn *pick(const struct change *c, const void *dev, kind_fn *usual, kind_fn *net)
{
	return c->kind == DOMAIN_DEVICE_HOSTDEV && ((const struct domain_hostdev *)dev)->type == DOMAIN_HOSTDEV_NET ? net : usual;
}

static kind_fn *function_of(const struct change *c)
{
	switch (c->what) {
	case CHANGE_ATTACH:
		return pick(c, c->dev, kinds[c->kind].attach, attach_net);
	case CHANGE_DETACH:
		return pick(c, c->old, kinds[c->kind].detach, detach_net);
	case CHANGE_BANDWIDTH:
		return update_net;
	default:
		return kinds[c->kind].update;
	}
}

int lxc_change_running(struct lxc_guest *g, struct change *c, struct error *err)
{
	kind_fn *fn = function_of(c);

	return fn ? fn(g, c, err) : error_set(err, ERR_INTERNAL, "no such change of a device");
}

/* In the supervisor: what can be seen without privileges is seen first. */
static int change(struct supervisor *sv, struct change *c, const char *what, struct error *err)
{
	if (!function_of(c))
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "%s: a <%s> of a running container cannot be %s (change its definition: --config)",
				 sv->name, domain_device_name(c->kind), what);
	if (sv->state == GUEST_PAUSED)
		return error_set(err, ERR_OPERATION_INVALID, "%s: the guest is paused (resume it with: vm-resume %s)", sv->name, sv->name);
	return lxc_hand_change(lxc_guest(sv), c, err) < 0 ? error_wrap(err, "%s", sv->name) : 0;
}

int lxc_attach(struct supervisor *sv, struct change *c, struct error *err)
{
	return change(sv, c, "attached", err);
}

int lxc_detach(struct supervisor *sv, struct change *c, struct error *err)
{
	return change(sv, c, "detached", err);
}

int lxc_update(struct supervisor *sv, struct change *c, struct error *err)
{
	return change(sv, c, "changed", err);
}
