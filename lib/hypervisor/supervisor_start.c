/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The beginning of a guest's life: definition, start or adoption, the report to whoever waits for it. */
#include "hypervisor/supervisor_core.h"

#include "conf/domain.h"
#include "rpc/server.h"
#include "util/file.h"
#include "util/process.h"
#include "util/str.h"
#include "util/task.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define DEFINITION_MAX (16u << 20)

static int read_definition(struct supervisor *sv, char **xml, size_t *len, struct error *err)
{
	if (sv->def)
		return state_read_config(sv->driver->kind, sv->name, xml, len, err);
	if (sv->core->adopt && file_read_at(sv->run_fd, "live.xml", DEFINITION_MAX, xml, len, err) == 0)
		return 0;
	if (sv->core->transient || sv->core->restore || sv->config_fd < 0)
		return file_read_at(sv->run_fd, "live.xml", DEFINITION_MAX, xml, len, err);
	return file_read_at(sv->config_fd, "config.xml", DEFINITION_MAX, xml, len, err);
}

int sv_load(struct supervisor *sv, struct error *err)
{
	AUTO_FREE char *xml = NULL;
	size_t len = 0;

	if (read_definition(sv, &xml, &len, err) < 0)
		return error_wrap(err, "%s: cannot read the definition", sv->name);
	if (sv->driver->object)
		return sv->driver->object->load(sv, xml, len, sv->core->adopt, err) < 0 ? error_wrap(err, "%s", sv->name) : 0;
	struct domain *def = domain_parse(xml, len, !sv->def && sv->core->adopt ? DOMAIN_PARSE_LIVE : 0, err);
	if (!def)
		return error_wrap(err, "%s", sv->name);
	if (!sv->def && sv->core->restore && strcmp(def->name, sv->name)) {
		error_set(err, ERR_OPERATION_FAILED, "%s: the saved definition is that of '%s'", sv->name, def->name);
		domain_free(def);
		return -1;
	}
	domain_free(sv->def);
	sv->def = def;
	memcpy(sv->uuid, sv->def->uuid, sizeof(sv->uuid));
	return 0;
}

/* "ok", or what went wrong; the starter sees end of file in any case. */
static void report(struct supervisor *sv, const struct error *err)
{
	char text[sizeof(err->text) + 40];
	int n;

	if (sv->core->report_fd < 0)
		return;
	if (err)
		n = snprintf(text, sizeof(text), "%d %d %s\n", err->code, err->sys, err->text);
	else
		n = snprintf(text, sizeof(text), "ok\n");
	if (file_write_all(sv->core->report_fd, text, n) < 0)
		supervisor_log(sv, "%s: nobody waits for the start's result", sv->name);
	if (sv->autodestroy && !err)
		return;
	close(STEAL_FD(sv->core->report_fd));
}

static int listen_socket(struct supervisor *sv, struct error *err)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return error_errno(err, "%s: cannot make the socket", sv->name);
	/* short enough whatever the guest's name and BERTH_ROOT are */
	snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d/socket", sv->run_fd);
	unlinkat(sv->run_fd, "socket", 0);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0 || fchmodat(sv->run_fd, "socket", 0600, 0) < 0 || listen(fd, 128) < 0)
		return error_errno(err, "%s: cannot listen on the guest's socket", sv->name);
	return rpc_server_listen(sv->server, STEAL_FD(fd), err);
}

static void on_starter_gone(struct ev_loop *loop, struct ev_io *w, int revents)
{
	struct supervisor *sv = w->data;
	struct error err;

	(void)revents;
	ev_io_stop(loop, w);
	close(STEAL_FD(sv->core->report_fd));
	if (sv->ending)
		return;
	supervisor_log(sv, "%s: its starter is gone: destroyed", sv->name);
	sv->destroyed = true;
	if (sv->driver->destroy(sv, &err) < 0)
		supervisor_log(sv, "%s: cannot destroy: %s", sv->name, err.text);
}

static void watch_starter(struct supervisor *sv)
{
	if (!sv->autodestroy || sv->core->report_fd < 0)
		return;
	ev_io_init(&sv->core->starter, on_starter_gone, sv->core->report_fd, EV_READ);
	sv->core->starter.data = sv;
	ev_io_start(sv->loop, &sv->core->starter);
}

