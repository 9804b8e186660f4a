/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What devices need of the host before QEMU has them: sockets that clients connect to, files and nodes that are lent. */
#include "qemu/supervisor_impl.h"

#include "qemu/hostdev.h"
#include "util/file.h"
#include "util/str.h"

#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* ---- character devices ---- */

/* Files that the user of the guest's processes writes are made if they are not there. */
static int lend_output(struct qemu_guest *g, struct qemu_view *view, const char *path, struct error *err)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_errno(err, "cannot make %s", path);
	return qemu_lend(g, view, path, W_OK, err);
}

static int listen_at(const char *path, struct error *err)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;

	if (strlen(path) >= sizeof(sun.sun_path))
		return error_set(err, ERR_CONFIG_UNSUPPORTED, "%s is too long for a socket", path);
	memcpy(sun.sun_path, path, strlen(path));
	/* of a guest that was killed; what is no socket stays */
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0 || listen(fd, 4) < 0)
		return error_errno(err, "cannot make the socket %s", path);
	return STEAL_FD(fd);
}

/* A socket that clients connect to is made here and passed: QEMU's user could not make it in the run directory. */
static int open_chardev(struct qemu_guest *g, struct qemu_view *view, struct domain_chardev_source *src, const char *alias, struct qemu_host_fd *out,
			struct error *err)
{
	struct supervisor *sv = g->sv;

	if (src->type == DOMAIN_CHARDEV_FILE && src->path)
		return lend_output(g, view, src->path, err);
	if (src->type == DOMAIN_CHARDEV_DEV && src->path)
		return qemu_lend(g, view, src->path, R_OK | W_OK, err);
	if (src->type != DOMAIN_CHARDEV_UNIX || src->mode == DOMAIN_CHARDEV_CONNECT)
		return 0;
	src->mode = DOMAIN_CHARDEV_BIND;
	AUTO_FREE char *file = str_printf("%s.sock", alias);
	AUTO_FREE char *own = file ? state_path(STATE_RUN, sv->driver->kind, sv->name, file, err) : NULL;
	if (!own)
		return file ? -1 : error_errno(err, "%s", alias);
	out->fd = !src->path || !strcmp(src->path, own) ? qemu_listen(sv, file, err) : listen_at(src->path, err);
	out->role = QEMU_FD_CHARDEV;
	if (out->fd >= 0 && !src->path)
		src->path = STEAL_PTR(own);
	return out->fd < 0 ? -1 : 0;
}

/* ---- the rest ---- */

static int open_rng(struct qemu_guest *g, struct qemu_view *view, struct domain_rng *r, struct qemu_host_fd *out, struct error *err)
{
	if (r->backend.model == DOMAIN_RNG_EGD)
		return open_chardev(g, view, &r->backend.source, r->info.alias.name, out, err);
	return r->backend.model == DOMAIN_RNG_RANDOM && r->backend.path ? qemu_view_add(view, r->backend.path, err) : 0;
}

/* linux/vhost.h, linux/vhost_types.h */
#define VHOST_VSOCK_SET_GUEST_CID _IOW(0xAF, 0x60, uint64_t)
#define CID_FIRST 3

static int open_vsock(struct domain_vsock *v, struct qemu_host_fd *out, struct error *err)
{
	bool any = v->auto_cid == CONF_YES || !v->cid;

	out->role = QEMU_FD_VHOST;
	out->fd = open("/dev/vhost-vsock", O_RDWR | O_CLOEXEC);
	if (out->fd < 0)
		return error_errno(err, "<vsock>: cannot open /dev/vhost-vsock (is the module vhost_vsock loaded?)");
	for (uint64_t cid = any ? CID_FIRST : v->cid; cid < UINT32_MAX; cid++) {
		if (ioctl(out->fd, VHOST_VSOCK_SET_GUEST_CID, &cid) == 0) {
			v->cid = (uint32_t)cid;
			return 0;
		}
		if (errno != EADDRINUSE || !any)
			return error_errno(err, "<vsock>: cannot take the address %llu", (unsigned long long)cid);
	}
	return error_set(err, ERR_OPERATION_FAILED, "<vsock>: there is no address left");
}

/* Shared memory is made by QEMU in /dev/shm, which its user may; a server's socket is looked up by path. */
static int show_shmem(struct qemu_view *view, const struct domain_shmem *s, struct error *err)
{
	return s->model == DOMAIN_SHMEM_DOORBELL && s->server && s->server->path ? qemu_view_add(view, s->server->path, err) : 0;
}

