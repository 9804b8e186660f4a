/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks and network interfaces that come and go while a machine runs. */
#include "qemu/change_impl.h"

#include "conf/domain_device.h"
#include "hypervisor/secondary.h"
#include "util/str.h"

#include <string.h>

#define UNPLUG_MS 5000   /* libvirt's: an honest guest needs less than a second */

/* What command lines of parts need to know. */
static int runtime(struct qemu_guest *g, struct qemu_runtime *rt, char **dir, struct error *err)
{
	*dir = state_path(STATE_RUN, g->sv->driver->kind, g->sv->name, "own", err);
	*rt = (struct qemu_runtime){ .dir = *dir, .monitor_fd = -1, .session = geteuid() != 0 };
	return *dir ? 0 : -1;
}

static void unlink_wait(struct qemu_guest *g, struct qemu_unplug *u)
{
	for (struct qemu_unplug **p = &g->unplugs; *p; p = &(*p)->next) {
		if (*p == u) {
			*p = u->next;
			return;
		}
	}
}

int qemu_unplug(struct qemu_guest *g, const char *alias, struct error *err)
{
	struct qemu_unplug u = { .alias = alias, .next = g->unplugs };
	int r;

	g->unplugs = &u;
	r = qmp_do(g->qmp, "device_del", json_pack("{s:s}", "id", alias), QMP_TIMEOUT, err);
	if (r == 0 && !u.deleted && !u.refused)
		task_queue_wait(&u.waiters, UNPLUG_MS);
	unlink_wait(g, &u);
	if (r < 0)
		return -1;
	if (u.refused)
		return error_set(err, ERR_OPERATION_FAILED, "the guest refuses to let go of %s", alias);
	return u.deleted ? 0 : 1;
}

/* ---- what a device is made of ---- */

static const char *name_of(const json_t *o, const char *key)
{
	const char *name = json_string_value(json_object_get(o, key));

	return name ? name : "";
}

/* Takes away the first n nodes, the last made first. What is not there any more is fine. */
static void drop_nodes(struct qemu_guest *g, const json_t *nodes, size_t n)
{
	struct error ignored;

	while (n-- > 0)
		(void)!qmp_do(g->qmp, "blockdev-del", json_pack("{s:s}", "node-name", name_of(json_array_get(nodes, n), "node-name")), QMP_TIMEOUT,
			      &ignored);
}

static void drop_objects(struct qemu_guest *g, const json_t *objects, size_t n)
{
	struct error ignored;

	while (n-- > 0)
		(void)!qmp_do(g->qmp, "object-del", json_pack("{s:s}", "id", name_of(json_array_get(objects, n), "id")), QMP_TIMEOUT, &ignored);
}

/* Objects and images; on failure none of them. */
static int add_image(struct qemu_guest *g, const struct qemu_parts *p, struct error *err)
{
	size_t objects = 0, nodes = 0, n_objects = json_array_size(p->objects), n_nodes = json_array_size(p->blockdevs);
	int r = 0;

	for (; objects < n_objects && r == 0; objects += r == 0)
		r = qmp_do(g->qmp, "object-add", json_incref(json_array_get(p->objects, objects)), QMP_TIMEOUT, err);
	for (; nodes < n_nodes && r == 0; nodes += r == 0)
		r = qmp_do(g->qmp, "blockdev-add", json_incref(json_array_get(p->blockdevs, nodes)), QMP_TIMEOUT, err);
	if (r == 0)
		return 0;
	drop_nodes(g, p->blockdevs, nodes);
	drop_objects(g, p->objects, objects);
	return -1;
}

static void drop_image(struct qemu_guest *g, const struct qemu_parts *p)
{
	drop_nodes(g, p->blockdevs, json_array_size(p->blockdevs));
	drop_objects(g, p->objects, json_array_size(p->objects));
}

static int disk_parts(struct qemu_guest *g, const struct domain *def, const struct domain_disk *disk, struct qemu_parts *out, struct error *err)
{
	AUTO_FREE char *dir = NULL;
	struct qemu_runtime rt;
	const struct qemu_caps *caps = qemu_need_caps(g, err);

	*out = (struct qemu_parts){ 0 };
	return !caps || runtime(g, &rt, &dir, err) < 0 ? -1 : qemu_disk_parts(def, caps, &rt, disk, out, err);
}

