/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's devices in the guest, and its files: <hostdev>, <filesystem>, <input type='evdev'>. */
#include "qemu/command_impl.h"

#include "qemu/hostdev.h"
#include "util/str.h"
#include "util/uuid.h"

#include <string.h>

/* --- hostdev --------------------------------------------------------------------------------------------------- */

static int build_usb(struct qemu_build *b, const struct domain_hostdev *h)
{
	json_t *o = json_pack("{s:s}", "driver", "usb-host");

	if (h->usb.bus.set || h->usb.device.set) {
		qemu_putf(o, "hostdevice", "/dev/bus/usb/%03llu/%03llu", (unsigned long long)h->usb.bus.value, (unsigned long long)h->usb.device.value);
	} else {
		qemu_put_num(o, "vendorid", h->usb.vendor);
		qemu_put_num(o, "productid", h->usb.product);
	}
	qemu_put(o, "id", h->info.alias.name);
	if (h->guest_reset) {
		qemu_put_bool(o, "guest-reset", h->guest_reset != DOMAIN_GUEST_RESET_OFF);
		if (h->guest_reset != DOMAIN_GUEST_RESET_OFF)
			qemu_put_bool(o, "guest-resets-all", h->guest_reset == DOMAIN_GUEST_RESET_ON);
	}
	qemu_put_uint(o, "bootindex", h->info.boot_order);
	if (qemu_put_address(b, o, &h->info) < 0) {
		json_decref(o);
		return -1;
	}
	return qemu_build_device(b, o);
}

static int build_pci(struct qemu_build *b, const struct domain_hostdev *h)
{
	json_t *o = json_pack("{s:s}", "driver", "vfio-pci");

	qemu_putf(o, "host", "%04llx:%02llx:%02llx.%llx", (unsigned long long)h->pci.domain.value, (unsigned long long)h->pci.bus.value,
		  (unsigned long long)h->pci.slot.value, (unsigned long long)h->pci.function.value);
	qemu_put(o, "id", h->info.alias.name);
	qemu_put_uint(o, "bootindex", h->info.boot_order);
	if (h->teaming && h->teaming->type == DOMAIN_TEAMING_TRANSIENT)
		qemu_put(o, "failover_pair_id", h->teaming->persistent);
	qemu_put_rom(o, &h->info);
	if (qemu_put_address(b, o, &h->info) < 0) {
		json_decref(o);
		return -1;
	}
	return qemu_build_device(b, o);
}

static int build_mdev(struct qemu_build *b, const struct domain_hostdev *h)
{
	static const char *const drivers[] = {
		[DOMAIN_MDEV_VFIO_PCI] = "vfio-pci", [DOMAIN_MDEV_VFIO_CCW] = "vfio-ccw", [DOMAIN_MDEV_VFIO_AP] = "vfio-ap",
	};
	char uuid[UUID_TEXT];
	const char *driver = drivers[h->mdev_model ? h->mdev_model : DOMAIN_MDEV_VFIO_PCI];
	json_t *o = json_pack("{s:s}", "driver", h->ramfb == CONF_ON ? "vfio-pci-nohotplug" : driver);

	qemu_put(o, "id", h->info.alias.name);
	qemu_putf(o, "sysfsdev", "/sys/bus/mdev/devices/%s", uuid_format(h->mdev, uuid));
	qemu_put(o, "display", conf_enum_name(&conf_onoff_names, h->display));
	qemu_put_onoff(o, "ramfb", h->ramfb);
	qemu_put_uint(o, "bootindex", h->info.boot_order);
	if (qemu_put_address(b, o, &h->info) < 0) {
		json_decref(o);
		return -1;
	}
	return qemu_build_device(b, o);
}

