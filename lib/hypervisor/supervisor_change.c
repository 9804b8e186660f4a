/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes of a guest that runs: the live definition, the stored one, or both; and what its definition tells. */
#include "hypervisor/change.h"
#include "hypervisor/supervisor_core.h"

#include "hypervisor/kinds.h"
#include "rpc/server.h"
#include "rpc/subscribe.h"
#include "state/state.h"

#include <string.h>

/* Numbers of libvirt's virDomainEventID. */
enum { EVENT_ID_DEVICE_REMOVED = 15, EVENT_ID_DEVICE_ADDED = 19 };

/* Somebody who changes the definition holds its lock for some milliseconds; a change before ours may wait for the guest. */
#define LOCK_MS 1000
#define TURN_MS 30000

/* ---- events ---- */

static void send_added(struct rpc_peer *peer, int callback_id, void *arg)
{
	wire_domain_event_callback_device_added_msg msg = *(wire_domain_event_callback_device_added_msg *)arg;

	msg.callback_id = callback_id;
	if (callback_id != RPC_NO_CALLBACK)
		rpc_peer_event(peer, &rpc_domain_event_callback_device_added, &msg);
}

static void send_removed(struct rpc_peer *peer, int callback_id, void *arg)
{
	wire_domain_event_callback_device_added_msg *what = arg;
	wire_domain_event_callback_device_removed_msg msg = {
		.callback_id = callback_id, .msg = { .dom = what->dom, .dev_alias = what->dev_alias },
	};

	if (callback_id == RPC_NO_CALLBACK)
		rpc_peer_event(peer, &rpc_domain_event_device_removed, &msg.msg);
	else
		rpc_peer_event(peer, &rpc_domain_event_callback_device_removed, &msg);
}

static void tell_device(struct supervisor *sv, enum domain_device_kind kind, void *dev, bool added)
{
	const struct domain_info *info = domain_device_info(kind, dev);
	wire_domain_event_callback_device_added_msg msg = { .dev_alias = info ? info->alias.name : NULL };
	struct error err;

	if (!msg.dev_alias)
		return;
	if (supervisor_wire_domain(sv, &msg.dom, &err) < 0) {
		supervisor_log(sv, "an event is lost: %s", err.text);
		return;
	}
	rpc_publish(sv->server, RPC_EVENTS_DOMAIN, added ? EVENT_ID_DEVICE_ADDED : EVENT_ID_DEVICE_REMOVED, sv->uuid,
		    added ? send_added : send_removed, &msg);
	xdr_free((xdrproc_t)xdr_wire_domain, (char *)&msg.dom);
}

static void tell(struct supervisor *sv, const struct change *c)
{
	if (c->what == CHANGE_ATTACH && c->dev)
		tell_device(sv, c->kind, c->dev, true);
	else if (c->what == CHANGE_DETACH && c->old)
		tell_device(sv, c->kind, c->old, false);
	else
		sv_event_tunable(sv, c);
}

void supervisor_device_removed(struct supervisor *sv, int kind, void *dev)
{
	AUTO_DEVICE struct domain_device gone = { 0 };
	struct error err;

	for (size_t i = 0; i < domain_device_count(&sv->def->devices, kind); i++) {
		if (domain_device_at(&sv->def->devices, kind, i) != dev)
			continue;
		gone = domain_device_take(&sv->def->devices, kind, i);
		if (sv_write_live(sv, &err) < 0)
			supervisor_log(sv, "%s: %s", sv->name, err.text);
		tell_device(sv, gone.kind, gone.obj, false);
		return;
	}
}

/* ---- changes ---- */

static int refuse_busy(const struct supervisor *sv, struct error *err)
{
	if (!sv->busy)
		return 0;
	return error_set(err, ERR_OPERATION_INVALID, "%s: the guest is %s (vm-jobinfo tells how far that is, vm-jobabort cancels it)", sv->name, sv->busy);
}

int supervisor_turn_take(struct supervisor *sv, struct error *err)
{
	if (refuse_busy(sv, err) < 0)
		return -1;
	if (task_lock(&sv->core->changing, TURN_MS) < 0)
		return error_set(err, ERR_OPERATION_TIMEOUT, "%s: another change is being made", sv->name);
	if (refuse_busy(sv, err) < 0) {
		task_unlock(&sv->core->changing);
		return -1;
	}
	if (sv->driver->turn)
		sv->driver->turn(sv, true);
	return 0;
}

void supervisor_turn_give(struct supervisor *sv)
{
	if (sv->driver->turn)
		sv->driver->turn(sv, false);
	task_unlock(&sv->core->changing);
}

bool supervisor_turn_taken(const struct supervisor *sv)
{
	return sv->core->changing.locked;
}

static void swap(struct domain *a, struct domain *b)
{
	struct domain was = *a;

	*a = *b;
	*b = was;
}

/* The stored definition with the change, not written yet. */
static char *change_stored(struct supervisor *sv, const struct change_row *row, struct change *c, struct error *err)
{
	AUTO_DOMAIN struct domain *def = NULL;
	AUTO_FREE char *xml = NULL, *changed = NULL;
	size_t len;

	if (state_read_config(sv->driver->kind, sv->name, &xml, &len, err) < 0 || !(def = domain_parse(xml, len, 0, err)))
		return NULL;
	c->now = def;
	if (change_definition(row, sv->driver->definitions, false, c, err) == 0)
		changed = domain_format(c->next, DOMAIN_FORMAT_SECURE | DOMAIN_FORMAT_INACTIVE, err);
	domain_free(STEAL_PTR(c->next));
	return STEAL_PTR(changed);
}

