/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices that come and go while a machine runs: what is the same for all kinds. What disks and interfaces have of their own is in change_device.c. */
#include "qemu/change_impl.h"

#include "util/str.h"

#include <string.h>

#define UNPLUG_MS 5000   /* libvirt's: an honest guest needs less than a second */

/* ---- a device that the guest has to let go ---- */

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

const char *qemu_name_in(const json_t *o, const char *key)
{
	const char *name = json_string_value(json_object_get(o, key));

	return name ? name : "";
}

/* A list of things that QEMU has by name: how one is added, how it is taken away, what names it there and in the list. */
struct stage {
	size_t list;               /* in struct qemu_parts */
	const char *add, *drop;
	const char *key, *name;    /* of the argument of `drop`; of the entry */
};

static const struct stage stages[] = {
	{ offsetof(struct qemu_parts, objects), "object-add", "object-del", "id", "id" },
	{ offsetof(struct qemu_parts, chardevs), "chardev-add", "chardev-remove", "id", "id" },
	{ offsetof(struct qemu_parts, blockdevs), "blockdev-add", "blockdev-del", "node-name", "node-name" },
};

static json_t *list_of(const struct qemu_parts *p, const struct stage *s)
{
	return *(json_t *const *)((const char *)p + s->list);
}

/* Takes away the first n, the last made first. What is not there any more is fine. */
static void drop(struct qemu_guest *g, const struct stage *s, const json_t *list, size_t n)
{
	struct error ignored;

	while (n-- > 0)
		(void)!qmp_do(g->qmp, s->drop, json_pack("{s:s}", s->key, qemu_name_in(json_array_get(list, n), s->name)), QMP_TIMEOUT, &ignored);
}

/* What egd's object reads is made before it; what is encrypted by an object after it. */
static const struct stage *stage_at(const struct qemu_parts *p, size_t i)
{
	static const char first[] = "rng-egd";
	bool swap = i < 2 && !strcmp(qemu_name_in(json_array_get(p->objects, 0), "qom-type"), first);

	return &stages[swap ? 1 - i : i];
}

void qemu_parts_drop(struct qemu_guest *g, const struct qemu_parts *p)
{
	for (size_t i = ARRAY_LEN(stages); i-- > 0;)
		drop(g, stage_at(p, i), list_of(p, stage_at(p, i)), json_array_size(list_of(p, stage_at(p, i))));
}

/* The terminal that QEMU made is noted in the entry. */
static int add_one(struct qemu_guest *g, const struct stage *s, json_t *entry, struct error *err)
{
	json_t *r = qmp_execute(g->qmp, s->add, json_incref(entry), QMP_TIMEOUT, err);
	json_t *pty = json_object_get(r, "pty");

	if (json_is_string(pty))
		json_object_set(entry, "pty", pty);
	json_decref(r);
	return r ? 0 : -1;
}

static bool has_secret(const struct qemu_parts *p)
{
	for (size_t i = 0; i < json_array_size(p->objects); i++)
		if (!strcmp(qemu_name_in(json_array_get(p->objects, i), "qom-type"), "secret"))
			return true;
	return false;
}

static int add_all(struct qemu_guest *g, const struct qemu_parts *p, struct error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(stages); i++) {
		const struct stage *s = stage_at(p, i);
		json_t *list = list_of(p, s);

		for (size_t k = 0; k < json_array_size(list); k++) {
			if (add_one(g, s, json_array_get(list, k), err) == 0)
				continue;
			drop(g, s, list, k);
			while (i-- > 0)
				drop(g, stage_at(p, i), list_of(p, stage_at(p, i)), json_array_size(list_of(p, stage_at(p, i))));
			return -1;
		}
	}
	return 0;
}

int qemu_parts_add(struct qemu_guest *g, const struct qemu_parts *p, struct error *err)
{
	int r = add_all(g, p, err);

	if (has_secret(p))
		qemu_secrets_taken(g);
	return r;
}

int qemu_plug_runtime(struct qemu_guest *g, struct qemu_runtime *rt, char **dir, struct error *err)
{
	*dir = state_path(STATE_RUN, g->sv->driver->kind, g->sv->name, "own", err);
	*rt = (struct qemu_runtime){ .dir = *dir, .monitor_fd = -1, .session = geteuid() != 0 };
	return *dir ? 0 : -1;
}