/* The node of a SCSI device of the host, or of an iSCSI target. */
static int build_scsi_backend(struct qemu_build *b, const struct domain_hostdev *h, const char *node)
{
	json_t *o = json_object();

	if (h->protocol == DOMAIN_HOSTDEV_ISCSI) {
		const struct domain_host *host = h->iscsi.hosts.n ? h->iscsi.hosts.items[0] : NULL;
		AUTO_FREE char *target = h->iscsi.name ? strdup(h->iscsi.name) : NULL;
		char *lun = target ? strchr(target, '/') : NULL;

		if (lun)
			*lun++ = '\0';
		qemu_put(o, "driver", "iscsi");
		qemu_putf(o, "portal", "%s:%s", host && host->name ? host->name : "", host && host->port ? host->port : "3260");
		qemu_put(o, "target", target);
		qemu_put_int(o, "lun", lun ? strtoull(lun, NULL, 10) : 0);
		qemu_put(o, "transport", "tcp");
		if (h->iscsi.auth) {
			char id[80];

			snprintf(id, sizeof(id), "%s-auth-secret0", node);
			qemu_put(o, "user", h->iscsi.auth->username);
			qemu_put(o, "password-secret", id);
			if (qemu_build_secret(b, &h->iscsi.auth->secret, SECRET_USAGE_ISCSI, id) < 0) {
				json_decref(o);
				return -1;
			}
		}
		qemu_put(o, "initiator-name", h->iscsi.initiator_iqn);
	} else {
		char path[HOSTDEV_NODE];

		if (hostdev_scsi_node(h, path, b->err) < 0) {
			json_decref(o);
			return -1;
		}
		qemu_put(o, "driver", "host_device");
		qemu_put(o, "filename", path);
	}
	qemu_put(o, "node-name", node);
	qemu_put_bool(o, "read-only", h->readonly);
	qemu_build_blockdev(b, o);
	return 0;
}

/* Nodes of SCSI devices are numbered after those of disks. */
static unsigned scsi_index(const struct domain *def, const struct domain_hostdev *h)
{
	unsigned n = 1;

	for (size_t i = 0; i < def->devices.disks.n; i++) {
		const struct domain_disk *d = def->devices.disks.items[i];

		if (d->src.index >= n)
			n = d->src.index + 1;
		for (const struct domain_backing *k = d->backing; k; k = k->backing)
			if (k->index >= n)
				n = k->index + 1;
	}
	for (size_t i = 0; i < def->devices.hostdevs.n && def->devices.hostdevs.items[i] != h; i++)
		n += def->devices.hostdevs.items[i]->type == DOMAIN_HOSTDEV_SCSI;
	return n;
}

static int build_scsi(struct qemu_build *b, const struct domain_hostdev *h)
{
	const struct domain_address *a = &h->info.address;
	const struct domain_controller *c = qemu_find_controller(b->def, DOMAIN_CONTROLLER_SCSI, a->controller.value);
	char node[64];
	json_t *o;

	snprintf(node, sizeof(node), "libvirt-%u-backend", scsi_index(b->def, h));
	if (build_scsi_backend(b, h, node) < 0)
		return -1;
	o = json_pack("{s:s}", "driver", "scsi-generic");
	if (c && c->info.alias.name)
		qemu_putf(o, "bus", "%s.0", c->info.alias.name);
	else
		qemu_putf(o, "bus", "scsi%llu.0", (unsigned long long)a->controller.value);
	if (qemu_is_lsi(b->def, a->controller.value)) {
		qemu_put_int(o, "scsi-id", a->unit.value);
	} else {
		qemu_put_int(o, "channel", a->bus.value);
		qemu_put_int(o, "scsi-id", a->target.value);
		qemu_put_int(o, "lun", a->unit.value);
	}
	if (h->shareable)
		qemu_put_bool(o, "share-rw", true);
	qemu_put(o, "drive", node);
	qemu_put(o, "id", h->info.alias.name);
	qemu_put_uint(o, "bootindex", h->info.boot_order);
	return qemu_build_device(b, o);
}

