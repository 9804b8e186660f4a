/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/device.h"

#include "conf/domain.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define NODE_MODE 0600

void lxc_device_clear(struct lxc_device *d)
{
	free(d->source);
	free(d->target);
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

static int fill(struct lxc_device *d, const char *source, const char *target, const char *what, struct error *err)
{
	if (!source || source[0] != '/')
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s: the source '%s' is not an absolute path", what, source ? source : "");
	if (!target || !is_below(target))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s: '%s' is no place below the container's /dev", what, target ? target : source);
	d->source = strdup(source);
	d->target = strdup(target);
	if (d->source && d->target)
		return 0;
	lxc_device_clear(d);
	return error_errno(err, "%s", what);
}

int lxc_device_from_disk(const struct domain_disk *def, struct lxc_device *d, struct error *err)
{
	*d = (struct lxc_device){ .block = true, .readonly = def->readonly };
	if (def->src.type != DOMAIN_SOURCE_BLOCK)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<disk type='%s'> for %s: a container's disks are block devices of the host (for an image see "
				 "<filesystem type='file'>)", conf_enum_name(&domain_source_type_names, def->src.type), def->dst ? def->dst : "?");
	if (def->driver.type && def->driver.type != DOMAIN_STORAGE_RAW)
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "<disk> %s of format '%s': a container sees the device as it is (raw)", def->dst ? def->dst : "?",
				 conf_enum_name(&domain_storage_format_names, def->driver.type));
	return fill(d, def->src.path, def->dst, "<disk>", err);
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
		return fill(d, def->block, below_dev(def->block), "<hostdev type='storage'>", err);
	case DOMAIN_HOSTDEV_MISC:
		return fill(d, def->chardev, below_dev(def->chardev), "<hostdev type='misc'>", err);
	case DOMAIN_HOSTDEV_USB:
		if (!def->usb.bus.set || !def->usb.device.set)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "<hostdev type='usb'>: a container's is named by <address bus='...' device='...'/>");
		snprintf(usb, sizeof(usb), "/dev/bus/usb/%03u/%03u", (unsigned)def->usb.bus.value, (unsigned)def->usb.device.value);
		return fill(d, usb, below_dev(usb), "<hostdev type='usb'>", err);
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
