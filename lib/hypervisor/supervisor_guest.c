/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of the guest: its states, its end, and whether it starts again. */
#include "hypervisor/supervisor_core.h"

#include "conf/domain.h"
#include "rpc/server.h"
#include "util/file.h"
#include "util/process.h"
#include "util/task.h"

#include <string.h>
#include <sys/wait.h>
#include <time.h>

/* Numbers of libvirt's virDomainEventType and its details, virDomainRunningReason, virDomainPausedReason. */
enum { EVENT_STARTED = 2, EVENT_STOPPED = 5 };
enum { RUNNING_BOOTED = 1, RUNNING_RESTORED = 3, PAUSED_USER = 1, PAUSED_STARTING_UP = 11 };

#define RETRY_SECONDS 2.0
#define FLUSH_MS 5000

static void on_retry(struct ev_loop *loop, struct ev_timer *w, int revents)
{
	struct supervisor *sv = w->data;

	(void)loop;
	(void)revents;
	sv_write_status(sv);
}

/* A full disk harms no guest: the state in memory counts, the file follows when there is space. */
void sv_write_status(struct supervisor *sv)
{
	struct supervisor_core *core = sv->core;
	struct state_status status = {
		.state = sv->state,
		.reason = sv->reason,
		.id = sv->id,
		.pid = sv->guest_pid,
		.start_time = sv->guest_start_time,
		.supervisor = getpid(),
	};
	struct error err;

	if (sv->ending)
		return;
	if (state_status_write(sv->run_fd, &status, &err) == 0) {
		if (core->state_dirty)
			supervisor_log(sv, "%s: the state is written again", sv->name);
		core->state_dirty = false;
		return;
	}
	if (!core->state_dirty)
		supervisor_log(sv, "%s: the state cannot be written and is tried again: %s", sv->name, err.text);
	core->state_dirty = true;
	ev_timer_init(&core->retry, on_retry, RETRY_SECONDS, 0);
	core->retry.data = sv;
	ev_timer_start(sv->loop, &core->retry);
}

int sv_write_live(struct supervisor *sv, struct error *err)
{
	AUTO_FREE char *xml = NULL;

	if (!sv->driver->object)
		sv->def->id = (struct conf_int){ .value = sv->id, .set = true };
	xml = sv->driver->object ? sv->driver->object->live_xml(sv, err) : domain_format(sv->def, DOMAIN_FORMAT_SECURE, err);
	if (!xml || file_replace_at(sv->run_fd, "live.xml", xml, strlen(xml), 0600, FILE_VOLATILE, err) < 0)
		return error_wrap(err, "the live definition cannot be written");
	return 0;
}

void supervisor_state_known(struct supervisor *sv)
{
	sv_write_status(sv);
}

void supervisor_live_changed(struct supervisor *sv)
{
	struct error err;

	if (sv_write_live(sv, &err) < 0)
		supervisor_log(sv, "%s: %s", sv->name, err.text);
}

/* In the plan too, so that a guest whose state is damaged can be adopted all the same. A full disk costs no more than that. */
static void note_process(struct supervisor *sv)
{
	struct error err;
	char line[64];

	snprintf(line, sizeof(line), "%d %llu", (int)sv->guest_pid, sv->guest_start_time);
	if (supervisor_plan(sv, "pid", line, &err) < 0)
		supervisor_log(sv, "%s: %s", sv->name, err.text);
}

void supervisor_guest_started(struct supervisor *sv, pid_t pid, bool paused)
{
	sv->guest_pid = pid;
	sv->guest_start_time = process_start_time(pid);
	sv->state = paused ? GUEST_PAUSED : GUEST_RUNNING;
	sv->reason = sv->image_fd >= 0 ? (paused ? PAUSED_USER : RUNNING_RESTORED) : paused ? PAUSED_STARTING_UP : RUNNING_BOOTED;
	note_process(sv);
	sv_write_status(sv);
	sv_event_monitor_init(sv);
}

void supervisor_set_state(struct supervisor *sv, enum guest_state state, int reason, int event, int detail)
{
	sv->state = state;
	sv->reason = reason;
	sv_write_status(sv);
	sv_event_lifecycle(sv, event, detail);
}

/* Every client has its EXIT or had its time. The loop is left from this zero-delay timer, never from a client's close. */
static void on_flushed(void *arg)
{
	struct supervisor *sv = arg;

	rpc_server_free(STEAL_PTR(sv->server));
	ev_break(sv->loop, EVBREAK_ALL);
}

static void on_drain(struct ev_loop *loop, struct ev_timer *w, int revents)
{
	struct supervisor *sv = w->data;

	(void)loop;
	(void)revents;
	rpc_server_drain(sv->server, FLUSH_MS, on_flushed, sv);
}