int sv_hook(struct supervisor *sv, const char *operation, struct error *err)
{
	AUTO_FREE char *xml = NULL;

	if (sv->driver->object || sv->core->hook.state == HOOK_NONE)
		return 0;
	xml = domain_format(sv->def, DOMAIN_FORMAT_SECURE, err);
	return xml ? hook_run(&sv->core->hook, sv->driver->kind, sv->name, operation, "begin", xml, err) : -1;
}

void sv_hook_end(struct supervisor *sv, const char *operation)
{
	AUTO_FREE char *xml = sv->core->hooked && sv->core->hook.state == HOOK_RUNS ? domain_format(sv->def, DOMAIN_FORMAT_SECURE, NULL) : NULL;
	struct error err;

	if (xml && hook_run(&sv->core->hook, sv->driver->kind, sv->name, operation, "end", xml, &err) < 0)
		supervisor_log(sv, "%s: %s", sv->name, err.text);
	if (!strcmp(operation, "release"))
		sv->core->hooked = false;
}

/* A life of the guest, with libvirt's hooks before, in and after its beginning. */
static int start_guest(struct supervisor *sv, bool paused, struct error *err)
{
	sv->core->hooked = true;
	if (sv_hook(sv, "prepare", err) == 0 && sv_hook(sv, "start", err) == 0 && sv->driver->start(sv, paused, err) == 0) {
		if (sv_hook(sv, "started", err) == 0)
			return 0;
		sv->driver->destroy(sv, NULL);
		sv->driver->teardown(sv);
	}
	sv_hook_end(sv, "stopped");
	sv_hook_end(sv, "release");
	return -1;
}

static int begin(struct supervisor *sv, struct error *err)
{
	int r;

	if (sv_load(sv, err) < 0)
		return -1;
	if (!sv->driver->object && state_id_new(sv->driver->kind, sv->name, &sv->id, err) < 0)
		return error_wrap(err, "%s: cannot get an id", sv->name);
	sv_write_status(sv);
	r = start_guest(sv, sv->start_paused, err);
	if (sv->image_fd >= 0)
		close(STEAL_FD(sv->image_fd));
	if (r < 0)
		return error_wrap(err, "%s", sv->name);
	if (listen_socket(sv, err) < 0) {
		sv->driver->destroy(sv, NULL);
		sv_hook_end(sv, "stopped");
		sv->driver->teardown(sv);
		sv_hook_end(sv, "release");
		return -1;
	}
	return 0;
}

/* The plan's newest process that lives; the last made comes first. */
static int process_of_plan(void *ctx, const char *what, const char *name, struct error *err)
{
	struct supervisor *sv = ctx;
	unsigned long long start;
	int pid;

	(void)err;
	if (strcmp(what, "pid") || sscanf(name, "%d %llu", &pid, &start) != 2 || start == 0 || process_start_time(pid) != start)
		return 0;
	sv->guest_pid = pid;
	sv->guest_start_time = start;
	return 1;
}

/* What was known of the guest before its supervisor died. */
static int recall(struct supervisor *sv, struct error *err)
{
	struct state_status status;

	state_status_read(sv->run_fd, &status);
	sv->state = status.state == GUEST_UNKNOWN ? GUEST_RUNNING : status.state;
	sv->reason = status.reason;
	if (sv->driver->object)
		return 0;
	sv->id = status.id;
	sv->guest_pid = status.pid;
	sv->guest_start_time = status.start_time;
	if (sv->guest_pid <= 0 && state_plan_read(sv->run_fd, process_of_plan, sv, err) < 0)
		return error_wrap(err, "%s", sv->name);
	if (sv->id >= 0)
		return 0;
	/* the one that the lost state named */
	state_id_free(-1, sv->driver->kind, sv->name);
	if (state_id_new(sv->driver->kind, sv->name, &sv->id, err) < 0)
		return error_wrap(err, "%s: cannot get an id", sv->name);
	return 0;
}

static int adopt(struct supervisor *sv, struct error *err)
{
	if (sv_load(sv, err) < 0 || recall(sv, err) < 0)
		return -1;
	if (sv->driver->adopt(sv, err) < 0)
		return error_wrap(err, "%s: cannot adopt what runs", sv->name);
	if (listen_socket(sv, err) < 0)
		return -1;
	sv_write_status(sv);
	sv->core->hooked = true;
	if (sv_hook(sv, "reconnect", err) < 0)
		supervisor_log(sv, "%s: %s", sv->name, err->text);
	supervisor_log(sv, "%s: adopted, pid %d", sv->name, (int)sv->guest_pid);
	return 0;
}

