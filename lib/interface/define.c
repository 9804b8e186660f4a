/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Definitions on disk, and with them the host's own files. */
#include "interface/interface_impl.h"

#include "state/state.h"

#include <string.h>

static void clear(struct conf_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		conf_free(&host_interface_elem, list->items[i]);
	free(list->items);
	*list = (struct conf_list){ 0 };
}

void definitions_clear(struct definitions *all)
{
	clear((struct conf_list *)&all->list);
}

struct host_interface *definition_load(const char *name, struct error *err)
{
	AUTO_FREE char *xml = NULL;
	struct error why = { 0 };
	size_t len;

	if (state_read_config(IFACE_KIND, name, &xml, &len, &why) == 0)
		return conf_document_parse(&host_interface_document, xml, len, 0, NULL, NULL, err);
	if (why.sys == ENOENT)
		error_set(err, ERR_NO_INTERFACE, "interface '%s' has no definition of ours", name);
	else if (err)
		*err = why;
	return NULL;
}

static int append(struct definitions *all, struct host_interface *def, struct error *err)
{
	struct host_interface **items = reallocarray(all->list.items, all->list.n + 1, sizeof(*items));

	if (!items) {
		conf_free(&host_interface_elem, def);
		return error_errno(err, "interfaces");
	}
	all->list.items = items;
	items[all->list.n++] = def;
	return 0;
}

int definitions_load(struct definitions *all, struct error *err)
{
	struct state_list list;
	int rc = 0;

	*all = (struct definitions){ 0 };
	if (state_list(&list, IFACE_KIND, STATE_LIST_DEFINED, err) < 0)
		return -1;
	for (size_t i = 0; i < list.n && rc == 0; i++) {
		struct host_interface *def = definition_load(list.entry[i].name, NULL);

		rc = def ? append(all, def, err) : 0;
	}
	state_list_free(&list);
	return rc;
}

struct host_interface *definition_find(const struct definitions *all, const char *name)
{
	for (size_t i = 0; i < all->list.n; i++)
		if (!strcmp(all->list.items[i]->name, name))
			return all->list.items[i];
	return NULL;
}

/* --- checks ------------------------------------------------------------------------------------------------------- */

static bool has_member(const struct host_interface *def, const char *name)
{
	for (size_t i = 0; i < def->members.n; i++)
		if (!strcmp(def->members.items[i]->name, name) || has_member(def->members.items[i], name))
			return true;
	return false;
}

static int check_names(const struct host_interface *def, struct error *err)
{
	if (!def->name || !*def->name || strlen(def->name) >= IF_NAMESIZE || strpbrk(def->name, "/: \t\n\"'\\$;&|<>()`*?[]#") || !strcmp(def->name, ".") ||
	    !strcmp(def->name, ".."))
		return error_set(err, ERR_XML, "'%.60s' cannot be the name of a network interface (at most %d characters, no blank or special one)",
				 def->name ? def->name : "", IF_NAMESIZE - 1);
	if (def->type == HOST_INTERFACE_VLAN && strpbrk(def->vlan.device, "/: \t\n\"'\\$;&|<>()`*?[]#"))
		return error_set(err, ERR_XML, "'%.60s' cannot be the name of a network interface", def->vlan.device);
	for (size_t i = 0; i < def->members.n; i++)
		if (check_names(def->members.items[i], err) < 0)
			return -1;
	return 0;
}

/* An interface is in one whole only. */
static int check_others(const struct definitions *all, const struct host_interface *def, struct error *err)
{
	for (size_t i = 0; i < all->list.n; i++) {
		const struct host_interface *other = all->list.items[i];

		if (!strcmp(other->name, def->name))
			continue;
		if (has_member(other, def->name))
			return error_set(err, ERR_OPERATION_INVALID, "interface '%s' is a part of '%s' (take it out first: iface-unbridge %s, or iface-edit %s)",
					 def->name, other->name, other->name, other->name);
		for (size_t j = 0; j < def->members.n; j++)
			if (has_member(other, def->members.items[j]->name))
				return error_set(err, ERR_OPERATION_INVALID, "interface '%s' is a part of '%s' already", def->members.items[j]->name, other->name);
	}
	return 0;
}

/* --- storing ------------------------------------------------------------------------------------------------------ */

static int put(const struct host_interface *def, struct error *err)
{
	AUTO_FREE char *xml = conf_document_format(&host_interface_document, def, 0, err);
	unsigned char uuid[UUID_BYTES];

	if (!xml || (state_uuid_of(IFACE_KIND, def->name, uuid, NULL) < 0 && uuid_generate(uuid, err) < 0))
		return -1;
	return state_define(IFACE_KIND, def->name, uuid, xml, strlen(xml), err);
}

static void take_out(struct definitions *all, const char *name)
{
	for (size_t i = 0; i < all->list.n; i++) {
		if (strcmp(all->list.items[i]->name, name))
			continue;
		conf_free(&host_interface_elem, all->list.items[i]);
		all->list.items[i] = all->list.items[--all->list.n];
		return;
	}
}

/* What becomes a part of the whole has no definition of its own any more: the disk's, after the whole is there. */
static int absorb(const struct host_interface *def, struct error *err)
{
	for (size_t i = 0; i < def->members.n; i++) {
		const char *name = def->members.items[i]->name;

		if (state_is_defined(IFACE_KIND, name, NULL) == 1 && state_undefine(IFACE_KIND, name, err) < 0)
			return -1;
	}
	return 0;
}

/* All that will be defined. */
static int plan(struct definitions *next, const struct host_interface *def, struct error *err)
{
	struct host_interface *copy;

	if (definitions_load(next, err) < 0 || check_others(next, def, err) < 0)
		return -1;
	take_out(next, def->name);
	for (size_t i = 0; i < def->members.n; i++)
		take_out(next, def->members.items[i]->name);
	copy = conf_copy(&host_interface_elem, def, err);
	return copy ? append(next, copy, err) : -1;
}

int definition_store(const struct host_interface *def, int timeout_ms, struct error *err)
{
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_HOST_INTERFACE struct host_interface *old = NULL;
	AUTO_DEFINITIONS struct definitions next = { 0 }, before = { 0 };
	struct error why = { 0 };

	/* one lock for all: they meet in the host's files */
	if (check_names(def, err) < 0 || state_lock(&lock, IFACE_KIND, ".all", timeout_ms, err) < 0 || host_files_check(def, err) < 0 ||
	    definitions_load(&before, err) < 0 || plan(&next, def, err) < 0)
		return -1;
	old = definition_load(def->name, NULL);
	if (put(def, err) < 0)
		return -1;
	if (host_files_write(&next, err) == 0)
		return absorb(def, err);
	/* as it was before */
	if ((old ? put(old, &why) : state_undefine(IFACE_KIND, def->name, &why)) < 0 || host_files_write(&before, &why) < 0)
		return error_wrap(err, "half done (%s)", why.text);
	return -1;
}

int definition_remove(const char *name, int timeout_ms, struct error *err)
{
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_DEFINITIONS struct definitions next = { 0 };

	if (state_lock(&lock, IFACE_KIND, ".all", timeout_ms, err) < 0)
		return -1;
	if (state_is_defined(IFACE_KIND, name, NULL) != 1)
		return error_set(err, ERR_NO_INTERFACE, "interface '%s' has no definition of ours", name);
	if (definitions_load(&next, err) < 0)
		return -1;
	take_out(&next, name);
	return host_files_write(&next, err) < 0 ? -1 : state_undefine(IFACE_KIND, name, err);
}
