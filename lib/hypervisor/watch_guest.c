/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One watched guest: what its supervisor tells, and what its run directory shows. */
#include "hypervisor/watch_priv.h"

#include "rpc/client.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <time.h>

/* A supervisor's socket takes a connection at once, or its queue is full. */
#define CONNECT_MS 100

/* Of waiting for the end of a process that then was not the last thing that mattered. */
#define ATTEMPTS_MAX 8

/* Details of HV_LIFECYCLE_STOPPED by libvirt's numbers (virDomainEventStoppedDetailType). */

/* virNetworkEventLifecycleType; the first two are as for guests. */
enum { NETWORK_STARTED = 2, NETWORK_STOPPED = 3 };

#define MSG(name) wire_domain_event_##name##_msg
#define INNER(id, name) { id, &rpc_domain_event_callback_##name, offsetof(MSG(callback_##name), msg.dom) }
#define OUTER(id, name) { id, &rpc_domain_event_##name, offsetof(MSG(name), dom) }

const struct hv_event_type hv_event_types[] = {
	INNER(0, lifecycle),
	INNER(1, reboot),
	INNER(2, rtc_change),
	INNER(3, watchdog),
	INNER(4, io_error),
	INNER(5, graphics),
	INNER(6, io_error_reason),
	INNER(7, control_error),
	INNER(8, block_job),
	INNER(9, disk_change),
	INNER(10, tray_change),
	INNER(11, pmwakeup),
	INNER(12, pmsuspend),
	INNER(13, balloon_change),
	INNER(14, pmsuspend_disk),
	INNER(15, device_removed),
	OUTER(16, block_job_2),
	OUTER(17, callback_tunable),
	OUTER(18, callback_agent_lifecycle),
	OUTER(19, callback_device_added),
	OUTER(20, callback_migration_iteration),
	OUTER(21, callback_job_completed),
	OUTER(22, callback_device_removal_failed),
	OUTER(23, callback_metadata_change),
	OUTER(24, block_threshold),
	OUTER(25, memory_failure),
	OUTER(26, memory_device_size_change),
	{ -1, NULL, 0 },
};

int hv_object_lifecycle(int event)
{
	switch (event) {
	case HV_LIFECYCLE_DEFINED:
	case HV_LIFECYCLE_UNDEFINED:
		return event;
	case HV_LIFECYCLE_STARTED:
		return NETWORK_STARTED;
	case HV_LIFECYCLE_STOPPED:
		return NETWORK_STOPPED;
	}
	return -1;
}

static bool wanted(const struct hv_watch *w, const char *name, const unsigned char *uuid, int id)
{
	return !w->ops->wanted || w->ops->wanted(w->arg, name, uuid, id);
}

static int tell(struct hv_watch *w, const struct hv_event_type *type, void *msg, struct error *err)
{
	const wire_domain *dom = (const void *)((const char *)msg + type->dom_offset);
	struct hv_event event = { .type = type, .msg = msg, .dom = dom };

	if (!(w->types & UINT64_C(1) << type->id) || !wanted(w, dom->name, (const unsigned char *)dom->uuid, dom->id))
		return 0;
	return w->ops->tell(&event, w->arg, err);
}

int watch_tell_lifecycle(struct hv_watch *w, struct watched *g, enum hv_lifecycle event, int detail, struct error *err)
{
	wire_domain_event_callback_lifecycle_msg msg = { .msg = { .dom = { .name = g->name, .id = g->id }, .event = event, .detail = detail } };

	memcpy(msg.msg.dom.uuid, g->uuid, sizeof(g->uuid));
	return tell(w, &hv_event_types[0], &msg, err);
}

int watch_tell_annotated(struct hv_watch *w, struct watched *g, int dir, struct error *err)
{
	struct state_annotated what;
	struct error why;
	char *uri = what.uri;
	wire_domain_event_callback_metadata_change_msg msg = { .dom = { .name = g->name, .id = g->id } };

	if (dir < 0 || state_annotated_read(dir, &what, &why) < 0)
		return 0;
	msg.type = what.type;
	msg.nsuri = *uri ? &uri : NULL;
	memcpy(msg.dom.uuid, g->uuid, sizeof(g->uuid));
	return tell(w, &hv_event_types[HV_EVENT_METADATA_CHANGE], &msg, err);
}

