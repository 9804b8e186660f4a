/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/device.h"

#include "conf/domain.h"
#include "lxc/network.h"
#include "state/state.h"
#include "util/loop.h"
#include "util/str.h"
#include "util/uuid.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define NODE_MODE 0600

void lxc_device_clear(struct lxc_device *d)
{
	free(d->source);
	free(d->target);
	free(d->image);
	*d = (struct lxc_device){ 0 };
}

void lxc_devices_free(struct lxc_device *devices, size_t n)
{
	for (size_t i = 0; i < n; i++)
		lxc_device_clear(&devices[i]);
	free(devices);
}

/* A place below /dev: no step of it leads up or is empty. */
static bool is_below(const char *path)
{
	for (const char *p = path; ; p++) {
		size_t n = strcspn(p, "/");
		if (n == 0 || (n == 1 && *p == '.') || (n == 2 && !strncmp(p, "..", 2)))
			return false;
		p += n;
		if (!*p)
			return true;
	}
}

static int fill(struct lxc_device *d, char **place, const char *source, const char *target, const char *what, struct error *err)
{
	if (!source || source[0] != '/')
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s: the source '%s' is not an absolute path", what, source ? source : "");
	if (!target || !is_below(target))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s: '%s' is no place below the container's /dev", what, target ? target : source);
	*place = strdup(source);
	d->target = strdup(target);
	if (*place && d->target)
		return 0;
	lxc_device_clear(d);
	return error_errno(err, "%s", what);
}

int lxc_device_from_disk(const struct domain_disk *def, struct lxc_device *d, struct error *err)
{
	const char *name = def->dst ? def->dst : "?";

	*d = (struct lxc_device){ .block = true, .readonly = def->readonly };
	if (def->src.type != DOMAIN_SOURCE_BLOCK && def->src.type != DOMAIN_SOURCE_FILE)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<disk type='%s'> for %s: a container's disks are block devices and files of the host (block, file)",
				 conf_enum_name(&domain_source_type_names, def->src.type), name);
	if (def->driver.type && def->driver.type != DOMAIN_STORAGE_RAW && def->driver.type != DOMAIN_STORAGE_NONE)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<disk> %s of format '%s': a container sees its disk as it is, raw (qemu-img convert -O raw makes one)",
				 name, conf_enum_name(&domain_storage_format_names, def->driver.type));
	if (def->src.type == DOMAIN_SOURCE_FILE && def->driver.name && strcmp(def->driver.name, "loop"))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<disk> %s with <driver name='%s'>: a container's file is a loop device's (loop)", name, def->driver.name);
	return fill(d, def->src.type == DOMAIN_SOURCE_FILE ? &d->image : &d->source, def->src.path, def->dst, "<disk>", err);
}

static const char *below_dev(const char *path)
{
	return path && !strncmp(path, "/dev/", 5) ? path + 5 : NULL;
}

int lxc_device_from_hostdev(const struct domain_hostdev *def, struct lxc_device *d, struct error *err)
{
	const char *type = conf_enum_name(&domain_hostdev_type_names, def->type);
	char usb[40];

	*d = (struct lxc_device){ .block = def->type == DOMAIN_HOSTDEV_STORAGE, .readonly = def->readonly };
	switch (def->type) {
	case DOMAIN_HOSTDEV_STORAGE:
		return fill(d, &d->source, def->block, below_dev(def->block), "<hostdev type='storage'>", err);
	case DOMAIN_HOSTDEV_MISC:
		return fill(d, &d->source, def->chardev, below_dev(def->chardev), "<hostdev type='misc'>", err);
	case DOMAIN_HOSTDEV_USB:
		if (!def->usb.bus.set || !def->usb.device.set)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "<hostdev type='usb'>: a container's is named by <address bus='...' device='...'/>");
		snprintf(usb, sizeof(usb), "/dev/bus/usb/%03u/%03u", (unsigned)def->usb.bus.value, (unsigned)def->usb.device.value);
		return fill(d, &d->source, usb, below_dev(usb), "<hostdev type='usb'>", err);
	default:
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<hostdev type='%s'>: a container can have storage, misc, net and usb", type);
	}
}

