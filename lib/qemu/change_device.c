/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks and network interfaces that come and go while a machine runs. */
#include "qemu/change_impl.h"

#include "conf/domain_device.h"
#include "hypervisor/secondary.h"
#include "util/str.h"

#include <string.h>

static int show_disk(struct qemu_guest *g, const struct domain_disk *disk, struct error *err)
{
	struct qemu_view view = { .user = g->user };
	int r = qemu_lend_disk(g, &view, disk, err);

	if (r == 0)
		r = qemu_view_extend(&view, g->pidfd, g->pid, err);
	qemu_view_clear(&view);
	return r;
}

int qemu_attach_disk(struct qemu_guest *g, const struct domain *def, struct domain_disk *disk, struct error *err)
{
	struct qemu_parts parts;
	int r;

	if (qemu_new_parts(g, def, DOMAIN_DEVICE_DISK, disk, &parts, err) < 0)
		return error_wrap(err, "disk %s", disk->dst);
	r = show_disk(g, disk, err);
	if (r == 0)
		r = qemu_parts_add(g, &parts, err);
	else
		qemu_secrets_taken(g);
	if (r == 0) {
		r = qmp_do(g->qmp, "device_add", json_incref(parts.device), QMP_TIMEOUT, err);
		if (r < 0)
			qemu_parts_drop(g, &parts);
	}
	qemu_parts_clear(&parts);
	qemu_settle(g);
	return r < 0 ? error_wrap(err, "disk %s", disk->dst) : 0;
}

void qemu_disk_gone(struct qemu_guest *g, const struct domain_disk *disk)
{
	struct qemu_parts parts;
	struct error err;

	if (qemu_plug_parts(g, g->sv->def, DOMAIN_DEVICE_DISK, disk, &parts, &err) < 0) {
		supervisor_log(g->sv, "%s: disk %s: its images stay open: %s", g->sv->name, disk->dst, err.text);
		return;
	}
	qemu_parts_drop(g, &parts);
	qemu_parts_clear(&parts);
	qemu_settle(g);
}

/* ---- media ---- */

static int eject(struct qemu_guest *g, const char *id, bool force, struct error *err)
{
	if (qmp_do(g->qmp, "blockdev-open-tray", json_pack("{s:s, s:b}", "id", id, "force", force), QMP_TIMEOUT, err) < 0)
		return -1;
	return qmp_do(g->qmp, "blockdev-remove-medium", json_pack("{s:s}", "id", id), QMP_TIMEOUT, err);
}

static int insert(struct qemu_guest *g, const char *id, const struct qemu_parts *p, struct error *err)
{
	size_t n = json_array_size(p->blockdevs);

	if (qemu_parts_add(g, p, err) < 0)
		return -1;
	if (qmp_do(g->qmp, "blockdev-insert-medium",
		   json_pack("{s:s, s:s}", "id", id, "node-name", qemu_name_in(json_array_get(p->blockdevs, n - 1), "node-name")), QMP_TIMEOUT, err) == 0 &&
	    qmp_do(g->qmp, "blockdev-close-tray", json_pack("{s:s}", "id", id), QMP_TIMEOUT, err) == 0)
		return 0;
	qemu_parts_drop(g, p);
	return -1;
}

int qemu_change_medium(struct qemu_guest *g, const struct domain *def, struct domain_disk *old, struct domain_disk *now, bool force,
		       struct error *err)
{
	struct qemu_parts was = { 0 }, will = { 0 };
	const char *id = old->info.alias.name;
	struct error ignored;
	int r = 0;

	if (old->device != DOMAIN_DISK_CDROM && old->device != DOMAIN_DISK_FLOPPY)
		return error_set(err, ERR_OPERATION_INVALID, "disk %s: only a CD-ROM or floppy drive can get another medium", old->dst);
	/* another image has another number, so that both can be there */
	now->src.index = qemu_highest_image(g->sv->def) + 1;
	if (old->src.path)
		r = qemu_plug_parts(g, g->sv->def, DOMAIN_DEVICE_DISK, old, &was, err);
	if (r == 0 && now->src.path)
		r = qemu_new_parts(g, def, DOMAIN_DEVICE_DISK, now, &will, err) < 0 || show_disk(g, now, err) < 0 ? -1 : 0;
	if (r == 0)
		r = eject(g, id, force, err);
	if (r == 0 && now->src.path && (r = insert(g, id, &will, err)) < 0 && old->src.path)
		(void)!qmp_do(g->qmp, "blockdev-insert-medium",
			      json_pack("{s:s, s:s}", "id", id, "node-name",
					qemu_name_in(json_array_get(was.blockdevs, json_array_size(was.blockdevs) - 1), "node-name")), QMP_TIMEOUT, &ignored);
	if (r == 0 && old->src.path)
		qemu_parts_drop(g, &was);
	if (r < 0)
		qemu_secrets_taken(g);
	qemu_parts_clear(&was);
	qemu_parts_clear(&will);
	qemu_settle(g);
	return r < 0 ? error_wrap(err, "disk %s", old->dst) : 0;
}

/* ---- network interfaces ---- */

/* Hands descriptors over by names: "fd" of one, "fds" of several, joined by colons. */
static int hand_over(struct qemu_guest *g, const struct qemu_pass *pass, const int *numbers, size_t n, json_t *netdev, const char *one, const char *several,
		     const char *prefix, struct error *err)
{
	char names[400] = "";
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		char name[40];
		json_t *r;

		snprintf(name, sizeof(name), "%s%zu", prefix, i);
		r = qmp_execute_fd(g->qmp, "getfd", json_pack("{s:s}", "fdname", name), pass->from[numbers[i] - QEMU_PASS_FIRST], QMP_TIMEOUT, err);
		if (!r)
			return -1;
		json_decref(r);
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i ? ":" : "", name);
	}
	if (n > 0)
		json_object_set_new(netdev, n == 1 ? one : several, json_string(names));
	return 0;
}

