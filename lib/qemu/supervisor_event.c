/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What QEMU tells by itself: a row per event. Everything in an event may be the guest's invention; it changes nothing but what we say of the guest. */
#include "qemu/change_impl.h"

#include "rpc/subscribe.h"
#include "util/str.h"

#include <string.h>

/* Numbers of libvirt's virDomainEventID. */
enum {
	ID_RTC_CHANGE = 2, ID_WATCHDOG = 3, ID_IO_ERROR = 4, ID_GRAPHICS = 5, ID_IO_ERROR_REASON = 6, ID_CONTROL_ERROR = 7, ID_TRAY_CHANGE = 10,
	ID_PMWAKEUP = 11, ID_PMSUSPEND = 12, ID_BALLOON_CHANGE = 13, ID_PMSUSPEND_DISK = 14, ID_AGENT_LIFECYCLE = 18,
	ID_DEVICE_REMOVAL_FAILED = 22, ID_BLOCK_THRESHOLD = 24, ID_MEMORY_DEVICE_SIZE = 26,
};

#define PUBLISH(g, id, name, msg) \
	supervisor_publish((g)->sv, id, &rpc_domain_event_##name, &rpc_domain_event_callback_##name, &(msg), sizeof(msg))

struct event {
	const json_t *data;
};

/* A string of QEMU's made harmless. */
static char *str(struct event *e, const char *key, char *buf, size_t size)
{
	const char *s = json_string_value(json_object_get(e->data, key));

	line_tame(buf, size, s ? s : "");
	return buf;
}

static int number_of(const char *const *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (words[i] && !strcmp(words[i], word))
			return (int)i;
	return -1;
}

/* ---- the guest's state ---- */

static void on_stop(struct qemu_guest *g, struct event *e)
{
	/* virDomainEventSuspendedDetailType for virDomainPausedReason */
	static const int details[] = { [PAUSED_IOERROR] = 2, [PAUSED_WATCHDOG] = 3 };
	int reason = g->pause_reason;

	(void)e;
	g->pause_reason = PAUSED_UNKNOWN;
	if (g->sv->state != GUEST_RUNNING)
		return;
	supervisor_set_state(g->sv, GUEST_PAUSED, reason, EV_SUSPENDED, (size_t)reason < ARRAY_LEN(details) ? details[reason] : 0);
}

static void on_resume(struct qemu_guest *g, struct event *e)
{
	int reason = g->resume_reason ? g->resume_reason : RUNNING_UNPAUSED;

	(void)e;
	g->resume_reason = 0;
	if (g->sv->state == GUEST_PAUSED && g->lives)
		supervisor_set_state(g->sv, GUEST_RUNNING, reason, EV_RESUMED, 0);
}

static void begin_again(void *arg)
{
	struct qemu_guest *g = arg;
	struct error err;

	if (qmp_do(g->qmp, "system_reset", NULL, QMP_TIMEOUT, &err) < 0 || qmp_do(g->qmp, "cont", NULL, QMP_TIMEOUT, &err) < 0) {
		supervisor_log(g->sv, "%s: cannot begin again: %s", g->sv->name, err.text);
		return;
	}
	supervisor_set_state(g->sv, GUEST_RUNNING, RUNNING_BOOTED, EV_RESUMED, 0);
}

/* QEMU stays (-no-shutdown) until it is told what now. */
static void on_shutdown(struct qemu_guest *g, struct event *e)
{
	struct error err;

	(void)e;
	if (g->reboot_wanted && g->sv->def->on_reboot != DOMAIN_ACTION_DESTROY) {
		g->reboot_wanted = false;
		if (task_spawn(g->sv->loop, begin_again, g, &err) == 0)
			return;
	}
	if (!g->went_down)
		supervisor_set_state(g->sv, GUEST_SHUTDOWN, 1, EV_SHUTDOWN, json_is_true(json_object_get(e->data, "guest")) ? 1 : 2);
	g->went_down = true;
	if (g->sv->def->on_poweroff == DOMAIN_ACTION_PRESERVE)
		return;
	if (g->sv->driver->destroy(g->sv, &err) < 0)
		supervisor_log(g->sv, "%s", err.text);
}

static void on_reset(struct qemu_guest *g, struct event *e)
{
	(void)e;
	g->reboot_wanted = false;
	supervisor_event_reboot(g->sv);
}

static void on_panic(struct qemu_guest *g, struct event *e)
{
	struct error err;

	(void)e;
	supervisor_log(g->sv, "%s: the guest's system panicked", g->sv->name);
	supervisor_set_state(g->sv, GUEST_CRASHED, 1, EV_CRASHED, 0);
	switch (g->sv->def->on_crash) {
	case DOMAIN_CRASH_PRESERVE:
		return;
	default:
		g->panicked = true;
		if (g->sv->driver->destroy(g->sv, &err) < 0)
			supervisor_log(g->sv, "%s", err.text);
	}
}

static void on_suspend(struct qemu_guest *g, struct event *e)
{
	wire_domain_event_pmsuspend_msg msg = { 0 };

	(void)e;
	supervisor_set_state(g->sv, GUEST_PMSUSPENDED, 0, EV_PMSUSPENDED, 0);
	PUBLISH(g, ID_PMSUSPEND, pmsuspend, msg);
}

static void on_suspend_disk(struct qemu_guest *g, struct event *e)
{
	wire_domain_event_pmsuspend_disk_msg msg = { 0 };

	(void)e;
	supervisor_set_state(g->sv, GUEST_PMSUSPENDED, 0, EV_PMSUSPENDED, 1);
	PUBLISH(g, ID_PMSUSPEND_DISK, pmsuspend_disk, msg);
}

static void on_wakeup(struct qemu_guest *g, struct event *e)
{
	wire_domain_event_pmwakeup_msg msg = { 0 };

	(void)e;
	if (g->sv->state == GUEST_PMSUSPENDED)
		supervisor_set_state(g->sv, GUEST_RUNNING, RUNNING_WAKEUP, EV_STARTED, 4);
	PUBLISH(g, ID_PMWAKEUP, pmwakeup, msg);
}

/* ---- devices ---- */

/* A disk's device or node as QEMU names it; what libvirt's events say of it is its alias. */
static const struct domain_disk *disk_of(const struct qemu_guest *g, const char *qdev, const char *node)
{
	const struct domain_devices *d = &g->sv->def->devices;
	unsigned index;

	for (size_t i = 0; i < d->disks.n; i++) {
		const struct domain_disk *disk = d->disks.items[i];
		const char *alias = disk->info.alias.name;

		if (alias && qemu_qdev_is(qdev, alias))
			return disk;
		if (sscanf(node, "libvirt-%u-", &index) == 1 && disk->src.index == index)
			return disk;
	}
	return NULL;
}

static void on_io_error(struct qemu_guest *g, struct event *e)
{
	static const char *const actions[] = { "ignore", "stop", "report" };   /* virDomainEventIOErrorAction: none, pause, report */
	char action[40], qdev[200], node[80], reason[200];
	const struct domain_disk *disk = disk_of(g, str(e, "device", qdev, sizeof(qdev)), str(e, "node-name", node, sizeof(node)));
	int n = number_of(actions, ARRAY_LEN(actions), str(e, "action", action, sizeof(action)));
	bool full = json_is_true(json_object_get(e->data, "nospace"));
	wire_domain_event_io_error_msg msg = {
		.src_path = disk && disk->src.path ? disk->src.path : (char *)"", .dev_alias = disk ? disk->info.alias.name : qdev, .action = n < 0 ? 0 : n,
	};
	wire_domain_event_io_error_reason_msg why = { .src_path = msg.src_path, .dev_alias = msg.dev_alias, .action = msg.action };

	snprintf(reason, sizeof(reason), "%s", full ? "enospc" : "");
	why.reason = reason;
	if (n == 1)
		g->pause_reason = PAUSED_IOERROR;
	supervisor_log(g->sv, "%s: disk %s: input/output error%s", g->sv->name, disk ? disk->dst : qdev, full ? ": no space left" : "");
	PUBLISH(g, ID_IO_ERROR, io_error, msg);
	PUBLISH(g, ID_IO_ERROR_REASON, io_error_reason, why);
}

void qemu_tell_helper_gone(struct qemu_guest *g, const char *alias, const char *why)
{
	wire_domain_event_io_error_msg msg = { .src_path = (char *)"", .dev_alias = (char *)alias };
	wire_domain_event_io_error_reason_msg reason = { .src_path = (char *)"", .dev_alias = (char *)alias, .reason = (char *)why };

	PUBLISH(g, ID_IO_ERROR, io_error, msg);
	PUBLISH(g, ID_IO_ERROR_REASON, io_error_reason, reason);
}

static void on_watchdog(struct qemu_guest *g, struct event *e)
{
	/* virDomainEventWatchdogAction */
	static const char *const actions[] = { "none", "pause", "reset", "poweroff", "shutdown", "debug", "inject-nmi" };
	char action[40];
	int n = number_of(actions, ARRAY_LEN(actions), str(e, "action", action, sizeof(action)));
	wire_domain_event_watchdog_msg msg = { .action = n < 0 ? 0 : n };

	if (n == 1)
		g->pause_reason = PAUSED_WATCHDOG;
	PUBLISH(g, ID_WATCHDOG, watchdog, msg);
}

static void on_rtc_change(struct qemu_guest *g, struct event *e)
{
	wire_domain_event_rtc_change_msg msg = { .offset = json_integer_value(json_object_get(e->data, "offset")) };

	PUBLISH(g, ID_RTC_CHANGE, rtc_change, msg);
}

static void on_balloon(struct qemu_guest *g, struct event *e)
{
	json_int_t bytes = json_integer_value(json_object_get(e->data, "actual"));
	wire_domain_event_balloon_change_msg msg = { .actual = bytes > 0 ? (uint64_t)bytes / 1024 : 0 };

	if (msg.actual > 0 && msg.actual <= g->sv->def->memory.value)
		g->sv->def->current_memory.value = msg.actual;
	PUBLISH(g, ID_BALLOON_CHANGE, balloon_change, msg);
}

static void on_tray(struct qemu_guest *g, struct event *e)
{
	char qdev[200];
	struct domain_disk *disk = (struct domain_disk *)disk_of(g, str(e, "id", qdev, sizeof(qdev)), "");
	bool open = json_is_true(json_object_get(e->data, "tray-open"));
	wire_domain_event_tray_change_msg msg = { .dev_alias = disk ? disk->info.alias.name : qdev, .reason = !open };

	if (disk)
		disk->tray = open ? DOMAIN_DISK_TRAY_OPEN : 0;
	PUBLISH(g, ID_TRAY_CHANGE, tray_change, msg);
}

/* Whether somebody waits for it, who then tells of it. */
static bool unplugged(struct qemu_guest *g, const char *alias, bool deleted)
{
	bool waited = false;

	for (struct qemu_unplug *u = g->unplugs; u; u = u->next) {
		if (strcmp(u->alias, alias))
			continue;
		*(deleted ? &u->deleted : &u->refused) = true;
		task_queue_wake_all(&u->waiters);
		waited = true;
	}
	return waited;
}

static void on_deleted(struct qemu_guest *g, struct event *e)
{
	char alias[200], path[200];
	unsigned vcpu;
	int end = 0;

	str(e, "device", alias, sizeof(alias));
	/* of a processor that it emulates QEMU tells the end of its interrupt controller alone */
	str(e, "path", path, sizeof(path));
	if (!*alias && sscanf(path, "/machine/peripheral/vcpu%u/lapic%n", &vcpu, &end) == 1 && end && !path[end])
		snprintf(alias, sizeof(alias), "vcpu%u", vcpu);
	if (*alias && !unplugged(g, alias, true))
		qemu_device_gone(g, alias);
}

static void on_unplug_error(struct qemu_guest *g, struct event *e)
{
	char alias[200];
	struct { wire_domain dom; char *dev_alias; } plain = { .dev_alias = str(e, "device", alias, sizeof(alias)) };

	if (!*alias)
		return;
	unplugged(g, alias, false);
	supervisor_publish(g->sv, ID_DEVICE_REMOVAL_FAILED, NULL, &rpc_domain_event_callback_device_removal_failed, &plain, sizeof(plain));
}

static void on_threshold(struct qemu_guest *g, struct event *e)
{
	char node[80];
	const struct domain_disk *disk = disk_of(g, "", str(e, "node-name", node, sizeof(node)));
	struct { wire_domain dom; char *dev, **path; uint64_t threshold, excess; } plain = {
		.dev = disk ? disk->dst : node, .path = disk && disk->src.path ? (char **)&disk->src.path : NULL,
		.threshold = (uint64_t)json_integer_value(json_object_get(e->data, "write-threshold")),
		.excess = (uint64_t)json_integer_value(json_object_get(e->data, "amount-exceeded")),
	};

	supervisor_publish(g->sv, ID_BLOCK_THRESHOLD, NULL, &rpc_domain_event_block_threshold, &plain, sizeof(plain));
}

static void on_memory_size(struct qemu_guest *g, struct event *e)
{
	json_int_t size = json_integer_value(json_object_get(e->data, "size"));
	char alias[200];
	struct { wire_domain dom; char *alias; uint64_t size; } plain = { .alias = str(e, "id", alias, sizeof(alias)), .size = size > 0 ? (uint64_t)size / 1024 : 0 };

	for (size_t i = 0; i < g->sv->def->devices.memdevs.n; i++) {
		struct domain_memdev *m = g->sv->def->devices.memdevs.items[i];

		if (!m->info.alias.name || strcmp(m->info.alias.name, alias) || plain.size > m->size.value)
			continue;
		m->current = (struct conf_num){ plain.size, true };
		supervisor_live_changed(g->sv);
	}
	supervisor_publish(g->sv, ID_MEMORY_DEVICE_SIZE, NULL, &rpc_domain_event_memory_device_size_change, &plain, sizeof(plain));
}

void qemu_tell_agent(struct qemu_guest *g, bool connected, int reason)
{
	/* virConnectDomainEventAgentLifecycleState */
	struct { wire_domain dom; int state, reason; } plain = { .state = connected ? 1 : 2, .reason = reason };

	supervisor_publish(g->sv, ID_AGENT_LIFECYCLE, NULL, &rpc_domain_event_callback_agent_lifecycle, &plain, sizeof(plain));
}

static void on_port(struct qemu_guest *g, struct event *e)
{
	bool open = json_is_true(json_object_get(e->data, "open"));
	char id[80];

	str(e, "id", id, sizeof(id));
	for (size_t i = 0; i < g->sv->def->devices.channels.n; i++) {
		struct domain_channel *c = g->sv->def->devices.channels.items[i];

		if (!c->info.alias.name || strcmp(c->info.alias.name, id))
			continue;
		c->state = open ? DOMAIN_CHANNEL_CONNECTED : DOMAIN_CHANNEL_DISCONNECTED;
		supervisor_live_changed(g->sv);
		if (c->name && !strcmp(c->name, "org.qemu.guest_agent.0")) {
			agent_set_present(&g->agent, open);
			qemu_tell_agent(g, open, 2);
		}
	}
}

static void on_progress(struct qemu_guest *g, struct event *e)
{
	str(e, "status", g->job.status, sizeof(g->job.status));
	task_queue_wake_all(&g->job.changed);
}

static void on_dump(struct qemu_guest *g, struct event *e)
{
	const json_t *result = json_object_get(e->data, "result");
	const char *status = json_string_value(json_object_get(result, "status"));
	const char *why = json_string_value(json_object_get(e->data, "error"));

	line_tame(g->job.status, sizeof(g->job.status), status ? status : "failed");
	line_tame(g->job.why, sizeof(g->job.why), why ? why : "");
	task_queue_wake_all(&g->job.changed);
}

static const struct {
	const char *name;
	void (*take)(struct qemu_guest *g, struct event *e);
} events[] = {
	{ "STOP", on_stop },
	{ "RESUME", on_resume },
	{ "SHUTDOWN", on_shutdown },
	{ "RESET", on_reset },
	{ "GUEST_PANICKED", on_panic },
	{ "SUSPEND", on_suspend },
	{ "SUSPEND_DISK", on_suspend_disk },
	{ "WAKEUP", on_wakeup },
	{ "BLOCK_IO_ERROR", on_io_error },
	{ "WATCHDOG", on_watchdog },
	{ "RTC_CHANGE", on_rtc_change },
	{ "BALLOON_CHANGE", on_balloon },
	{ "DEVICE_TRAY_MOVED", on_tray },
	{ "DEVICE_DELETED", on_deleted },
	{ "DEVICE_UNPLUG_GUEST_ERROR", on_unplug_error },
	{ "BLOCK_WRITE_THRESHOLD", on_threshold },
	{ "VSERPORT_CHANGE", on_port },
	{ "MEMORY_DEVICE_SIZE_CHANGE", on_memory_size },
	{ "MIGRATION", on_progress },
	{ "DUMP_COMPLETED", on_dump },
};

static void on_event(void *arg, const char *name, const json_t *data, int64_t seconds, unsigned micros)
{
	struct qemu_guest *g = arg;
	struct event e = { .data = data };

	if (g->sv->ending)
		return;
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (!strcmp(events[i].name, name))
			events[i].take(g, &e);
	qemu_tell_monitor_event(g, name, data, seconds, micros);
}

static void on_monitor_closed(void *arg, const struct error *why)
{
	struct qemu_guest *g = arg;
	wire_domain_event_control_error_msg msg = { 0 };

	task_queue_wake_all(&g->job.changed);
	for (struct qemu_unplug *u = g->unplugs; u; u = u->next)
		task_queue_wake_all(&u->waiters);
	/* its end is told by the process; a monitor alone that is gone leaves the guest running */
	if (!g->lives || g->sv->ending || g->sv->destroyed || g->went_down)
		return;
	supervisor_log(g->sv, "%s: %s", g->sv->name, why->text);
	PUBLISH(g, ID_CONTROL_ERROR, control_error, msg);
}

const struct qmp_ops qemu_monitor_ops = { .event = on_event, .closed = on_monitor_closed };

/* QEMU's run states (qapi/run-state.json) as libvirt's. */
static const struct { const char *word; enum guest_state state; int reason; } run_states[] = {
	{ "running", GUEST_RUNNING, RUNNING_BOOTED },
	{ "paused", GUEST_PAUSED, PAUSED_UNKNOWN },
	{ "prelaunch", GUEST_PAUSED, PAUSED_STARTING_UP },
	{ "inmigrate", GUEST_PAUSED, PAUSED_MIGRATION },
	{ "postmigrate", GUEST_PAUSED, PAUSED_UNKNOWN },
	{ "finish-migrate", GUEST_PAUSED, PAUSED_MIGRATION },
	{ "save-vm", GUEST_PAUSED, PAUSED_SAVE },
	{ "io-error", GUEST_PAUSED, PAUSED_IOERROR },
	{ "watchdog", GUEST_PAUSED, PAUSED_WATCHDOG },
	{ "shutdown", GUEST_SHUTDOWN, 1 },
	{ "suspended", GUEST_PMSUSPENDED, 0 },
	{ "guest-panicked", GUEST_CRASHED, 1 },
};

/* Which channels the guest has open: what was written down last may be older than the supervisor's end. */
static int learn_channels(struct qemu_guest *g, struct error *err)
{
	json_t *list = qmp_execute(g->qmp, "query-chardev", NULL, QMP_TIMEOUT, err), *c;
	struct domain_devices *d = &g->sv->def->devices;
	char label[100];
	size_t k;

	json_array_foreach(list, k, c)
		for (size_t i = 0; i < d->channels.n; i++) {
			const char *name = json_string_value(json_object_get(c, "label"));

			snprintf(label, sizeof(label), "char%.80s", d->channels.items[i]->info.alias.name ? d->channels.items[i]->info.alias.name : "");
			if (name && !strcmp(name, label))
				d->channels.items[i]->state = json_is_true(json_object_get(c, "frontend-open")) ? DOMAIN_CHANNEL_CONNECTED
														 : DOMAIN_CHANNEL_DISCONNECTED;
		}
	json_decref(list);
	return list ? 0 : -1;
}

int qemu_learn_state(struct qemu_guest *g, struct error *err)
{
	json_t *r = qmp_execute(g->qmp, "query-status", NULL, QMP_TIMEOUT, err);
	const char *word = json_string_value(json_object_get(r, "status"));

	for (size_t i = 0; word && i < ARRAY_LEN(run_states); i++) {
		if (strcmp(run_states[i].word, word))
			continue;
		/* what was known before says more of the reason */
		if (g->sv->state != run_states[i].state) {
			g->sv->state = run_states[i].state;
			g->sv->reason = run_states[i].reason;
			supervisor_state_known(g->sv);
		}
	}
	json_decref(r);
	return r ? learn_channels(g, err) : -1;
}
