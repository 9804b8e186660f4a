/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vm-start and vm-create: everything from the object's lock to the supervisor's word that the guest runs. */
#include "hypervisor/local.h"
#include "hypervisor/save_image.h"

#include "util/file.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>

/* Nothing of the guest may live when it is started: the run directory's word, then the kernel's. */
static int must_be_off(const struct hv *hv, const struct hv_kind *kind, const char *name, struct error *err)
{
	int live = hv_recover_locked(hv, kind, name, err);

	if (live < 0)
		return -1;
	if (live > 0)
		return error_set(err, ERR_OPERATION_INVALID, "'%s' is already running", name);
	live = guest_lives(kind, name, err);
	if (live > 0)
		return error_set(err, ERR_OPERATION_INVALID, "processes of '%s' live although its run directory is gone (vm-destroy ends them)", name);
	return live;
}

static int check_definition(const struct hv_kind *kind, const char *name, bool transient, struct error *err)
{
	switch (state_definition(kind->name, name, err)) {
	case STATE_UNDEFINED:
		return transient ? 0 : error_set(err, kind->missing, "there is no %s '%s' in driver %s", kind->noun, name, kind->name);
	case STATE_DEFINED:
		return transient ? error_set(err, ERR_OPERATION_FAILED, "'%s' is defined: start it, or choose another name", name) : 0;
	case STATE_DAMAGED:
		return error_set(err, ERR_OPERATION_FAILED, "'%s' is damaged: its definition cannot be read (define it again, or see host-check)", name);
	default:
		return -1;
	}
}

/* A UUID is unique among the defined and the running. */
static int check_uuid(const struct hv_kind *kind, const char *name, const unsigned char uuid[UUID_BYTES], struct error *err)
{
	const struct hv only = { .kind = kind };
	struct error none = { 0 };
	struct guest other;
	int r;

	if (guest_by_uuid(&only, uuid, &other, &none) < 0) {
		if (none.code == kind->missing)
			return 0;
		if (err)
			*err = none;
		return -1;
	}
	r = strcmp(other.name, name) ? error_set(err, ERR_OPERATION_FAILED, "'%s' cannot have the UUID of '%s'", name, other.name) : 0;
	guest_clear(&other);
	return r;
}

static void clean_up_failed(const struct hv_spawn *spec, const struct error *why)
{
	struct state_last_exit last = { .end = GUEST_END_FAILED, .time = (int64_t)time(NULL) };

	snprintf(last.text, sizeof(last.text), "%.200s", why->text);
	/* what cannot be removed stays an orphan, which the next program sees */
	if (hv_cleanup(spec->kind, spec->name, spec->run_fd, &last, true, NULL) < 0)
		return;
}

/* What a start is made of beside the stored definition. */
struct origin {
	const char *xml;             /* of a transient guest or an image; NULL: the stored one */
	const unsigned char *uuid;   /* of `xml`, where it is not that of the stored one */
	int image;                   /* saved memory; 0: none */
	bool running;                /* the guest is to run when it is restored */
};

static int begin(const struct hv *hv, const struct hv_kind *kind, const char *name, unsigned flags, const struct origin *from, struct error *err)
{
	AUTO_CLOSE int run = -1, alive = -1;
	struct error why = { 0 };
	bool died;
	struct hv_spawn spec = {
		.kind = kind, .name = name, .timeout_ms = hv->timeout_ms, .wait = hv->wait, .own = hv->supervisors, .image_fd = from->image,
		.transient = from->xml && !from->image, .paused = flags & HV_START_PAUSED || (from->image && !from->running),
		.autodestroy = flags & HV_START_AUTODESTROY, .host_root = flags & HV_START_HOST_ROOT, .reset_nvram = flags & HV_START_RESET_NVRAM,
	};

	if (state_run_create(kind->name, name, from->uuid, &run, &alive, err) < 0)
		return -1;
	spec.run_fd = run;
	spec.alive_fd = alive;
	if (from->xml && file_replace_at(run, "live.xml", from->xml, strlen(from->xml), 0600, FILE_VOLATILE, &why) < 0)
		died = true;
	else if (hv_spawn(&spec, &died, &why) == 0)
		return 0;
	/* a supervisor that was asked to destroy its guest before it could say that it runs goes in good order */
	if (died && state_probe(kind->name, name, NULL, NULL) == STATE_GONE)
		return error_set(err, ERR_OPERATION_INVALID, "'%s' was ended by another program while it was being started", name);
	if (died)
		clean_up_failed(&spec, &why);
	if (err)
		*err = why;
	return -1;
}