int lxc_devices_from_domain(const struct domain *def, struct lxc_device **devices, size_t *n, struct error *err)
{
	const struct domain_devices *from = &def->devices;
	struct lxc_device *all = calloc(from->disks.n + from->hostdevs.n + 1, sizeof(*all));
	size_t k = 0;
	int r = 0;

	*devices = NULL;
	*n = 0;
	if (!all)
		return error_errno(err, "devices");
	for (size_t i = 0; i < from->disks.n && r == 0; i++)
		r = lxc_device_from_disk(from->disks.items[i], &all[k++], err);
	for (size_t i = 0; i < from->hostdevs.n && r == 0; i++)
		if (from->hostdevs.items[i]->type != DOMAIN_HOSTDEV_NET)
			r = lxc_device_from_hostdev(from->hostdevs.items[i], &all[k++], err);
	if (r < 0) {
		lxc_devices_free(all, k);
		return -1;
	}
	*devices = all;
	*n = k;
	return 0;
}

/* --- images ------------------------------------------------------------------------------------------------------- */

struct connecting {
	const struct lxc_planner *planner;
	const char *mark, *target;
};

static int plan_loop(void *ctx, int number, struct error *err)
{
	const struct connecting *c = ctx;
	AUTO_FREE char *line = str_printf("%d %s %s", number, c->mark, c->target);

	return line ? c->planner->plan(c->planner->ctx, "loop", line, err) : error_errno(err, "a loop device");
}

static int set_source(struct lxc_device *d, int number, struct error *err)
{
	char *path = str_printf("/dev/loop%d", number);

	if (!path)
		return error_errno(err, "a loop device");
	free(d->source);
	d->source = path;
	return 0;
}

int lxc_device_connect(struct lxc_device *d, const struct lxc_planner *planner, struct error *err)
{
	AUTO_CLOSE int file = d->image ? open(d->image, (d->readonly ? O_RDONLY : O_RDWR) | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC) : -1, loop = -1;
	unsigned char uuid[UUID_BYTES];
	char mark[6 + UUID_TEXT] = "berth-";
	struct connecting c = { planner, mark, d->target };
	struct loop_wish wish = { .file = file, .path = d->image, .mark = mark, .readonly = d->readonly, .plan = plan_loop, .ctx = &c };
	struct stat st;
	int number;

	if (!d->image)
		return 0;
	if (file < 0 || fstat(file, &st) < 0)
		return error_errno(err, "disk '%s': cannot open %s", d->target, d->image);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "disk '%s': %s is no file", d->target, d->image);
	if (uuid_generate(uuid, err) < 0)
		return -1;
	uuid_format(uuid, mark + 6);
	loop = loop_attach(&wish, &number, err);
	return loop < 0 ? error_wrap(err, "disk '%s'", d->target) : set_source(d, number, err);
}

/* The last loop device that a plan names for a disk. */
struct finding {
	const char *target;
	int number;
	char *line;
};

static int find_line(void *ctx, const char *what, const char *name, struct error *err)
{
	struct finding *f = ctx;
	char mark[64];
	int number, end = 0;

	if (strcmp(what, "loop") || sscanf(name, "%d %63s %n", &number, mark, &end) != 2 || !end || strcmp(name + end, f->target))
		return 0;
	free(f->line);
	f->number = number;
	f->line = strdup(name);
	return f->line ? 0 : error_errno(err, "a loop device");
}

static int find(const struct lxc_device *d, int run_fd, struct finding *f, struct error *err)
{
	*f = (struct finding){ .target = d->target, .number = -1 };
	if (state_plan_read(run_fd, find_line, f, err) < 0) {
		free(f->line);
		f->line = NULL;
		return -1;
	}
	return 0;
}