static int change_live(struct supervisor *sv, const struct change_row *row, struct change *c, struct error *err)
{
	struct error why;
	int r;

	c->now = sv->def;
	if (change_definition(row, sv->driver->definitions, true, c, err) < 0)
		return -1;
	if (!sv->driver->changes || !sv->driver->changes[c->what])
		return error_set(err, ERR_OPERATION_INVALID, "%s: this cannot be changed while the guest runs (change its definition: --config)",
				 sv->name);
	r = sv->driver->changes[c->what](sv, c, err);
	if (r != 0)
		return r < 0 ? -1 : 0;
	/* it is done: that the file cannot be written is told in the log and made up for by the next change */
	swap(sv->def, c->next);
	if (sv_write_live(sv, &why) < 0)
		supervisor_log(sv, "%s: %s", sv->name, why.text);
	tell(sv, c);
	return 0;
}

static int change_both(struct supervisor *sv, const struct change_row *row, const void *args, unsigned flags, struct error *err)
{
	const struct hv_kind *kind = hv_kind_find(sv->driver->kind);
	struct change c = { .args = args, .flags = flags & ~AFFECT_BOTH, .sched_params = kind ? kind->sched_params : 0 };
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	AUTO_FREE char *xml = NULL;
	int r;

	if (flags & AFFECT_CONFIG) {
		if (state_lock(&lock, sv->driver->kind, sv->name, LOCK_MS, err) < 0 || !(xml = change_stored(sv, row, &c, err)))
			return error_wrap(err, "%s: its definition", sv->name);
	}
	if (flags & AFFECT_LIVE) {
		r = change_live(sv, row, &c, err);
		domain_free(STEAL_PTR(c.next));
		if (r < 0)
			return -1;
	}
	if (xml && state_define(sv->driver->kind, sv->name, sv->uuid, xml, strlen(xml), err) < 0)
		return flags & AFFECT_LIVE ? error_wrap(err, "%s: done while it runs, but not kept", sv->name) : -1;
	return 0;
}

static int sv_change(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const struct change_row *row = change_row(call->proc);
	unsigned flags, affects;
	int r;

	(void)ret;
	if (supervisor_check_domain(sv, args, err) < 0 || change_flags(row, args, &flags, err) < 0 ||
	    change_affects(sv->name, true, !(flags & AFFECT_CONFIG) || supervisor_is_persistent(sv), flags, &affects, err) < 0)
		return -1;
	if (supervisor_turn_take(sv, err) < 0)
		return -1;
	/* it may have ended meanwhile */
	r = supervisor_check_domain(sv, args, err) < 0 ? -1 : change_both(sv, row, args, (flags & ~AFFECT_BOTH) | affects, err);
	supervisor_turn_give(sv);
	return r;
}

static int sv_view(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	struct supervisor *sv = call->ctx;
	const struct view_row *row = view_row(call->proc);
	const struct hv_kind *kind = hv_kind_find(sv->driver->kind);
	AUTO_DOMAIN struct domain *def = NULL;
	AUTO_FREE char *xml = NULL;
	unsigned flags;
	size_t len;

	if (supervisor_check_domain(sv, args, err) < 0 || view_flags(row, args, &flags, err) < 0)
		return -1;
	if (flags & AFFECT_CONFIG) {
		if (!supervisor_is_persistent(sv))
			return error_set(err, ERR_OPERATION_INVALID, "%s: a transient guest has no definition on disk", sv->name);
		def = state_read_config(sv->driver->kind, sv->name, &xml, &len, err) < 0 ? NULL : domain_parse(xml, len, 0, err);
	} else {
		def = domain_copy(sv->def, err);
	}
	if (!def || (!(flags & AFFECT_CONFIG) && sv->driver->look && sv->driver->look(sv, row->what, def, err) < 0))
		return -1;
	struct view v = { def, args, ret, kind ? kind->scheduler : NULL, kind ? kind->sched_params : 0, kind ? kind->host_cpus : 0 };
	return row->fn(&v, err);
}

#define CHANGE(name) RPC_ROW(domain_##name, sv_change)
#define VIEW(name) RPC_ROW(domain_get_##name, sv_view)

const struct rpc_row sv_change_rows[] = {
	CHANGE(attach_device), CHANGE(attach_device_flags), CHANGE(detach_device), CHANGE(detach_device_flags),
	CHANGE(detach_device_alias), CHANGE(update_device_flags),
	CHANGE(set_memory), CHANGE(set_memory_flags), CHANGE(set_max_memory), CHANGE(set_memory_stats_period),
	CHANGE(set_vcpus), CHANGE(set_vcpus_flags), CHANGE(set_vcpu), CHANGE(pin_vcpu), CHANGE(pin_vcpu_flags), CHANGE(pin_emulator),
	CHANGE(pin_iothread), CHANGE(add_iothread), CHANGE(del_iothread), CHANGE(set_iothread_params),
	CHANGE(set_memory_parameters), CHANGE(set_blkio_parameters), CHANGE(set_scheduler_parameters),
	CHANGE(set_scheduler_parameters_flags), CHANGE(set_numa_parameters), CHANGE(set_interface_parameters),
	CHANGE(set_block_io_tune), CHANGE(set_throttle_group), CHANGE(del_throttle_group), CHANGE(set_perf_events), CHANGE(set_lifecycle_action),
	VIEW(vcpus_flags), VIEW(vcpu_pin_info), VIEW(emulator_pin_info), VIEW(iothread_info), VIEW(memory_parameters),
	VIEW(blkio_parameters), VIEW(scheduler_type), VIEW(scheduler_parameters), VIEW(scheduler_parameters_flags),
	VIEW(numa_parameters), VIEW(interface_parameters), VIEW(block_io_tune), VIEW(perf_events),
	RPC_ROW_END,
};