/* What is only needed while something changes. */
static void settle(struct qemu_guest *g)
{
	qemu_caps_free(STEAL_PTR(g->caps));
}

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

	if (disk_parts(g, def, disk, &parts, err) < 0)
		return -1;
	r = show_disk(g, disk, err);
	if (r == 0)
		r = add_image(g, &parts, err);
	if (r == 0) {
		r = qmp_do(g->qmp, "device_add", json_incref(parts.device), QMP_TIMEOUT, err);
		if (r < 0)
			drop_image(g, &parts);
	}
	qemu_parts_clear(&parts);
	settle(g);
	return r < 0 ? error_wrap(err, "disk %s", disk->dst) : 0;
}

static void disk_gone(struct qemu_guest *g, const struct domain_disk *disk)
{
	struct qemu_parts parts;
	struct error err;

	if (disk_parts(g, g->sv->def, disk, &parts, &err) < 0) {
		supervisor_log(g->sv, "%s: disk %s: its images stay open: %s", g->sv->name, disk->dst, err.text);
		return;
	}
	drop_image(g, &parts);
	qemu_parts_clear(&parts);
	settle(g);
}

int qemu_detach_disk(struct qemu_guest *g, struct domain_disk *disk, struct error *err)
{
	int r = qemu_unplug(g, disk->info.alias.name, err);

	if (r == 0)
		disk_gone(g, disk);
	return r < 0 ? error_wrap(err, "disk %s", disk->dst) : r;
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

	if (add_image(g, p, err) < 0)
		return -1;
	if (qmp_do(g->qmp, "blockdev-insert-medium",
		   json_pack("{s:s, s:s}", "id", id, "node-name", name_of(json_array_get(p->blockdevs, n - 1), "node-name")), QMP_TIMEOUT, err) == 0 &&
	    qmp_do(g->qmp, "blockdev-close-tray", json_pack("{s:s}", "id", id), QMP_TIMEOUT, err) == 0)
		return 0;
	drop_image(g, p);
	return -1;
}

