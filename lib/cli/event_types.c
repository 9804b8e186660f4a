/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/event.h"

#include <inttypes.h>
#include <string.h>

#define MAX_DETAILS 9

static const struct {
	const char *word;
	const char *details[MAX_DETAILS];
} lifecycle[] = {
	{ "Defined", { "Added", "Updated", "Renamed", "Snapshot" } },
	{ "Undefined", { "Removed", "Renamed" } },
	{ "Started", { "Booted", "Migrated", "Restored", "Snapshot", "Event wakeup" } },
	{ "Suspended", { "Paused", "Migrated", "I/O Error", "Watchdog", "Restored", "Snapshot", "API error", "Post-copy", "Post-copy Error" } },
	{ "Resumed", { "Unpaused", "Migrated", "Snapshot", "Post-copy", "Post-copy Error" } },
	{ "Stopped", { "Shutdown", "Destroyed", "Crashed", "Migrated", "Saved", "Failed", "Snapshot" } },
	{ "Shutdown", { "Finished", "Finished after guest request", "Finished after host request" } },
	{ "PMSuspended", { "Memory", "Disk" } },
	{ "Crashed", { "Panicked", "Crashloaded" } },
};

const char *cli_lifecycle_word(int event)
{
	return event >= 0 && event < (int)ARRAY_LEN(lifecycle) ? lifecycle[event].word : "unknown";
}

const char *cli_lifecycle_detail(int event, int detail)
{
	if (event < 0 || event >= (int)ARRAY_LEN(lifecycle) || detail < 0 || detail >= MAX_DETAILS || !lifecycle[event].details[detail])
		return "unknown";
	return lifecycle[event].details[detail];
}

static const char *word(const char *const *words, size_t n, int number)
{
	return number >= 0 && number < (int)n ? words[number] : "unknown";
}
#define WORD(number, ...) word((const char *const[]){ __VA_ARGS__ }, ARRAY_LEN(((const char *const[]){ __VA_ARGS__ })), number)

static void describe_lifecycle(const void *p, char text[256])
{
	const wire_domain_event_callback_lifecycle_msg *m = p;

	snprintf(text, 256, "%s %s", cli_lifecycle_word(m->msg.event), cli_lifecycle_detail(m->msg.event, m->msg.detail));
}

static void describe_nothing(const void *p, char text[256])
{
	(void)p;
	text[0] = '\0';
}

static void describe_rtc(const void *p, char text[256])
{
	const wire_domain_event_callback_rtc_change_msg *m = p;

	snprintf(text, 256, "%" PRId64, (int64_t)m->msg.offset);
}

static void describe_watchdog(const void *p, char text[256])
{
	const wire_domain_event_callback_watchdog_msg *m = p;

	snprintf(text, 256, "%s", WORD(m->msg.action, "none", "pause", "reset", "poweroff", "shutdown", "debug", "inject-nmi"));
}

static void describe_io_error(const void *p, char text[256])
{
	const wire_domain_event_callback_io_error_msg *m = p;

	snprintf(text, 256, "%.80s (%.60s) %s", m->msg.src_path, m->msg.dev_alias, WORD(m->msg.action, "none", "pause", "report"));
}

static void describe_io_error_reason(const void *p, char text[256])
{
	const wire_domain_event_callback_io_error_reason_msg *m = p;

	snprintf(text, 256, "%.80s (%.60s) %s due to %.60s", m->msg.src_path, m->msg.dev_alias,
		 WORD(m->msg.action, "none", "pause", "report"), m->msg.reason);
}

static void describe_tray(const void *p, char text[256])
{
	const wire_domain_event_callback_tray_change_msg *m = p;

	snprintf(text, 256, "disk %.100s: %s", m->msg.dev_alias, WORD(m->msg.reason, "opened", "closed"));
}

static void describe_balloon(const void *p, char text[256])
{
	const wire_domain_event_callback_balloon_change_msg *m = p;

	snprintf(text, 256, "%" PRIu64 "KiB", (uint64_t)m->msg.actual);
}

static void describe_removed(const void *p, char text[256])
{
	const wire_domain_event_callback_device_removed_msg *m = p;

	snprintf(text, 256, "%.200s", m->msg.dev_alias);
}

static void describe_added(const void *p, char text[256])
{
	const wire_domain_event_callback_device_added_msg *m = p;

	snprintf(text, 256, "%.200s", m->dev_alias);
}

static void describe_removal_failed(const void *p, char text[256])
{
	const wire_domain_event_callback_device_removal_failed_msg *m = p;

	snprintf(text, 256, "%.200s", m->dev_alias);
}