int lxc_device_find(struct lxc_device *d, int run_fd, struct error *err)
{
	struct finding f;

	if (!d->image)
		return 0;
	if (find(d, run_fd, &f, err) < 0)
		return -1;
	free(f.line);
	return f.number < 0 ? error_set(err, ERR_OPERATION_FAILED, "disk '%s' has no loop device", d->target) : set_source(d, f.number, err);
}

int lxc_device_disconnect(const struct lxc_device *d, int run_fd, struct error *err)
{
	struct finding f;
	int r;

	if (!d->image)
		return 0;
	if (find(d, run_fd, &f, err) < 0)
		return -1;
	r = f.line ? loop_plan_undo(f.line, err) : 0;
	free(f.line);
	return r < 0 ? error_wrap(err, "disk '%s'", d->target) : 0;
}

static int undo_line(void *ctx, const char *what, const char *name, struct error *err)
{
	struct error *first = ctx, why;

	(void)err;
	if (!strcmp(what, "loop") && loop_plan_undo(name, &why) < 0 && !first->code)
		*first = why;
	return 0;
}

int lxc_devices_undo(int run_fd, struct error *err)
{
	struct error first = { 0 };

	if (state_plan_read(run_fd, undo_line, &first, err) < 0)
		return -1;
	if (first.code && err)
		*err = first;
	return first.code ? -1 : 0;
}

/* --- nodes -------------------------------------------------------------------------------------------------------- */

/* Opens the directory that a node is made in, making those that are missing. */
static int open_parent(int dev, const char *target, const char **name)
{
	AUTO_CLOSE int at = fcntl(dev, F_DUPFD_CLOEXEC, 0);

	for (*name = target; at >= 0 && strchr(*name, '/'); *name = strchr(*name, '/') + 1) {
		AUTO_FREE char *part = strndup(*name, strcspn(*name, "/"));
		if (!part || (mkdirat(at, part, 0755) < 0 && errno != EEXIST))
			return -1;
		int next = openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(at);
		at = next;
	}
	return STEAL_FD(at);
}

int lxc_device_look(const struct lxc_device *d, struct cgroup_device *rule, struct error *err)
{
	AUTO_CLOSE int source = open(d->source, O_PATH | O_CLOEXEC);
	struct stat st;

	if (source < 0 || fstat(source, &st) < 0)
		return error_errno(err, "the host's device %s", d->source);
	if (d->block ? !S_ISBLK(st.st_mode) : !S_ISCHR(st.st_mode))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s is no %s device", d->source, d->block ? "block" : "character");
	*rule = (struct cgroup_device){ .block = d->block, .readonly = d->readonly, .major = major(st.st_rdev), .minor = minor(st.st_rdev) };
	return 0;
}

int lxc_device_node(const struct lxc_device *d, const struct cgroup_device *rule, int dev, uid_t uid, gid_t gid, struct error *err)
{
	const char *name;
	AUTO_CLOSE int parent = open_parent(dev, d->target, &name);

	if (parent < 0 || mknodat(parent, name, (d->block ? S_IFBLK : S_IFCHR) | NODE_MODE, makedev(rule->major, rule->minor)) < 0 ||
	    fchownat(parent, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, "cannot make /dev/%s in the container", d->target);
	return 0;
}

int lxc_device_remove(const struct lxc_device *d, const struct cgroup_device *rule, int dev, struct error *err)
{
	const char *name;
	AUTO_CLOSE int parent = open_parent(dev, d->target, &name);
	struct stat st;

	if (parent < 0 || fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : error_errno(err, "/dev/%s in the container", d->target);
	/* what the container has put in its place is the container's */
	if (st.st_rdev != makedev(rule->major, rule->minor) || !(d->block ? S_ISBLK(st.st_mode) : S_ISCHR(st.st_mode)))
		return 0;
	return unlinkat(parent, name, 0) < 0 && errno != ENOENT ? error_errno(err, "cannot remove /dev/%s in the container", d->target) : 0;
}