static uint32_t highest_index(const struct domain *def)
{
	uint32_t highest = 0;

	for (size_t i = 0; i < def->devices.disks.n; i++) {
		const struct domain_disk *d = def->devices.disks.items[i];

		highest = d->src.index > highest ? d->src.index : highest;
		for (const struct domain_backing *b = d->backing; b; b = b->backing)
			highest = b->index > highest ? b->index : highest;
	}
	return highest;
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
	now->src.index = highest_index(g->sv->def) + 1;
	if (old->src.path)
		r = disk_parts(g, g->sv->def, old, &was, err);
	if (r == 0 && now->src.path)
		r = disk_parts(g, def, now, &will, err) < 0 || show_disk(g, now, err) < 0 ? -1 : 0;
	if (r == 0)
		r = eject(g, id, force, err);
	if (r == 0 && now->src.path && (r = insert(g, id, &will, err)) < 0 && old->src.path)
		(void)!qmp_do(g->qmp, "blockdev-insert-medium",
			      json_pack("{s:s, s:s}", "id", id, "node-name",
					name_of(json_array_get(was.blockdevs, json_array_size(was.blockdevs) - 1), "node-name")), QMP_TIMEOUT, &ignored);
	if (r == 0 && old->src.path)
		drop_image(g, &was);
	qemu_parts_clear(&was);
	qemu_parts_clear(&will);
	settle(g);
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

	if (!caps || runtime(g, &rt, &dir, err) < 0 || qemu_open_taps(g, net, pass, &tap, err) < 0)
		return -1;
	if (tap.n)
		fds[rt.n_fds++] = (struct qemu_fds){ net->info.alias.name, QEMU_FD_TAP, tap.tap, tap.n };
	if (tap.n_vhost)
		fds[rt.n_fds++] = (struct qemu_fds){ net->info.alias.name, QEMU_FD_VHOST, tap.vhost, tap.n_vhost };
	rt.fds = fds;
	if (qemu_net_parts(def, caps, &rt, net, &parts, err) < 0)
		return -1;
	r = hand_over(g, pass, tap.tap, tap.n, parts.netdev, "fd", "fds", "berthtap", err);
	if (r == 0)
		r = hand_over(g, pass, tap.vhost, tap.n_vhost, parts.netdev, "vhostfd", "vhostfds", "berthvhost", err);
	if (r == 0)
		r = qmp_do(g->qmp, "netdev_add", json_incref(parts.netdev), QMP_TIMEOUT, err);
	if (r == 0) {
		r = qmp_do(g->qmp, "device_add", json_incref(parts.device), QMP_TIMEOUT, err);
		if (r < 0)
			(void)!qmp_do(g->qmp, "netdev_del", json_pack("{s:s}", "id", name_of(parts.netdev, "id")), QMP_TIMEOUT, &ignored);
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
	settle(g);
	if (r < 0) {
		qemu_close_net(g, net);
		hv_port_delete(g->sv, net);
	}
	return r < 0 ? error_wrap(err, "interface %s", net->info.alias.name) : 0;
}

static void net_gone(struct qemu_guest *g, struct domain_net *net)
{
	char id[100];
	struct error err;

	snprintf(id, sizeof(id), "host%.80s", net->info.alias.name);
	if (qmp_do(g->qmp, "netdev_del", json_pack("{s:s}", "id", id), QMP_TIMEOUT, &err) < 0)
		supervisor_log(g->sv, "%s: %s", g->sv->name, err.text);
	qemu_close_net(g, net);
	hv_port_delete(g->sv, net);
}

int qemu_detach_net(struct qemu_guest *g, struct domain_net *net, struct error *err)
{
	int r = qemu_unplug(g, net->info.alias.name, err);

	if (r == 0)
		net_gone(g, net);
	return r < 0 ? error_wrap(err, "interface %s", net->info.alias.name) : r;
}

int qemu_update_net(struct qemu_guest *g, const struct domain_net *old, const struct domain_net *now, struct error *err)
{
	if (old->link == now->link)
		return error_set(err, ERR_OPERATION_UNSUPPORTED, "interface %s: only its link can be changed while the machine runs", old->info.alias.name);
	return qmp_do(g->qmp, "set_link", json_pack("{s:s, s:b}", "name", old->info.alias.name, "up", now->link != DOMAIN_LINK_DOWN), QMP_TIMEOUT, err);
}

/* ---- devices that go later than somebody waited for ---- */

struct gone {
	struct qemu_guest *g;
	char alias[200];
};

static void gone_task(void *arg)
{
	struct gone *gone = arg;
	struct qemu_guest *g = gone->g;
	struct domain_devices *d = &g->sv->def->devices;

	qemu_raise(g);
	for (size_t i = 0; i < d->disks.n; i++) {
		if (!d->disks.items[i]->info.alias.name || strcmp(d->disks.items[i]->info.alias.name, gone->alias))
			continue;
		disk_gone(g, d->disks.items[i]);
		supervisor_device_removed(g->sv, DOMAIN_DEVICE_DISK, d->disks.items[i]);
		break;
	}
	for (size_t i = 0; i < d->interfaces.n; i++) {
		if (!d->interfaces.items[i]->info.alias.name || strcmp(d->interfaces.items[i]->info.alias.name, gone->alias))
			continue;
		net_gone(g, d->interfaces.items[i]);
		supervisor_device_removed(g->sv, DOMAIN_DEVICE_INTERFACE, d->interfaces.items[i]);
		break;
	}
	qemu_lower(g);
	free(gone);
}

void qemu_device_gone(struct qemu_guest *g, const char *alias)
{
	struct gone *gone = calloc(1, sizeof(*gone));
	struct error err;

	if (!gone)
		return;
	gone->g = g;
	snprintf(gone->alias, sizeof(gone->alias), "%s", alias);
	if (task_spawn(g->sv->loop, gone_task, gone, &err) < 0) {
		supervisor_log(g->sv, "%s: %s", g->sv->name, err.text);
		free(gone);
	}
}