static int show_filesystem(struct qemu_view *view, const struct domain_fs *f, struct error *err)
{
	return f->type == DOMAIN_FS_MOUNT && f->driver != DOMAIN_FS_DRIVER_VIRTIOFS && f->src ? qemu_view_add(view, f->src, err) : 0;
}

static int plan(void *ctx, const char *what, const char *line, struct error *err)
{
	return supervisor_plan(((struct qemu_guest *)ctx)->sv, what, line, err);
}

static int open_hostdev(struct qemu_guest *g, struct qemu_view *view, struct domain_hostdev *h, struct error *err)
{
	char node[HOSTDEV_NODE];

	switch (h->type) {
	case DOMAIN_HOSTDEV_USB:
		return hostdev_usb_node(h, node, err) < 0 ? -1 : qemu_lend(g, view, node, R_OK | W_OK, err);
	case DOMAIN_HOSTDEV_SCSI:
		if (h->protocol == DOMAIN_HOSTDEV_ISCSI)
			return 0;
		return hostdev_scsi_node(h, node, err) < 0 ? -1 : qemu_lend(g, view, node, R_OK | W_OK, err);
	case DOMAIN_HOSTDEV_PCI:
		if (hostdev_group_node(h, node, err) < 0 || hostdev_pci_take(h, plan, g, err) < 0)
			return -1;
		return qemu_lend(g, view, "/dev/vfio/vfio", R_OK | W_OK, err) < 0 ? -1 : qemu_lend(g, view, node, R_OK | W_OK, err);
	case DOMAIN_HOSTDEV_MDEV:
		if (hostdev_group_node(h, node, err) < 0)
			return -1;
		return qemu_lend(g, view, "/dev/vfio/vfio", R_OK | W_OK, err) < 0 ? -1 : qemu_lend(g, view, node, R_OK | W_OK, err);
	default:
		return 0;
	}
}

int qemu_host_device(struct qemu_guest *g, struct qemu_view *view, enum domain_device_kind kind, void *dev, struct qemu_host_fd *out, struct error *err)
{
	const struct domain_info *info = domain_device_info(kind, dev);
	const char *alias = info ? info->alias.name : NULL;

#define CHARDEV(type) open_chardev(g, view, &((struct domain_##type *)dev)->source, alias, out, err)
	*out = (struct qemu_host_fd){ .fd = -1 };
	switch (kind) {
	case DOMAIN_DEVICE_SERIAL:
		return CHARDEV(serial);
	case DOMAIN_DEVICE_PARALLEL:
		return CHARDEV(parallel);
	case DOMAIN_DEVICE_CHANNEL:
		return CHARDEV(channel);
	case DOMAIN_DEVICE_CONSOLE:
		/* the first one is a serial port seen another way, and there already */
		return ((struct domain_console *)dev)->target == DOMAIN_CONSOLE_SERIAL ? 0 : CHARDEV(console);
	case DOMAIN_DEVICE_REDIRDEV:
		return CHARDEV(redirdev);
	case DOMAIN_DEVICE_SMARTCARD:
		return ((struct domain_smartcard *)dev)->mode == DOMAIN_SMARTCARD_PASSTHROUGH ? CHARDEV(smartcard) : 0;
	case DOMAIN_DEVICE_RNG:
		return open_rng(g, view, dev, out, err);
	case DOMAIN_DEVICE_VSOCK:
		return open_vsock(dev, out, err);
	case DOMAIN_DEVICE_SHMEM:
		return show_shmem(view, dev, err);
	case DOMAIN_DEVICE_FILESYSTEM:
		return show_filesystem(view, dev, err);
	case DOMAIN_DEVICE_INPUT:
		return ((struct domain_input *)dev)->path ? qemu_lend(g, view, ((struct domain_input *)dev)->path, R_OK | W_OK, err) : 0;
	case DOMAIN_DEVICE_MEMORY: {
		const struct domain_memdev *m = dev;

		return m->path ? qemu_lend(g, view, m->path, m->readonly ? R_OK : R_OK | W_OK, err) : 0;
	}
	case DOMAIN_DEVICE_HOSTDEV:
		return open_hostdev(g, view, dev, err);
	default:
		return 0;
	}
#undef CHARDEV
}
