/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Saved memory in files: guests that begin with it, and the definition that is kept with it. */
#include "hypervisor/local_xml.h"
#include "hypervisor/save_image.h"

#include <fcntl.h>
#include <string.h>

/* libvirt's virDomainSaveRestoreFlags, VIR_DOMAIN_SAVE_IMAGE_XML_SECURE */
enum { BYPASS_CACHE = 1, AS_RUNNING = 2, AS_PAUSED = 4, RESET_NVRAM = 8 };
enum { XML_SECURE = 1 };

static int check_modes(const struct rpc_call *call, unsigned flags, unsigned known, struct error *err)
{
	if (hv_may(call, err) < 0 || hv_flags(call, flags, known, err) < 0)
		return -1;
	if ((flags & AS_RUNNING) && (flags & AS_PAUSED))
		return error_set(err, ERR_INVALID_ARG, "a guest cannot be both running and paused");
	return 0;
}

static int absolute(const char *path, struct error *err)
{
	return path && *path == '/' ? 0 : error_set(err, ERR_INVALID_ARG, "'%s' is no absolute path", path ? path : "");
}

/* What the saved memory depends on must be the same: another name, disk or network is fine. */
static int check_same(const struct domain *saved, const struct domain *now, struct error *err)
{
	const struct { const char *what; bool same; } parts[] = {
		{ "UUID", !memcmp(saved->uuid, now->uuid, sizeof(now->uuid)) },
		{ "name", !strcmp(saved->name, now->name) },
		{ "type", saved->virt == now->virt },
		{ "amount of memory", saved->memory.value == now->memory.value },
		{ "number of processors", saved->vcpus.n == now->vcpus.n },
		{ "machine type", saved->os.machine && now->os.machine ? !strcmp(saved->os.machine, now->os.machine) : saved->os.machine == now->os.machine },
		{ "number of disks", saved->devices.disks.n == now->devices.disks.n },
		{ "number of interfaces", saved->devices.interfaces.n == now->devices.interfaces.n },
	};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (!parts[i].same)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "the definition has another %s than the saved guest", parts[i].what);
	return 0;
}

/* The definition to use: the image's, or another that fits it. */
static struct domain *definition(const struct hv *hv, const char *saved, const char *other, const struct hv_kind **kind, struct error *err)
{
	AUTO_DOMAIN struct domain *old = hv_parse(hv, saved, 0, kind, err), *def = NULL;
	const struct hv_kind *another;

	if (!old)
		return NULL;
	if (!(*kind)->images) {
		error_set(err, ERR_NO_SUPPORT, "'%s': driver %s cannot restore guests", old->name, (*kind)->name);
		return NULL;
	}
	if (!other)
		return STEAL_PTR(old);
	def = hv_parse(hv, other, 0, &another, err);
	return def && check_same(old, def, err) == 0 ? STEAL_PTR(def) : NULL;
}

static int restore(struct rpc_call *call, const char *path, const char *xml, unsigned flags, struct error *err)
{
	const struct hv *hv = call->ctx;
	struct save_image image = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;
	AUTO_CLOSE int fd = -1;
	const struct hv_kind *kind;
	char *text;
	int r = -1;

	if (check_modes(call, flags, BYPASS_CACHE | AS_RUNNING | AS_PAUSED | RESET_NVRAM, err) < 0 || absolute(path, err) < 0)
		return -1;
	fd = save_image_open(AT_FDCWD, path, &image, err);
	def = fd < 0 ? NULL : definition(hv, image.xml, xml, &kind, err);
	text = def ? domain_format(def, HV_STORED, err) : NULL;
	if (text) {
		free(image.xml);
		image.xml = text;
		image.running = flags & AS_RUNNING || (image.running && !(flags & AS_PAUSED));
		r = hv_start_image(hv, kind, def->name, (flags & BYPASS_CACHE ? HV_START_BYPASS_CACHE : 0) | (flags & RESET_NVRAM ? HV_START_RESET_NVRAM : 0),
				   &image, fd, def->uuid, err);
	}
	save_image_clear(&image);
	return r < 0 ? error_wrap(err, "%s", path) : 0;
}

int hv_domain_restore(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	(void)ret;
	return restore(call, ((const wire_domain_restore_args *)args)->from, NULL, 0, err);
}

int hv_domain_restore_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_restore_flags_args *a = args;

	(void)ret;
	return restore(call, a->from, a->dxml ? *a->dxml : NULL, a->flags, err);
}

int hv_domain_restore_params(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_restore_params_args *a = args;
	const char *file = NULL, *xml = NULL;

	(void)ret;
	for (u_int i = 0; i < a->params.params_len; i++) {
		const wire_typed_param *p = &a->params.params_val[i];

		if (!strcmp(p->field, "file") && p->value.type == WIRE_PARAM_STRING)
			file = p->value.wire_typed_param_value_u.s;
		else if (!strcmp(p->field, "dxml") && p->value.type == WIRE_PARAM_STRING)
			xml = p->value.wire_typed_param_value_u.s;
		else
			return error_set(err, ERR_ARGUMENT_UNSUPPORTED, "restoring has no parameter '%s'", p->field);
	}
	return restore(call, file, xml, a->flags, err);
}