/* What is to come has descriptors and secrets; what is there needs its names alone. */
static int parts_with(struct qemu_guest *g, const struct domain *def, enum domain_device_kind kind, const void *dev, const struct qemu_fds *fds, size_t n,
		      bool secrets, struct qemu_parts *out, struct error *err)
{
	AUTO_FREE char *dir = NULL;
	struct qemu_runtime rt;
	const struct qemu_caps *caps = qemu_need_caps(g, err);

	*out = (struct qemu_parts){ 0 };
	if (!caps || qemu_plug_runtime(g, &rt, &dir, err) < 0)
		return -1;
	rt.fds = fds;
	rt.n_fds = n;
	rt.secret = secrets ? qemu_secret_plug : NULL;
	rt.secret_ctx = g;
	if (qemu_device_parts(def, caps, &rt, kind, dev, out, err) == 0)
		return 0;
	if (secrets)
		qemu_secrets_taken(g);
	return -1;
}

int qemu_plug_parts(struct qemu_guest *g, const struct domain *def, enum domain_device_kind kind, const void *dev, struct qemu_parts *out, struct error *err)
{
	return parts_with(g, def, kind, dev, NULL, 0, false, out, err);
}

int qemu_new_parts(struct qemu_guest *g, const struct domain *def, enum domain_device_kind kind, const void *dev, struct qemu_parts *out, struct error *err)
{
	return parts_with(g, def, kind, dev, NULL, 0, true, out, err);
}

void qemu_settle(struct qemu_guest *g)
{
	qemu_caps_free(STEAL_PTR(g->caps));
}

/* ---- any device ---- */

static const char *alias_of(enum domain_device_kind kind, const void *dev)
{
	const struct domain_info *info = domain_device_info(kind, (void *)dev);

	return info && info->alias.name ? info->alias.name : domain_device_name(kind);
}

static struct domain_chardev_source *source_of(enum domain_device_kind kind, void *dev)
{
	switch (kind) {
	case DOMAIN_DEVICE_SERIAL:
		return &((struct domain_serial *)dev)->source;
	case DOMAIN_DEVICE_PARALLEL:
		return &((struct domain_parallel *)dev)->source;
	case DOMAIN_DEVICE_CONSOLE:
		return &((struct domain_console *)dev)->source;
	case DOMAIN_DEVICE_CHANNEL:
		return &((struct domain_channel *)dev)->source;
	case DOMAIN_DEVICE_REDIRDEV:
		return &((struct domain_redirdev *)dev)->source;
	default:
		return NULL;
	}
}

static void note_pty(enum domain_device_kind kind, void *dev, const struct qemu_parts *p)
{
	struct domain_chardev_source *src = source_of(kind, dev);
	const char *path = json_string_value(json_object_get(json_array_get(p->chardevs, 0), "pty"));
	unsigned n;
	char rest;

	/* anything else is not taken for a terminal's name */
	if (!src || src->type != DOMAIN_CHARDEV_PTY || !path || sscanf(path, "/dev/pts/%u%c", &n, &rest) != 1)
		return;
	free(src->path);
	src->path = strdup(path);
	if (kind == DOMAIN_DEVICE_CONSOLE) {
		free(((struct domain_console *)dev)->tty);
		((struct domain_console *)dev)->tty = strdup(path);
	}
}

/* A watchdog's action is one of QEMU's as a whole; a watchdog that comes later brings it. */
static int set_watchdog_action(struct qemu_guest *g, const struct domain_watchdog *w, struct error *err)
{
	return qmp_do(g->qmp, "watchdog-set-action", json_pack("{s:s}", "action", qemu_watchdog_action(w)), QMP_TIMEOUT, err);
}

/* The descriptor gets its name in QEMU before what uses it. */
static int hand_over(struct qemu_guest *g, int fd, struct error *err)
{
	json_t *r = fd < 0 ? json_null() : qmp_execute_fd(g->qmp, "getfd", json_pack("{s:s}", "fdname", QEMU_FDNAME), fd, QMP_TIMEOUT, err);

	json_decref(r);
	return r ? 0 : -1;
}

static int add_device(struct qemu_guest *g, enum domain_device_kind kind, void *dev, const struct qemu_parts *p, struct error *err)
{
	int r;

	if (qemu_parts_add(g, p, err) < 0)
		return -1;
	r = kind == DOMAIN_DEVICE_WATCHDOG ? set_watchdog_action(g, dev, err) : 0;
	if (r == 0 && p->device)
		r = qmp_do(g->qmp, "device_add", json_incref(p->device), QMP_TIMEOUT, err);
	if (r < 0)
		qemu_parts_drop(g, p);
	else
		note_pty(kind, dev, p);
	return r;
}