int watch_tell_value(struct hv_watch *w, struct watched *g, struct error *err)
{
	wire_domain_event_callback_metadata_change_msg msg = { .dom = { .name = g->name, .id = g->id } };

	memcpy(msg.dom.uuid, g->uuid, sizeof(g->uuid));
	return tell(w, &hv_event_types[HV_EVENT_VALUE_CHANGE], &msg, err);
}

/* ---- the supervisor's word ---- */

void watch_disconnect(struct watched *g)
{
	/* closing takes it out of the epoll set, too */
	rpc_conn_free(STEAL_PTR(g->conn));
	g->subscribed = 0;
}

void watch_subscribe(struct hv_watch *w, struct watched *g)
{
	uint64_t missing = w->types & ~g->subscribed;
	struct error why;

	for (const struct hv_event_type *t = hv_event_types; t->proc; t++) {
		wire_connect_domain_event_callback_register_any_args args = { .event_id = t->id };

		/* a connection that is lost is found so when it is read */
		if ((missing & UINT64_C(1) << t->id) && rpc_conn_post(g->conn, &rpc_connect_domain_event_callback_register_any, &args, &why) < 0)
			return;
	}
	g->subscribed |= missing;
}

/* Has the guest looked at again when a process has ended; false when there is no use in waiting for that. */
static bool await_end(struct hv_watch *w, struct watched *g, pid_t pid)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = g };

	if (g->pidfd >= 0)
		return true;
	if (pid <= 0 || g->attempts >= ATTEMPTS_MAX)
		return false;
	g->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (g->pidfd >= 0 && epoll_ctl(w->epoll, EPOLL_CTL_ADD, g->pidfd, &ev) < 0)
		close(STEAL_FD(g->pidfd));
	g->attempts++;
	return g->pidfd >= 0;
}

static void join(struct hv_watch *w, struct watched *g)
{
	struct watch_wd as = { .what = WATCH_GUEST, .kind = g->kind, .guest = g };
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = g };
	struct error why;
	AUTO_CLOSE int run = state_run_open(g->kind->name, g->name, &why);

	if (run < 0)
		return;
	/* before the socket is looked for, so that its coming is not missed */
	if (g->run_wd < 0)
		g->run_wd = watch_add(w, run, IN_CREATE | IN_MOVED_TO, &as);
	g->conn = rpc_connect_unix(run, "socket", CONNECT_MS, &why);
	if (!g->conn)
		return;
	if (w->hv.wait)
		rpc_conn_set_wait(g->conn, w->hv.wait);
	if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, rpc_conn_fd(g->conn), &ev) < 0)
		watch_disconnect(g);
	if (!g->conn)
		return;
	g->attempts = 0;
	if (g->pidfd >= 0)
		close(STEAL_FD(g->pidfd));
	watch_subscribe(w, g);
}

/* Notes what a lifecycle event says; true when the files had it first, and it was told. */
static bool repeated(struct watched *g, const wire_domain_event_lifecycle_msg *m)
{
	enum guest_state before = g->told;
	bool by_file = g->by_file;

	switch ((enum hv_lifecycle)m->event) {
	case HV_LIFECYCLE_STARTED:
		if (before != GUEST_SHUTOFF)
			return true;
		g->told = GUEST_RUNNING;
		break;
	case HV_LIFECYCLE_RESUMED:
		g->told = GUEST_RUNNING;
		break;
	case HV_LIFECYCLE_SUSPENDED:
		g->told = GUEST_PAUSED;
		break;
	case HV_LIFECYCLE_STOPPED:
		g->told = GUEST_SHUTOFF;
		g->id = -1;
		g->appeared = 0;
		return before == GUEST_SHUTOFF;
	default:
		return false;
	}
	g->by_file = false;
	return by_file && before == g->told;
}

static int take_event(struct hv_watch *w, struct watched *g, const struct rpc_event *ev, struct error *err)
{
	for (const struct hv_event_type *t = hv_event_types; t->proc; t++) {
		struct error why;
		int rc = 0;

		if (!rpc_event_is(ev, t->proc))
			continue;
		AUTO_FREE void *msg = calloc(1, t->proc->args_size);
		if (!msg)
			return error_errno(err, "no memory for an event");
		/* what cannot be read is dropped: its sender is not to end what hears of all the others */
		if (rpc_event_decode(ev, t->proc, msg, &why) < 0)
			return 0;
		if (t->id != 0 || !repeated(g, &((wire_domain_event_callback_lifecycle_msg *)msg)->msg))
			rc = tell(w, t, msg, err);
		xdr_free(t->proc->args, msg);
		return rc;
	}
	return 0;
}