/* ---- the definition in an image ---- */

static char *image_xml(const struct hv *hv, int dirfd, const char *path, unsigned flags, struct error *err)
{
	struct save_image image = { 0 };
	AUTO_CLOSE int fd = save_image_open(dirfd, path, &image, err);
	const struct hv_kind *kind;
	AUTO_DOMAIN struct domain *def = fd < 0 ? NULL : definition(hv, image.xml, NULL, &kind, err);

	save_image_clear(&image);
	return def ? domain_format(def, DOMAIN_FORMAT_INACTIVE | (flags & XML_SECURE ? DOMAIN_FORMAT_SECURE : 0), err) : NULL;
}

static int image_define(const struct hv *hv, int dirfd, const char *path, const char *xml, unsigned flags, struct error *err)
{
	struct save_image image = { 0 };
	AUTO_CLOSE int fd = save_image_open(dirfd, path, &image, err);
	const struct hv_kind *kind;
	AUTO_DOMAIN struct domain *def = fd < 0 ? NULL : definition(hv, image.xml, xml, &kind, err);
	AUTO_FREE char *text = def ? domain_format(def, HV_STORED, err) : NULL;
	bool running = flags & AS_RUNNING || (image.running && !(flags & AS_PAUSED));

	save_image_clear(&image);
	return text ? save_image_change(dirfd, path, text, running, err) : -1;
}

int hv_domain_save_image_get_xml_desc(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_save_image_get_xml_desc_args *a = args;
	wire_domain_save_image_get_xml_desc_ret *r = ret;

	if (hv_may(call, err) < 0 || hv_flags(call, a->flags, XML_SECURE, err) < 0 || absolute(a->file, err) < 0)
		return -1;
	r->xml = image_xml(call->ctx, AT_FDCWD, a->file, a->flags, err);
	return r->xml ? 0 : error_wrap(err, "%s", a->file);
}

int hv_domain_save_image_define_xml(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_save_image_define_xml_args *a = args;

	(void)ret;
	if (check_modes(call, a->flags, AS_RUNNING | AS_PAUSED, err) < 0 || absolute(a->file, err) < 0)
		return -1;
	return image_define(call->ctx, AT_FDCWD, a->file, a->dxml, a->flags, err) < 0 ? error_wrap(err, "%s", a->file) : 0;
}

/* ---- the image that a guest itself has ---- */

/* The guest's directory, with its lock held. */
static int open_managed(struct rpc_call *call, const void *args, struct guest *guest, struct state_lock *lock, struct error *err)
{
	const struct hv *hv = call->ctx;
	AUTO_CLOSE int fd = -1;

	if (hv_guest_called(call, args, guest, err) < 0)
		return -1;
	if (guest->persistent && (state_lock(lock, guest->kind->name, guest->name, hv->timeout_ms, err) < 0 ||
				  (fd = state_open_object(guest->kind->name, guest->name, err)) < 0))
		return -1;
	if (fd < 0 || faccessat(fd, HV_MANAGED_SAVE, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return error_set(err, ERR_OPERATION_INVALID, "'%s' has no saved state", guest->name);
	return STEAL_FD(fd);
}

int hv_domain_managed_save_remove(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_managed_save_remove_args *a = args;
	AUTO_GUEST struct guest guest = { 0 };
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_CLOSE int fd = -1;

	(void)ret;
	if (hv_flags(call, a->flags, 0, err) < 0 || (fd = open_managed(call, args, &guest, &lock, err)) < 0)
		return -1;
	return unlinkat(fd, HV_MANAGED_SAVE, 0) < 0 ? error_errno(err, "'%s': its saved state cannot be removed", guest.name) : 0;
}

int hv_domain_managed_save_get_xml_desc(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_managed_save_get_xml_desc_args *a = args;
	wire_domain_managed_save_get_xml_desc_ret *r = ret;
	AUTO_GUEST struct guest guest = { 0 };
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_CLOSE int fd = -1;

	if (hv_flags(call, a->flags, XML_SECURE, err) < 0)
		return -1;
	if (a->flags & XML_SECURE && (((const struct hv *)call->ctx)->read_only || call->read_only))
		return error_set(err, ERR_OPERATION_DENIED, "a read-only connection gets no secrets");
	if ((fd = open_managed(call, args, &guest, &lock, err)) < 0)
		return -1;
	r->xml = image_xml(call->ctx, fd, HV_MANAGED_SAVE, a->flags, err);
	return r->xml ? 0 : error_wrap(err, "'%s': its saved state", guest.name);
}

int hv_domain_managed_save_define_xml(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_managed_save_define_xml_args *a = args;
	AUTO_GUEST struct guest guest = { 0 };
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_CLOSE int fd = -1;

	(void)ret;
	if (check_modes(call, a->flags, AS_RUNNING | AS_PAUSED, err) < 0 || (fd = open_managed(call, args, &guest, &lock, err)) < 0)
		return -1;
	return image_define(call->ctx, fd, HV_MANAGED_SAVE, a->dxml ? *a->dxml : NULL, a->flags, err) < 0
		       ? error_wrap(err, "'%s': its saved state", guest.name) : 0;
}