int qemu_plug(struct qemu_guest *g, const struct domain *def, enum domain_device_kind kind, void *dev, struct error *err)
{
	struct qemu_view view = { .user = g->user };
	struct qemu_host_fd host;
	struct qemu_parts parts = { 0 };
	const char *alias = alias_of(kind, dev);
	int number = 0, r = qemu_host_device(g, &view, kind, dev, &host, err);
	struct qemu_fds fds = { alias, host.role, &number, 1 };

	if (r == 0)
		r = qemu_view_extend(&view, g->pidfd, g->pid, err);
	if (r == 0)
		r = parts_with(g, def, kind, dev, &fds, host.fd >= 0, true, &parts, err);
	if (r == 0 && !parts.device && json_array_size(parts.objects) == 0)
		r = error_set(err, ERR_OPERATION_UNSUPPORTED, "it is a part of the machine that can neither come nor go while the machine runs");
	if (r == 0 && host.role == QEMU_FD_VHOST && host.fd >= 0)
		json_object_set_new(parts.device, "vhostfd", json_string(QEMU_FDNAME));
	if (r == 0)
		r = hand_over(g, host.fd, err);
	if (r == 0)
		r = add_device(g, kind, dev, &parts, err);
	else
		qemu_secrets_taken(g);
	if (host.fd >= 0)
		close(host.fd);
	qemu_view_clear(&view);
	qemu_parts_clear(&parts);
	qemu_settle(g);
	return r < 0 ? error_wrap(err, "%s %s", domain_device_name(kind), alias) : 0;
}

/* The host's end of what the guest has let go. */
static void gone(struct qemu_guest *g, enum domain_device_kind kind, void *dev)
{
	struct qemu_parts parts;
	struct error err;

	if (kind == DOMAIN_DEVICE_DISK) {
		qemu_disk_gone(g, dev);
	} else if (kind == DOMAIN_DEVICE_INTERFACE) {
		qemu_net_gone(g, dev);
	} else if (qemu_plug_parts(g, g->sv->def, kind, dev, &parts, &err) < 0) {
		supervisor_log(g->sv, "%s: %s: what it used stays open: %s", g->sv->name, alias_of(kind, dev), err.text);
	} else {
		qemu_parts_drop(g, &parts);
		qemu_parts_clear(&parts);
		qemu_settle(g);
	}
}

static bool is_disk_of(enum domain_device_kind kind, const void *dev, enum domain_disk_bus bus)
{
	return kind == DOMAIN_DEVICE_DISK && ((const struct domain_disk *)dev)->bus == bus;
}

static bool stands_on(const struct domain_controller *c, enum domain_device_kind kind, void *dev, const struct domain_address *a)
{
	switch (c->type) {
	case DOMAIN_CONTROLLER_SCSI:
		return a->type == DOMAIN_ADDRESS_DRIVE && a->controller.value == c->index.value &&
		       (kind == DOMAIN_DEVICE_HOSTDEV || is_disk_of(kind, dev, DOMAIN_DISK_SCSI));
	case DOMAIN_CONTROLLER_SATA:
		return a->type == DOMAIN_ADDRESS_DRIVE && a->controller.value == c->index.value && is_disk_of(kind, dev, DOMAIN_DISK_SATA);
	case DOMAIN_CONTROLLER_USB:
		return a->type == DOMAIN_ADDRESS_USB && a->bus.value == c->index.value;
	case DOMAIN_CONTROLLER_VIRTIO_SERIAL:
		return a->type == DOMAIN_ADDRESS_VIRTIO_SERIAL && a->controller.value == c->index.value;
	case DOMAIN_CONTROLLER_PCI:
		return a->type == DOMAIN_ADDRESS_PCI && a->bus.value == c->index.value;
	default:
		return false;
	}
}

/* What others stand on stays. */
static int refuse_controller(const struct domain *def, const struct domain_controller *c, struct error *err)
{
	const struct domain_devices *d = &def->devices;

	for (int k = 0; k < DOMAIN_DEVICE_KINDS_END; k++) {
		for (size_t i = 0; i < domain_device_count(d, k); i++) {
			void *dev = domain_device_at(d, k, i);
			const struct domain_info *info = domain_device_info(k, dev);

			if (info && stands_on(c, k, dev, &info->address))
				return error_set(err, ERR_OPERATION_INVALID, "the controller %s cannot go: the device %s is on it", c->info.alias.name,
						 alias_of(k, dev));
		}
	}
	return 0;
}