void sv_write_last_exit(struct supervisor *sv, enum guest_end end, const char *text)
{
	struct state_last_exit last = { .end = end, .event_detail = guest_end_detail(end), .time = time(NULL) };
	struct error err;
	AUTO_CLOSE int fd = -1;

	snprintf(last.text, sizeof(last.text), "%s", text);
	if (!supervisor_is_persistent(sv))
		return;
	fd = state_open_object(sv->driver->kind, sv->name, &err);
	if (fd < 0 || state_last_exit_write(fd, &last, &err) < 0)
		supervisor_log(sv, "%s: how it ended cannot be written: %s", sv->name, err.text);
}

void sv_end(struct supervisor *sv, enum guest_end end, enum monitor_exit how, const char *text)
{
	struct error err;

	if (sv->ending)
		return;
	supervisor_log(sv, "%s: ended (%s): %s", sv->name, guest_end_word(end), text);
	ev_timer_stop(sv->loop, &sv->core->retry);
	sv_hook_end(sv, "stopped");
	sv->driver->teardown(sv);
	sv_hook_end(sv, "release");
	hook_end(&sv->core->hook);
	sv_write_last_exit(sv, end, text);
	sv->ending = true;
	sv->state = GUEST_SHUTOFF;
	sv->reason = end;
	if (!sv->driver->object)
		state_id_free(sv->id, sv->driver->kind, sv->name);
	sv->id = -1;
	/* Gone for everyone who looks before those who are told are told: a slow client holds up nobody's next start. */
	if (state_run_remove(sv->driver->kind, sv->name, &err) < 0)
		supervisor_log(sv, "%s: %s", sv->name, err.text);
	if (sv->driver->object)
		sv->driver->object->tell(sv, false);
	else
		sv_event_lifecycle(sv, EVENT_STOPPED, guest_end_detail(end));
	sv_event_monitor_exit(sv, how);
	task_queue_wake_all(&sv->core->end_waiters);
	/* after those who waited for the end have put their answers into the queues */
	ev_timer_init(&sv->core->drain, on_drain, 0, 0);
	sv->core->drain.data = sv;
	ev_timer_start(sv->loop, &sv->core->drain);
}

int supervisor_wait_end(struct supervisor *sv, int timeout_ms, struct error *err)
{
	if (sv->ending || (task_queue_wait(&sv->core->end_waiters, timeout_ms) && sv->ending))
		return 0;
	return error_set(err, ERR_OPERATION_TIMEOUT, "%s: killed, but not dead after %d s (a process of it is stuck in the kernel)",
			 sv->name, timeout_ms / 1000);
}

void supervisor_object_ended(struct supervisor *sv, enum guest_end end, const char *text)
{
	sv_end(sv, end, MONITOR_EXIT_SHUTDOWN, text);
}

/* on_poweroff, on_reboot or on_crash: does the guest start again? */
static bool starts_again(const struct supervisor *sv, enum guest_end end, enum monitor_exit how)
{
	if (end == GUEST_END_DESTROYED || end == GUEST_END_FAILED || end == GUEST_END_SAVED || end == GUEST_END_MIGRATED || sv->autodestroy)
		return false;
	if (how == MONITOR_EXIT_REBOOT)
		return sv->def->on_reboot == domain_action_unset || sv->def->on_reboot == DOMAIN_ACTION_RESTART;
	if (end == GUEST_END_CRASHED)
		return sv->def->on_crash == DOMAIN_CRASH_RESTART || sv->def->on_crash == DOMAIN_CRASH_COREDUMP_RESTART;
	return sv->def->on_poweroff == DOMAIN_ACTION_RESTART;
}

static void describe_status(char *text, size_t size, int status)
{
	if (status == -1)
		snprintf(text, size, "its init's status is not known");
	else if (WIFSIGNALED(status))
		snprintf(text, size, "init killed by signal %d", WTERMSIG(status));
	else
		snprintf(text, size, "init exited with status %d", WEXITSTATUS(status));
}

void supervisor_guest_ended(struct supervisor *sv, enum guest_end end, enum monitor_exit how, int status)
{
	struct error err;
	char text[80];

	if (sv->ending)
		return;
	if (sv->destroyed) {
		end = GUEST_END_DESTROYED;
		how = MONITOR_EXIT_SHUTDOWN;
	}
	describe_status(text, sizeof(text), status);
	if (!starts_again(sv, end, how)) {
		sv_end(sv, end, how, text);
		return;
	}
	supervisor_log(sv, "%s: %s, starts again: %s", sv->name, how == MONITOR_EXIT_REBOOT ? "reboots" : guest_end_word(end), text);
	sv_hook_end(sv, "stopped");
	sv->driver->teardown(sv);
	sv_hook_end(sv, "release");
	if (how == MONITOR_EXIT_REBOOT)
		supervisor_event_reboot(sv);
	else
		sv_event_lifecycle(sv, EVENT_STOPPED, guest_end_detail(end));
	if (task_spawn(sv->loop, sv_restart_task, sv, &err) < 0)
		sv_end(sv, GUEST_END_FAILED, MONITOR_EXIT_ERROR, err.text);
}