static void describe_agent(const void *p, char text[256])
{
	const wire_domain_event_callback_agent_lifecycle_msg *m = p;

	snprintf(text, 256, "state: '%s' reason: '%s'", WORD(m->state, "unknown", "connected", "disconnected"),
		 WORD(m->reason, "unknown", "domain started", "channel event"));
}

static void describe_iteration(const void *p, char text[256])
{
	const wire_domain_event_callback_migration_iteration_msg *m = p;

	snprintf(text, 256, "iteration: '%d'", m->iteration);
}

static void describe_metadata(const void *p, char text[256])
{
	const wire_domain_event_callback_metadata_change_msg *m = p;

	snprintf(text, 256, "type %s, uri %.200s", WORD(m->type, "description", "title", "element"), m->nsuri ? *m->nsuri : "-");
}

/* libvirt's virDomainJobOperation, and whether it came to its end */
static void describe_job(const void *p, char text[256])
{
	const wire_domain_event_callback_job_completed_msg *m = p;
	int operation = 0, success = 1;

	for (u_int i = 0; i < m->params.params_len; i++) {
		const wire_typed_param *v = &m->params.params_val[i];

		if (!strcmp(v->field, "operation") && v->value.type == WIRE_PARAM_INT)
			operation = v->value.wire_typed_param_value_u.i;
		else if (!strcmp(v->field, "success") && v->value.type == WIRE_PARAM_BOOLEAN)
			success = v->value.wire_typed_param_value_u.b;
	}
	snprintf(text, 256, "operation: '%s' %s", WORD(operation, "unknown", "start", "save", "restore", "incoming migration", "outgoing migration", "snapshot",
						       "snapshot revert", "dump", "backup", "snapshot delete"), success ? "done" : "failed");
}

static int put_value(const wire_typed_param *p, char *text, size_t size)
{
	const __typeof__(p->value.wire_typed_param_value_u) *v = &p->value.wire_typed_param_value_u;

	switch (p->value.type) {
	case WIRE_PARAM_INT:
		return snprintf(text, size, "%d", v->i);
	case WIRE_PARAM_UINT:
		return snprintf(text, size, "%u", v->ui);
	case WIRE_PARAM_LLONG:
		return snprintf(text, size, "%" PRId64, (int64_t)v->l);
	case WIRE_PARAM_ULLONG:
		return snprintf(text, size, "%" PRIu64, (uint64_t)v->ul);
	case WIRE_PARAM_STRING:
		return snprintf(text, size, "%s", v->s);
	default:
		return snprintf(text, size, "?");
	}
}

static void describe_tunable(const void *p, char text[256])
{
	const wire_domain_event_callback_tunable_msg *m = p;
	size_t len = 0;

	text[0] = '\0';
	for (u_int i = 0; i < m->params.params_len && len < 256; i++) {
		len += (size_t)snprintf(text + len, 256 - len, "%s%s: ", i ? ", " : "", m->params.params_val[i].field);
		if (len < 256)
			len += (size_t)put_value(&m->params.params_val[i], text + len, 256 - len);
	}
}

static void describe_threshold(const void *p, char text[256])
{
	const wire_domain_event_block_threshold_msg *m = p;

	snprintf(text, 256, "dev: %.100s(%.80s) %llu %llu", m->dev, m->path ? *m->path : "-", (unsigned long long)m->threshold,
		 (unsigned long long)m->excess);
}

const struct cli_event_type cli_event_types[] = {
	{ 0, "lifecycle", describe_lifecycle },
	{ 1, "reboot", describe_nothing },
	{ 2, "rtc-change", describe_rtc },
	{ 3, "watchdog", describe_watchdog },
	{ 4, "io-error", describe_io_error },
	{ 6, "io-error-reason", describe_io_error_reason },
	{ 7, "control-error", describe_nothing },
	{ 10, "tray-change", describe_tray },
	{ 11, "pm-wakeup", describe_nothing },
	{ 12, "pm-suspend", describe_nothing },
	{ 13, "balloon-change", describe_balloon },
	{ 14, "pm-suspend-disk", describe_nothing },
	{ 15, "device-removed", describe_removed },
	{ 17, "tunable", describe_tunable },
	{ 18, "agent-lifecycle", describe_agent },
	{ 19, "device-added", describe_added },
	{ 20, "migration-iteration", describe_iteration },
	{ 21, "job-completed", describe_job },
	{ 22, "device-removal-failed", describe_removal_failed },
	{ 23, "metadata-change", describe_metadata },
	{ 24, "block-threshold", describe_threshold },
	{ 0, NULL, NULL },
};