static int add_net(struct qemu_guest *g, const struct domain *def, struct domain_net *net, struct qemu_pass *pass, struct error *err)
{
	AUTO_FREE char *dir = NULL;
	struct qemu_runtime rt;
	struct qemu_parts parts = { 0 };
	struct qemu_tap tap;
	struct qemu_fds fds[2];
	const struct qemu_caps *caps = qemu_need_caps(g, err);
	struct error ignored;
	int r;

	if (!caps || qemu_plug_runtime(g, &rt, &dir, err) < 0 || qemu_open_taps(g, net, pass, &tap, err) < 0)
		return -1;
	if (tap.n)
		fds[rt.n_fds++] = (struct qemu_fds){ net->info.alias.name, QEMU_FD_TAP, tap.tap, tap.n };
	if (tap.n_vhost)
		fds[rt.n_fds++] = (struct qemu_fds){ net->info.alias.name, QEMU_FD_VHOST, tap.vhost, tap.n_vhost };
	rt.fds = fds;
	if (qemu_device_parts(def, caps, &rt, DOMAIN_DEVICE_INTERFACE, net, &parts, err) < 0)
		return -1;
	r = hand_over(g, pass, tap.tap, tap.n, parts.netdev, "fd", "fds", "berthtap", err);
	if (r == 0)
		r = hand_over(g, pass, tap.vhost, tap.n_vhost, parts.netdev, "vhostfd", "vhostfds", "berthvhost", err);
	if (r == 0)
		r = qmp_do(g->qmp, "netdev_add", json_incref(parts.netdev), QMP_TIMEOUT, err);
	if (r == 0) {
		r = qmp_do(g->qmp, "device_add", json_incref(parts.device), QMP_TIMEOUT, err);
		if (r < 0)
			(void)!qmp_do(g->qmp, "netdev_del", json_pack("{s:s}", "id", qemu_name_in(parts.netdev, "id")), QMP_TIMEOUT, &ignored);
	}
	qemu_parts_clear(&parts);
	return r;
}

int qemu_attach_net(struct qemu_guest *g, const struct domain *def, struct domain_net *net, struct error *err)
{
	struct qemu_pass pass = { .n = 0 };
	int r;

	if (hv_port_create(g->sv, net, err) < 0)
		return -1;
	r = add_net(g, def, net, &pass, err);
	qemu_pass_close(&pass);
	qemu_settle(g);
	if (r < 0) {
		qemu_close_net(g, net);
		hv_port_delete(g->sv, net);
	}
	return r < 0 ? error_wrap(err, "interface %s", net->info.alias.name) : 0;
}

void qemu_net_gone(struct qemu_guest *g, struct domain_net *net)
{
	char id[100];
	struct error err;

	snprintf(id, sizeof(id), "host%.80s", net->info.alias.name);
	if (qmp_do(g->qmp, "netdev_del", json_pack("{s:s}", "id", id), QMP_TIMEOUT, &err) < 0)
		supervisor_log(g->sv, "%s: %s", g->sv->name, err.text);
	qemu_close_net(g, net);
	hv_port_delete(g->sv, net);
}

static bool differs(const char *was, const char *is)
{
	return is && (!was || strcmp(was, is) != 0);
}

int qemu_update_net(struct qemu_guest *g, const struct domain_net *old, struct domain_net *now, struct error *err)
{
	bool link = (old->link == DOMAIN_LINK_DOWN) != (now->link == DOMAIN_LINK_DOWN);

	if (old->type != now->type || differs(old->network, now->network) || differs(old->bridge, now->bridge) || differs(old->dev, now->dev) ||
	    differs(old->model, now->model) || differs(old->target, now->target) || (now->mtu && now->mtu != old->mtu))
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "interface %s: only its link and its bandwidth can be changed while the machine runs", old->info.alias.name);
	/* what the host gave it stays */
	if (hv_cable_keep(old, now, err) < 0)
		return error_wrap(err, "interface %s", old->info.alias.name);
	if (!now->target && old->target && !(now->target = strdup(old->target)))
		return error_errno(err, "interface %s", old->info.alias.name);
	if (!conf_equal(&domain_net_elem, old, now, NULL) && (old->bandwidth || now->bandwidth) && qemu_change_bandwidth(g, now, err) < 0)
		return error_wrap(err, "interface %s", old->info.alias.name);
	if (!link)
		return 0;
	return qmp_do(g->qmp, "set_link", json_pack("{s:s, s:b}", "name", old->info.alias.name, "up", now->link != DOMAIN_LINK_DOWN), QMP_TIMEOUT, err);
}

/* ---- memory ---- */

int qemu_update_memdev(struct qemu_guest *g, const struct domain_memdev *old, const struct domain_memdev *now, struct error *err)
{
	char path[100];

	if (old->model != DOMAIN_MEMDEV_VIRTIO_MEM || old->size.value != now->size.value || old->block.value != now->block.value)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "memory %s: only the requested size of a virtio-mem device can be changed while the machine runs",
				 old->info.alias.name);
	snprintf(path, sizeof(path), "/machine/peripheral/%.60s", old->info.alias.name);
	return qmp_do(g->qmp, "qom-set", json_pack("{s:s, s:s, s:I}", "path", path, "property", "requested-size", "value",
						   (json_int_t)(now->requested.value * 1024)), QMP_TIMEOUT, err);
}