static int build_scsi_host(struct qemu_build *b, const struct domain_hostdev *h)
{
	const struct qemu_fds *vhost = qemu_find_fds(b, h->info.alias.name, QEMU_FD_VHOST);
	json_t *o = json_object();

	if (qemu_put_virtio_driver(b, o, "vhost-scsi", &h->info, h->vhost_model) < 0 || qemu_put_address(b, o, &h->info) < 0) {
		json_decref(o);
		return -1;
	}
	qemu_put(o, "wwpn", h->wwpn);
	if (vhost)
		qemu_putf(o, "vhostfd", "%d", vhost->fds[0]);
	qemu_put(o, "id", h->info.alias.name);
	return qemu_build_device(b, o);
}

int qemu_build_hostdev(struct qemu_build *b, const struct domain_hostdev *h)
{
	static int (*const types[])(struct qemu_build *, const struct domain_hostdev *) = {
		[DOMAIN_HOSTDEV_USB] = build_usb,  [DOMAIN_HOSTDEV_PCI] = build_pci,   [DOMAIN_HOSTDEV_SCSI] = build_scsi,
		[DOMAIN_HOSTDEV_MDEV] = build_mdev, [DOMAIN_HOSTDEV_SCSI_HOST] = build_scsi_host,
	};

	if (h->type >= ARRAY_LEN(types) || !types[h->type])
		return qemu_unsupported(b, "a machine cannot have a <hostdev> of type '%s'", conf_enum_name(&domain_hostdev_type_names, h->type));
	return types[h->type](b, h);
}

int qemu_build_hostdevs(struct qemu_build *b)
{
	const struct domain_devices *d = &b->def->devices;

	for (size_t i = 0; i < d->hostdevs.n; i++)
		if (qemu_build_hostdev(b, d->hostdevs.items[i]) < 0)
			return -1;
	return 0;
}

/* --- file systems ---------------------------------------------------------------------------------------------- */

static int build_virtiofs(struct qemu_build *b, const struct domain_fs *f)
{
	AUTO_FREE char *path = f->socket ? strdup(f->socket) : str_printf("%s/%s-fs.sock", b->rt->dir, f->info.alias.name);
	AUTO_FREE char *id = str_printf("chr-vu-%s", f->info.alias.name);
	const struct qemu_fds *fd = qemu_find_fds(b, f->info.alias.name, QEMU_FD_HELPER);
	json_t *o = json_object();

	if (fd)
		qemu_argf(&b->args, "-chardev", "socket,id=%s,fd=%d", id, fd->fds[0]);
	else
		qemu_build_socket(b, id, path);
	if (qemu_put_virtio_driver(b, o, "vhost-user-fs", &f->info, f->model) < 0 || qemu_put_address(b, o, &f->info) < 0) {
		json_decref(o);
		return -1;
	}
	qemu_put(o, "id", f->info.alias.name);
	qemu_putf(o, "chardev", "chr-vu-%s", f->info.alias.name);
	qemu_put_uint(o, "queue-size", f->queue);
	qemu_put(o, "tag", f->dst);
	qemu_put_uint(o, "bootindex", f->info.boot_order);
	qemu_put_virtio(o, &f->virtio);
	return qemu_build_device(b, o);
}

static int build_9p(struct qemu_build *b, const struct domain_fs *f)
{
	static const char *const models[] = {
		[DOMAIN_FS_PASSTHROUGH] = "passthrough", [DOMAIN_FS_MAPPED] = "mapped", [DOMAIN_FS_SQUASH] = "none",
	};
	AUTO_BUF struct buf text = { 0 };
	json_t *o = json_object();

	qemu_optf(&text, "local,security_model=%s", models[f->accessmode] ? models[f->accessmode] : "passthrough");
	qemu_opt(&text, "multidevs", conf_enum_name(&domain_fs_multidevs_names, f->multidevs));
	qemu_opt(&text, "fmode", f->fmode);
	qemu_opt(&text, "dmode", f->dmode);
	if (f->wrpolicy)
		qemu_optf(&text, "writeout=immediate");
	qemu_optf(&text, "id=fsdev-%s", f->info.alias.name);
	qemu_opt(&text, "path", f->src);
	if (f->readonly)
		qemu_optf(&text, "readonly=on");
	qemu_arg_buf(&b->args, "-fsdev", &text);
	if (qemu_put_virtio_driver(b, o, "virtio-9p", &f->info, f->model) < 0 || qemu_put_address(b, o, &f->info) < 0) {
		json_decref(o);
		return -1;
	}
	qemu_put_virtio(o, &f->virtio);
	qemu_put(o, "id", f->info.alias.name);
	qemu_putf(o, "fsdev", "fsdev-%s", f->info.alias.name);
	qemu_put(o, "mount_tag", f->dst);
	return qemu_build_device(b, o);
}