int qemu_unplug_device(struct qemu_guest *g, enum domain_device_kind kind, void *dev, struct error *err)
{
	struct qemu_parts parts;
	int r;

	/* refuses what can never go */
	if (qemu_plug_parts(g, g->sv->def, kind, dev, &parts, err) < 0)
		return -1;
	qemu_settle(g);
	r = kind == DOMAIN_DEVICE_CONTROLLER ? refuse_controller(g->sv->def, dev, err) : 0;
	if (r == 0 && parts.device)
		r = qemu_unplug(g, alias_of(kind, dev), err);
	else if (r == 0 && json_array_size(parts.objects) == 0)
		r = error_set(err, ERR_OPERATION_UNSUPPORTED, "it is a part of the machine that can neither come nor go while the machine runs");
	qemu_parts_clear(&parts);
	if (r == 0)
		gone(g, kind, dev);
	return r < 0 ? error_wrap(err, "%s %s", domain_device_name(kind), alias_of(kind, dev)) : r;
}

/* ---- what a device needs to stand on ---- */

static bool had(const struct domain *def, enum domain_device_kind kind, const char *alias)
{
	for (size_t i = 0; i < domain_device_count(&def->devices, kind); i++)
		if (!strcmp(alias_of(kind, domain_device_at(&def->devices, kind, i)), alias))
			return true;
	return false;
}

int qemu_plug_base(struct qemu_guest *g, const struct domain *now, const struct domain *next, const void *but, size_t *made, struct error *err)
{
	static const enum domain_device_kind kinds[] = { DOMAIN_DEVICE_CONTROLLER, DOMAIN_DEVICE_HUB };

	*made = 0;
	/* nothing is begun that cannot be ended */
	for (size_t i = 0; i < next->devices.controllers.n; i++) {
		const struct domain_controller *c = next->devices.controllers.items[i];

		if (c != but && c->type == DOMAIN_CONTROLLER_PCI && !had(now, DOMAIN_DEVICE_CONTROLLER, alias_of(DOMAIN_DEVICE_CONTROLLER, c)))
			return error_set(err, ERR_OPERATION_FAILED, "the machine has no PCI slot left that such a device can be plugged into; room is made in its "
					 "definition (<controller type='pci' model='%s'/>) and is there from the next start on",
					 conf_enum_name(&domain_pci_model_names, c->pci_model));
	}
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		for (size_t i = 0; i < domain_device_count(&next->devices, kinds[k]); i++) {
			void *dev = domain_device_at(&next->devices, kinds[k], i);

			if (dev == but || had(now, kinds[k], alias_of(kinds[k], dev)))
				continue;
			if (qemu_plug(g, next, kinds[k], dev, err) < 0)
				return -1;
			++*made;
		}
	}
	return 0;
}

void qemu_unplug_base(struct qemu_guest *g, const struct domain *now, const struct domain *next, const void *but, size_t made)
{
	static const enum domain_device_kind kinds[] = { DOMAIN_DEVICE_HUB, DOMAIN_DEVICE_CONTROLLER };
	struct error ignored;

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		for (size_t i = domain_device_count(&next->devices, kinds[k]); i-- > 0 && made > 0;) {
			void *dev = domain_device_at(&next->devices, kinds[k], i);

			if (dev == but || had(now, kinds[k], alias_of(kinds[k], dev)))
				continue;
			(void)!qemu_unplug(g, alias_of(kinds[k], dev), &ignored);
			made--;
		}
	}
}

/* ---- devices that go later than somebody waited for ---- */

struct late {
	struct qemu_guest *g;
	char alias[200];
};

/* Processors have names, too. */
static bool vcpu_gone(struct qemu_guest *g, const char *alias)
{
	unsigned number;
	char rest;

	if (sscanf(alias, "vcpu%u%c", &number, &rest) != 1)
		return false;
	qemu_vcpu_is(g->sv->def, number, false);
	supervisor_live_changed(g->sv);
	return true;
}

static void late_task(void *arg)
{
	struct late *late = arg;
	struct qemu_guest *g = late->g;
	enum domain_device_kind kind;
	struct error ignored;
	int i = domain_device_by_alias(&g->sv->def->devices, late->alias, &kind, &ignored);

	if (i >= 0) {
		void *dev = domain_device_at(&g->sv->def->devices, kind, (size_t)i);

		qemu_raise(g);
		gone(g, kind, dev);
		qemu_lower(g);
		supervisor_device_removed(g->sv, kind, dev);
	} else {
		vcpu_gone(g, late->alias);
	}
	free(late);
}

void qemu_device_gone(struct qemu_guest *g, const char *alias)
{
	struct late *late = calloc(1, sizeof(*late));
	struct error err;

	if (!late)
		return;
	late->g = g;
	snprintf(late->alias, sizeof(late->alias), "%s", alias);
	if (task_spawn(g->sv->loop, late_task, late, &err) < 0) {
		supervisor_log(g->sv, "%s: %s", g->sv->name, err.text);
		free(late);
	}
}
