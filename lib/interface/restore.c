/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The restore point: definitions, and which of them were up, as they were at iface-begin; a file, so that it outlives a boot. */
#include "interface/interface_impl.h"

#include "state/state.h"
#include "util/file.h"

#include <fcntl.h>
#include <jansson.h>
#include <string.h>

#define DIR_NAME ".interface-restore"
#define POINT "point"
#define POINT_MAX (16u << 20)

/* One begins, keeps or takes back at a time: until the descriptor is closed. */
static int lock_point(int timeout_ms, struct error *err)
{
	AUTO_CLOSE int dir = state_open_dir(STATE_LIB, DIR_NAME, true, err);
	AUTO_CLOSE int lock = dir < 0 ? -1 : openat(dir, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (dir < 0)
		return -1;
	if (lock >= 0 && file_lock(lock, timeout_ms) == 0)
		return STEAL_FD(lock);
	if (lock >= 0 && errno == ETIMEDOUT)
		return error_set(err, ERR_RESOURCE_BUSY, "the restore point: another iface-begin, iface-commit or iface-rollback is at work");
	return error_errno(err, "restore point");
}

static int none(const char *what, struct error *err)
{
	return error_set(err, ERR_OPERATION_INVALID, "there is no restore point, and so nothing to be %s (iface-begin makes one)", what);
}

static bool is_up(const struct kernel_links *links, const char *name)
{
	const struct netlink_details *d = kernel_find(links, name);

	return d && d->link.up;
}

static json_t *gather(struct error *err)
{
	AUTO_DEFINITIONS struct definitions all = { 0 };
	AUTO_NETLINK struct netlink *nl = netlink_open(err);
	AUTO_KERNEL_LINKS struct kernel_links links = { 0 };
	json_t *point = nl && kernel_links(nl, &links, err) == 0 && definitions_load(&all, err) == 0 ? json_object() : NULL;

	for (size_t i = 0; point && i < all.list.n; i++) {
		const struct host_interface *def = all.list.items[i];
		AUTO_FREE char *xml = conf_document_format(&host_interface_document, def, 0, err);

		if (xml && json_object_set_new(point, def->name, json_pack("{s:s, s:b}", "xml", xml, "up", is_up(&links, def->name))) == 0)
			continue;
		json_decref(point);
		point = NULL;
	}
	return point;
}

int restore_begin(int timeout_ms, struct error *err)
{
	AUTO_CLOSE int lock = lock_point(timeout_ms, err);
	AUTO_CLOSE int dir = lock < 0 ? -1 : state_open_dir(STATE_LIB, DIR_NAME, true, err);
	AUTO_FREE char *text = NULL;
	json_t *point;

	if (dir < 0)
		return -1;
	if (faccessat(dir, POINT, F_OK, 0) == 0)
		return error_set(err, ERR_OPERATION_INVALID, "there is a restore point already (iface-commit or iface-rollback ends it)");
	point = gather(err);
	if (!point)
		return -1;
	text = json_dumps(point, JSON_INDENT(1) | JSON_SORT_KEYS);
	json_decref(point);
	return text ? file_replace_at(dir, POINT, text, strlen(text), 0600, FILE_DURABLE, err) : error_set(err, ERR_NO_MEMORY, "restore point");
}

static int forget(struct error *err)
{
	AUTO_CLOSE int dir = state_open_dir(STATE_LIB, DIR_NAME, true, err);

	if (dir < 0)
		return -1;
	return unlinkat(dir, POINT, 0) == 0 ? 0 : errno == ENOENT ? none("kept", err) : error_errno(err, "restore point");
}

int restore_commit(int timeout_ms, struct error *err)
{
	AUTO_CLOSE int lock = lock_point(timeout_ms, err);

	return lock < 0 ? -1 : forget(err);
}

static json_t *read_point(struct error *err)
{
	AUTO_CLOSE int dir = state_open_dir(STATE_LIB, DIR_NAME, true, err);
	AUTO_FREE char *text = NULL;
	struct error why = { 0 };
	json_t *point;

	if (dir < 0)
		return NULL;
	if (file_read_at(dir, POINT, POINT_MAX, &text, NULL, &why) < 0) {
		if (why.sys == ENOENT)
			none("taken back", err);
		else
			*err = why;
		return NULL;
	}
	point = json_loads(text, 0, NULL);
	if (!json_is_object(point)) {
		json_decref(point);
		error_set(err, ERR_OPERATION_FAILED, "the restore point is damaged: iface-commit keeps what is there and forgets it");
		return NULL;
	}
	return point;
}

struct back {
	json_t *point;
	struct kernel_links links;
	struct definitions now;
	int timeout_ms;
	struct error first;
};

static void remember(struct back *b, const struct error *why)
{
	if (!b->first.code)
		b->first = *why;
}

static char *text_of(const struct host_interface *def)
{
	return conf_document_format(&host_interface_document, def, 0, NULL);
}

/* What is other than it was stops and goes; what then is missing comes again. */
static void drop_changed(struct back *b)
{
	for (size_t i = 0; i < b->now.list.n; i++) {
		const struct host_interface *def = b->now.list.items[i];
		const char *was = json_string_value(json_object_get(json_object_get(b->point, def->name), "xml"));
		AUTO_FREE char *is = text_of(def);
		struct error why;

		if (was && is && !strcmp(was, is))
			continue;
		if (is_up(&b->links, def->name) && interface_stop(def->name, def, &why) < 0)
			remember(b, &why);
		if (definition_remove(def->name, b->timeout_ms, &why) < 0)
			remember(b, &why);
	}
}

static void bring_back(struct back *b)
{
	AUTO_NETLINK struct netlink *nl = netlink_open(&b->first);
	AUTO_KERNEL_LINKS struct kernel_links links = { 0 };
	const char *name;
	json_t *entry;

	if (!nl || kernel_links(nl, &links, &b->first) < 0)
		return;
	json_object_foreach(b->point, name, entry) {
		const char *xml = json_string_value(json_object_get(entry, "xml"));
		bool was_up = json_is_true(json_object_get(entry, "up")), up = is_up(&links, name);
		struct error why = { 0 };
		AUTO_HOST_INTERFACE struct host_interface *def =
			xml ? conf_document_parse(&host_interface_document, xml, strlen(xml), 0, NULL, NULL, &why) : NULL;

		if (!def || (state_is_defined(IFACE_KIND, name, NULL) != 1 && definition_store(def, b->timeout_ms, &why) < 0) ||
		    (was_up && !up && interface_start(def, &why) < 0) || (!was_up && up && interface_stop(name, def, &why) < 0))
			remember(b, &why);
	}
}

int restore_rollback(int timeout_ms, struct error *err)
{
	AUTO_CLOSE int lock = lock_point(timeout_ms, err);
	struct back b = { .point = lock < 0 ? NULL : read_point(err), .timeout_ms = timeout_ms };
	AUTO_NETLINK struct netlink *nl = NULL;
	int rc = -1;

	if (!b.point)
		return -1;
	nl = netlink_open(err);
	if (nl && kernel_links(nl, &b.links, err) == 0 && definitions_load(&b.now, err) == 0) {
		drop_changed(&b);
		bring_back(&b);
		rc = b.first.code ? -1 : forget(err);
		if (b.first.code)
			*err = b.first;
	}
	kernel_links_clear(&b.links);
	definitions_clear(&b.now);
	json_decref(b.point);
	return rc;
}