int watch_drain(struct hv_watch *w, struct watched *g, struct error *err)
{
	while (g->conn) {
		struct rpc_event ev = { 0 };
		struct error why;
		int rc = rpc_next_event(g->conn, &ev, 0, &why);

		if (rc == 0)
			return 0;
		if (rc < 0) {
			watch_disconnect(g);
			return 0;
		}
		rc = take_event(w, g, &ev, err);
		rpc_event_clear(&ev);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* ---- the files' word ---- */

/* Its run directory is gone. While its supervisor is connected that one tells the end, and its leaving brings us back. */
static int ended(struct hv_watch *w, struct watched *g, struct error *err)
{
	struct state_last_exit last = { .end = GUEST_END_FAILED };
	struct error why;
	int rc = 0, known;

	watch_remove(w, &g->run_wd);
	if (g->conn)
		return 0;
	known = g->defined ? state_last_exit_read(g->kind->name, g->name, &last, &why) : 0;
	g->id = -1;
	if (g->told != GUEST_SHUTOFF) {
		g->told = GUEST_SHUTOFF;
		rc = watch_tell_lifecycle(w, g, HV_LIFECYCLE_STOPPED, guest_end_detail(last.end), err);
	} else if (g->appeared && known == 1 && last.time >= g->appeared && last.end != GUEST_END_FAILED) {
		/* it came and went before anybody could look */
		rc = watch_tell_lifecycle(w, g, HV_LIFECYCLE_STARTED, 0, err);
		if (rc == 0)
			rc = watch_tell_lifecycle(w, g, HV_LIFECYCLE_STOPPED, guest_end_detail(last.end), err);
	}
	g->appeared = 0;
	if (!g->defined)
		watch_bury(w, g);
	return rc;
}

int watch_run_gone(struct hv_watch *w, struct watched *g, struct error *err)
{
	if (g->told == GUEST_SHUTOFF)
		return 0;
	watch_disconnect(g);
	return ended(w, g, err);
}

/* libvirt's VIR_DOMAIN_RUNNING_RESTORED, VIR_DOMAIN_EVENT_STARTED_RESTORED; else booted */
static int started_detail(const struct state_status *status)
{
	return status->state == GUEST_RUNNING && status->reason == 3 ? 2 : 0;
}

static int lives(struct hv_watch *w, struct watched *g, const struct state_status *status, struct error *err)
{
	enum guest_state before = g->told, now = status->state;
	struct error why;
	int rc = 0;

	if (!g->defined && before == GUEST_SHUTOFF && state_run_uuid(g->kind->name, g->name, g->uuid, &why) < 0)
		return 0;   /* gone in this moment, which brings us back */
	if (!g->conn && wanted(w, g->name, g->uuid, status->id)) {
		join(w, g);
		/* a dying supervisor's socket can be gone before its lock is */
		if (!g->conn && before != GUEST_SHUTOFF)
			await_end(w, g, status->supervisor);
	}
	if (now == before || (now != GUEST_RUNNING && now != GUEST_PAUSED))
		return 0;
	g->id = status->id;
	g->told = now;
	g->by_file = true;
	g->appeared = 0;
	if (before == GUEST_SHUTOFF)
		rc = watch_tell_lifecycle(w, g, HV_LIFECYCLE_STARTED, started_detail(status), err);
	if (rc == 0 && now == GUEST_PAUSED)
		rc = watch_tell_lifecycle(w, g, HV_LIFECYCLE_SUSPENDED, 0, err);
	else if (rc == 0 && before == GUEST_PAUSED)
		rc = watch_tell_lifecycle(w, g, HV_LIFECYCLE_RESUMED, 0, err);
	return rc;
}

int watch_look(struct hv_watch *w, struct watched *g, struct error *err)
{
	struct state_status status;
	struct error why;

	for (int tries = 0; tries < 3; tries++) {
		switch (state_probe(g->kind->name, g->name, &status, &why)) {
		case STATE_GONE:
		case STATE_STALE:
			return ended(w, g, err);
		case STATE_STARTING:
		case STATE_ALIVE:
			return lives(w, g, &status, err);
		case STATE_ORPHAN:
			if (hv_recover(&w->hv, g->kind, g->name, &why) >= 0)
				break;
			/* it cannot be adopted while it dies */
			if (await_end(w, g, status.pid))
				return 0;
			if (w->ops->warn)
				w->ops->warn(w->arg, why.text);
			break;
		default:
			return 0;   /* unreadable: not known is not the same as gone */
		}
	}
	return 0;
}