int qemu_build_filesystem(struct qemu_build *b, const struct domain_fs *f)
{
	if (f->type != DOMAIN_FS_MOUNT)
		return qemu_unsupported(b, "a machine shares directories alone (<filesystem type='mount'>)");
	return f->driver == DOMAIN_FS_DRIVER_VIRTIOFS ? build_virtiofs(b, f) : build_9p(b, f);
}

int qemu_build_filesystems(struct qemu_build *b)
{
	for (size_t i = 0; i < b->def->devices.filesystems.n; i++)
		if (qemu_build_filesystem(b, b->def->devices.filesystems.items[i]) < 0)
			return -1;
	return 0;
}

/* --- input ----------------------------------------------------------------------------------------------------- */

static int build_evdev(struct qemu_build *b, const struct domain_input *in)
{
	json_t *o = json_pack("{s:s}", "qom-type", "input-linux");

	qemu_put(o, "id", in->info.alias.name);
	qemu_put(o, "evdev", in->path);
	qemu_put_onoff(o, "repeat", in->repeat);
	if (in->grab)
		qemu_put_bool(o, "grab_all", true);
	qemu_put(o, "grab-toggle", conf_enum_name(&domain_input_toggle_names, in->grab_toggle));
	qemu_build_object(b, o);
	return 0;
}

static int put_input(struct qemu_build *b, json_t *o, const struct domain_input *in)
{
	static const char *const usb[] = { [DOMAIN_INPUT_MOUSE] = "usb-mouse", [DOMAIN_INPUT_TABLET] = "usb-tablet", [DOMAIN_INPUT_KEYBOARD] = "usb-kbd" };
	static const char *const virtio[] = {
		[DOMAIN_INPUT_MOUSE] = "virtio-mouse", [DOMAIN_INPUT_TABLET] = "virtio-tablet", [DOMAIN_INPUT_KEYBOARD] = "virtio-keyboard",
		[DOMAIN_INPUT_PASSTHROUGH] = "virtio-input-host",
	};

	if (in->bus == DOMAIN_INPUT_BUS_USB) {
		if (in->type >= ARRAY_LEN(usb) || !usb[in->type])
			return qemu_unsupported(b, "there is no input device of type '%s' on USB", conf_enum_name(&domain_input_type_names, in->type));
		qemu_put(o, "driver", usb[in->type]);
	} else {
		if (qemu_put_virtio_driver(b, o, virtio[in->type], &in->info, in->model) < 0)
			return -1;
		qemu_put_virtio(o, &in->virtio);
	}
	qemu_put(o, "id", in->info.alias.name);
	if (in->type == DOMAIN_INPUT_PASSTHROUGH)
		qemu_put(o, "evdev", in->path);
	return qemu_put_address(b, o, &in->info);
}

int qemu_build_input(struct qemu_build *b, const struct domain_input *in)
{
	json_t *o;

	if (in->type == DOMAIN_INPUT_EVDEV)
		return build_evdev(b, in);
	if (in->bus != DOMAIN_INPUT_BUS_USB && in->bus != DOMAIN_INPUT_BUS_VIRTIO)
		return 0;
	o = json_object();
	if (put_input(b, o, in) < 0) {
		json_decref(o);
		return -1;
	}
	return qemu_build_device(b, o);
}

int qemu_build_inputs(struct qemu_build *b)
{
	for (size_t i = 0; i < b->def->devices.inputs.n; i++)
		if (qemu_build_input(b, b->def->devices.inputs.items[i]) < 0)
			return -1;
	return 0;
}
