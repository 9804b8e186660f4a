/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vm-start and vm-create: everything from the object's lock to the supervisor's word that the guest runs. */
#include "hypervisor/local.h"

#include "util/file.h"

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

int hv_start(const struct hv *hv, const struct hv_kind *kind, const char *name, unsigned flags, const char *xml,
	     const unsigned char uuid[UUID_BYTES], struct error *err)
{
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_CLOSE int run = -1, alive = -1;
	unsigned char own[UUID_BYTES];
	struct error why = { 0 };
	bool died;
	struct hv_spawn spec = {
		.kind = kind, .name = name, .timeout_ms = hv->timeout_ms, .wait = hv->wait, .own = hv->supervisors, .transient = xml != NULL,
		.paused = flags & HV_START_PAUSED, .autodestroy = flags & HV_START_AUTODESTROY, .host_root = flags & HV_START_HOST_ROOT,
	};

	if (state_is_session() && !kind->session)
		return error_set(err, ERR_OPERATION_DENIED, "%ss of driver %s are root's: run this as root", kind->noun, kind->name);
	if (state_lock(&lock, kind->name, name, hv->timeout_ms, err) < 0)
		return -1;
	if (check_definition(kind, name, xml != NULL, err) < 0 || must_be_off(hv, kind, name, err) < 0)
		return -1;
	if (xml && check_uuid(kind, name, uuid, err) < 0)
		return -1;
	if (!xml && state_uuid_of(kind->name, name, own, err) < 0)
		return -1;
	if (state_run_create(kind->name, name, xml ? uuid : own, &run, &alive, err) < 0)
		return -1;
	spec.run_fd = run;
	spec.alive_fd = alive;
	if (xml && file_replace_at(run, "live.xml", xml, strlen(xml), 0600, FILE_VOLATILE, &why) < 0)
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

static int start_guest(struct rpc_call *call, const wire_domain *dom, unsigned flags, struct guest *guest, struct error *err)
{
	const struct hv *hv = call->ctx;

	if (hv_guest_called(call, dom, guest, err) < 0)
		return -1;
	if (!guest->persistent)
		return error_set(err, ERR_OPERATION_INVALID, "'%s' is already running", guest->name);
	return hv_start(hv, guest->kind, guest->name, flags, NULL, NULL, err);
}

int hv_domain_create(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_create_args *a = args;
	AUTO_GUEST struct guest guest = { 0 };

	(void)ret;
	return start_guest(call, &a->dom, 0, &guest, err);
}

int hv_domain_create_with_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_create_with_flags_args *a = args;
	wire_domain_create_with_flags_ret *r = ret;
	AUTO_GUEST struct guest guest = { 0 };
	struct state_status status;

	if (hv_flags(call, a->flags, HV_START_PAUSED | HV_START_AUTODESTROY | HV_START_HOST_ROOT, err) < 0 ||
	    start_guest(call, &a->dom, a->flags, &guest, err) < 0)
		return -1;
	if (state_probe(guest.kind->name, guest.name, &status, NULL) < 0)
		status.id = -1;
	return hv_wire_domain(&r->dom, guest.name, guest.uuid, status.id, err);
}