void sv_start_task(void *arg)
{
	struct supervisor *sv = arg;
	struct error err = { 0 };

	if (sv->core->adopt ? adopt(sv, &err) < 0 : begin(sv, &err) < 0) {
		supervisor_log(sv, "%s", err.text);
		sv->core->start_failed = true;
		/* what failed to be adopted may live: its run directory is what tells of it */
		if (!sv->core->adopt) {
			state_id_free(sv->id, sv->driver->kind, sv->name);
			sv_write_last_exit(sv, GUEST_END_FAILED, err.text);
			if (state_run_remove(sv->driver->kind, sv->name, NULL) < 0)
				supervisor_log(sv, "%s: the run directory cannot be removed", sv->name);
		}
		report(sv, &err);
		ev_break(sv->loop, EVBREAK_ALL);
		return;
	}
	if (sv->driver->object)
		sv_write_status(sv);
	report(sv, NULL);
	if (sv->driver->object)
		sv->driver->object->tell(sv, true);
	watch_starter(sv);
	if (sv_write_live(sv, &err) < 0)
		supervisor_log(sv, "%s: %s", sv->name, err.text);
	if (sv->driver->settled)
		sv->driver->settled(sv);
}

static int start_again(struct supervisor *sv, struct error *err)
{
	/* edited meanwhile, it starts as it is now; undefined meanwhile, as it was */
	if (supervisor_is_persistent(sv) && sv_load(sv, err) < 0)
		return -1;
	return start_guest(sv, false, err);
}

/* The guest reboots, or is to be started again after its end. Its clients stay connected. */
void sv_restart_task(void *arg)
{
	struct supervisor *sv = arg;
	struct error err = { 0 };
	int r;

	sv->start_paused = sv->reset_nvram = sv->destroyed = false;
	sv->restarting = true;
	/* a change that is under way has the definition in its hands; it ends by itself, without the guest */
	if (task_lock(&sv->core->changing, -1) < 0)
		return;
	r = start_again(sv, &err);
	sv->restarting = false;
	task_unlock(&sv->core->changing);
	if (r < 0) {
		supervisor_log(sv, "%s: cannot be started again: %s", sv->name, err.text);
		sv_end(sv, GUEST_END_FAILED, MONITOR_EXIT_ERROR, err.text);
		return;
	}
	sv_event_lifecycle(sv, 2, 0);
	if (sv_write_live(sv, &err) < 0)
		supervisor_log(sv, "%s: %s", sv->name, err.text);
	if (sv->driver->settled)
		sv->driver->settled(sv);
	if (sv->destroyed && sv->driver->destroy(sv, &err) < 0)
		supervisor_log(sv, "%s: cannot destroy: %s", sv->name, err.text);
}

/* Puts the installed program in the place of this one; the guest and the run directory stay. */
int sv_reexec(struct supervisor *sv, struct error *err)
{
	static const int keep[] = { SV_RUN_FD, SV_ALIVE_FD, SV_OBJECT_FD };
	char *const argv[] = { sv->core->program, sv->name, (char *)"--adopt", NULL };

	if (sv_write_live(sv, err) < 0)
		return -1;
	sv_write_status(sv);
	/* whoever looks at the guest next starts its new supervisor; that is who asked */
	if (sv->driver->confined)
		_exit(EXIT_DONE);
	/* the log is standard error here and SV_LOG_FD there; dup2 clears close-on-exec */
	if (dup2(STDERR_FILENO, SV_LOG_FD) < 0)
		return error_errno(err, "%s: cannot hand over the log", sv->name);
	for (size_t i = 0; i < ARRAY_LEN(keep); i++)
		fcntl(keep[i], F_SETFD, 0);
	execve(sv->core->program, argv, environ);
	error_errno(err, "%s: cannot run %s again", sv->name, sv->core->program);
	for (size_t i = 0; i < ARRAY_LEN(keep); i++)
		fcntl(keep[i], F_SETFD, FD_CLOEXEC);
	close(SV_LOG_FD);
	return -1;
}