/* With the state that the guest was saved in by vm-managedsave, where there is one: the supervisor takes it away once it has it. */
static int begin_stored(const struct hv *hv, const struct hv_kind *kind, const char *name, unsigned flags, struct error *err)
{
	unsigned char uuid[UUID_BYTES];
	struct save_image image = { 0 };
	struct origin from = { .uuid = uuid };
	AUTO_CLOSE int object = -1, fd = -1;
	int r;

	if (state_uuid_of(kind->name, name, uuid, err) < 0)
		return -1;
	if (kind->images && (object = state_open_object(kind->name, name, err)) < 0)
		return -1;
	if (!kind->images || faccessat(object, HV_MANAGED_SAVE, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return begin(hv, kind, name, flags, &from, err);
	if (flags & HV_START_FORCE_BOOT) {
		if (unlinkat(object, HV_MANAGED_SAVE, 0) < 0)
			return error_errno(err, "'%s': its saved state cannot be removed", name);
		return begin(hv, kind, name, flags, &from, err);
	}
	fd = save_image_open(object, HV_MANAGED_SAVE, &image, err);
	from.image = fd;
	from.xml = image.xml;
	from.running = image.running;
	r = fd < 0 ? -1 : begin(hv, kind, name, flags, &from, err);
	save_image_clear(&image);
	return r < 0 ? error_wrap(err, "'%s' cannot be restored (vm-start --force-boot boots it afresh)", name) : 0;
}

int hv_start(const struct hv *hv, const struct hv_kind *kind, const char *name, unsigned flags, const char *xml,
	     const unsigned char uuid[UUID_BYTES], struct error *err)
{
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	const struct origin from = { .xml = xml, .uuid = uuid };

	if (state_is_session() && !kind->session)
		return error_set(err, ERR_OPERATION_DENIED, "%ss of driver %s are root's: run this as root", kind->noun, kind->name);
	if (state_lock(&lock, kind->name, name, hv->timeout_ms, err) < 0)
		return -1;
	if (check_definition(kind, name, xml != NULL, err) < 0 || must_be_off(hv, kind, name, err) < 0)
		return -1;
	if (xml && check_uuid(kind, name, uuid, err) < 0)
		return -1;
	return xml ? begin(hv, kind, name, flags, &from, err) : begin_stored(hv, kind, name, flags, err);
}

int hv_start_image(const struct hv *hv, const struct hv_kind *kind, const char *name, unsigned flags, const struct save_image *image, int fd,
		   const unsigned char uuid[UUID_BYTES], struct error *err)
{
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	const struct origin from = { .xml = image->xml, .uuid = uuid, .image = fd, .running = image->running };
	unsigned char stored[UUID_BYTES];
	int defined;

	if (state_is_session() && !kind->session)
		return error_set(err, ERR_OPERATION_DENIED, "%ss of driver %s are root's: run this as root", kind->noun, kind->name);
	if (state_lock(&lock, kind->name, name, hv->timeout_ms, err) < 0 || must_be_off(hv, kind, name, err) < 0)
		return -1;
	defined = state_is_defined(kind->name, name, err);
	if (defined < 0 || check_uuid(kind, name, uuid, err) < 0)
		return -1;
	if (defined && (state_uuid_of(kind->name, name, stored, err) < 0 || memcmp(stored, uuid, sizeof(stored))))
		return error_set(err, ERR_OPERATION_FAILED, "'%s' is defined with another UUID than the saved guest has", name);
	return begin(hv, kind, name, flags, &from, err);
}

static int start_guest(struct rpc_call *call, const struct guest *guest, unsigned flags, struct error *err)
{
	const struct hv *hv = call->ctx;

	if (!guest->persistent)
		return error_set(err, ERR_OPERATION_INVALID, "'%s' is already running", guest->name);
	return hv_start(hv, guest->kind, guest->name, flags, NULL, NULL, err);
}

int hv_domain_create(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_create_args *a = args;
	AUTO_GUEST struct guest guest = { 0 };

	(void)ret;
	return hv_guest_called(call, &a->dom, &guest, err) < 0 ? -1 : start_guest(call, &guest, 0, err);
}

int hv_domain_create_with_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_create_with_flags_args *a = args;
	wire_domain_create_with_flags_ret *r = ret;
	AUTO_GUEST struct guest guest = { 0 };
	struct state_status status;

	if (hv_flags(call, a->flags, HV_START_FLAGS, err) < 0 || hv_guest_called(call, &a->dom, &guest, err) < 0)
		return -1;
	/* made first: once the guest runs, nothing may be missing for the answer */
	if (hv_wire_domain(&r->dom, guest.name, guest.uuid, -1, err) < 0 || start_guest(call, &guest, a->flags, err) < 0)
		return -1;
	if (state_probe(guest.kind->name, guest.name, &status, NULL) >= 0)
		r->dom.id = status.id;
	return 0;
}
