/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The supervisor's driver: a machine's life from start or adoption to teardown. */
#include "qemu/supervisor.h"

#include "hypervisor/guest.h"
#include "hypervisor/secondary.h"
#include "qemu/qemu.h"
#include "qemu/supervisor_impl.h"
#include "rpc/server.h"
#include "util/cgroup.h"
#include "util/file.h"
#include "util/process.h"

#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define DEATH_MS 10000
#define ADOPT_GREETING_MS 10000

int64_t qemu_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* What wait(2) would tell, or -1. */
static int exit_status(int pidfd)
{
	siginfo_t info = { 0 };

	if (RETRY_EINTR(waitid(P_PIDFD, pidfd, &info, WEXITED)) < 0)
		return -1;
	return info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
}

static void close_monitors(struct qemu_guest *g)
{
	agent_close(&g->agent);
	qmp_free(STEAL_PTR(g->qmp));
}

static void on_qemu_exit(struct ev_loop *loop, struct ev_io *w, int revents)
{
	struct qemu_guest *g = w->data;
	int status = exit_status(g->pidfd);

	(void)revents;
	ev_io_stop(loop, w);
	g->lives = false;
	qemu_words_last(g);
	if (g->saved)
		supervisor_guest_ended(g->sv, GUEST_END_SAVED, MONITOR_EXIT_SHUTDOWN, status);
	else if (g->panicked)
		supervisor_guest_ended(g->sv, GUEST_END_CRASHED, MONITOR_EXIT_ERROR, status);
	else if (g->went_down)
		supervisor_guest_ended(g->sv, GUEST_END_SHUTDOWN, g->reboot_wanted ? MONITOR_EXIT_REBOOT : MONITOR_EXIT_SHUTDOWN, status);
	else if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		supervisor_guest_ended(g->sv, GUEST_END_SHUTDOWN, MONITOR_EXIT_SHUTDOWN, status);
	else
		supervisor_guest_ended(g->sv, GUEST_END_CRASHED, MONITOR_EXIT_ERROR, status);
}

static struct qemu_guest *guest_new(struct supervisor *sv, struct error *err)
{
	struct qemu_guest *g = sv->priv;

	if (!g) {
		if (!(g = sv->priv = calloc(1, sizeof(*g)))) {
			error_errno(err, "%s", sv->name);
			return NULL;
		}
		g->sv = sv;
		agent_init(&g->agent, sv->loop);
		g->pidfd = -1;
	}
	g->went_down = g->reboot_wanted = g->panicked = g->saved = false;
	g->raised = 0;
	g->pause_reason = PAUSED_UNKNOWN;
	return g;
}

static const struct domain_channel *agent_channel(const struct domain *def)
{
	for (size_t i = 0; i < def->devices.channels.n; i++) {
		const struct domain_channel *c = def->devices.channels.items[i];

		if (c->target == DOMAIN_CHANNEL_VIRTIO && c->source.type == DOMAIN_CHARDEV_UNIX && c->name && !strcmp(c->name, "org.qemu.guest_agent.0"))
			return c;
	}
	return NULL;
}

/* Our end of the agent's channel; the guest opens its own when it comes to it. */
static void open_agent(struct qemu_guest *g)
{
	const struct domain_channel *c = agent_channel(g->sv->def);
	char file[100];
	struct error err;
	int fd;

	if (!c || !c->info.alias.name)
		return;
	snprintf(file, sizeof(file), "%.80s.sock", c->info.alias.name);
	fd = qemu_connect(g->sv, file, &err);
	if (fd < 0) {
		supervisor_log(g->sv, "%s: the guest agent's channel: %s", g->sv->name, err.text);
		return;
	}
	agent_connect(&g->agent, fd);
	agent_set_present(&g->agent, c->state == DOMAIN_CHANNEL_CONNECTED);
}

static void guest_runs(struct qemu_guest *g)
{
	g->lives = true;
	ev_io_init(&g->exit, on_qemu_exit, g->pidfd, EV_READ);
	g->exit.data = g;
	ev_io_start(g->sv->loop, &g->exit);
	open_agent(g);
}

static void qemu_teardown(struct supervisor *sv);

int qemu_start_guest(struct supervisor *sv, bool paused, struct error *err)
{
	struct qemu_guest *g = guest_new(sv, err);

	if (!g)
		return -1;
	if (qemu_run_guest(g, paused, sv->image_fd, err) < 0) {
		qemu_teardown(sv);
		return -1;
	}
	guest_runs(g);
	supervisor_guest_started(sv, g->pid, paused);
	return 0;
}

static int open_cgroup(struct qemu_guest *g, struct error *err)
{
	AUTO_FREE char *name = guest_cgroup_name(hv_kind_find(g->sv->driver->kind), g->sv->name, err);

	if (!name || !(g->cgroup = cgroup_new(name, err)))
		return -1;
	if (cgroup_open(g->cgroup, err) >= 0)
		return 0;
	if (!state_is_session())
		return -1;
	/* an ordinary user's guest may have none */
	cgroup_free(STEAL_PTR(g->cgroup));
	return 0;
}

/* The file that a supervisor before us had QEMU write. */
static int drop_partial(void *ctx, const char *what, const char *name, struct error *err)
{
	struct qemu_guest *g = ctx;

	(void)err;
	if (!strcmp(what, "partial") && unlink(name) == 0)
		supervisor_log(g->sv, "%s: %s is removed: its writer was killed", g->sv->name, name);
	return 0;
}

/* Saving and dumping die with the supervisor that was at it: nobody would know that the file is whole. The guest goes on. */
static int end_lost_job(struct qemu_guest *g, struct error *err)
{
	struct supervisor *sv = g->sv;
	struct error ignored;

	if (state_plan_read(sv->run_fd, drop_partial, g, err) < 0)
		return -1;
	if (sv->state != GUEST_PAUSED || (sv->reason != PAUSED_SAVE && sv->reason != PAUSED_DUMP))
		return 0;
	/* none may be under way any more */
	(void)!qmp_do(g->qmp, "migrate_cancel", NULL, QMP_TIMEOUT, &ignored);
	g->resume_reason = RUNNING_SAVE_CANCELED;
	if (qmp_do(g->qmp, "cont", NULL, QMP_TIMEOUT, err) < 0)
		return -1;
	sv->state = GUEST_RUNNING;
	sv->reason = RUNNING_SAVE_CANCELED;
	supervisor_state_known(sv);
	return 0;
}

/* A QEMU that does not answer is adopted all the same: it can be destroyed. */
static void open_monitor_again(struct qemu_guest *g)
{
	struct error err;
	int fd = qemu_connect(g->sv, "monitor.sock", &err);

	g->qmp = fd < 0 ? NULL : qmp_new(g->sv->loop, fd, &qemu_monitor_ops, g, &err);
	if (!g->qmp || qmp_greet(g->qmp, ADOPT_GREETING_MS, &err) < 0 || qemu_learn_state(g, &err) < 0 || end_lost_job(g, &err) < 0)
		supervisor_log(g->sv, "%s: adopted without its monitor: %s", g->sv->name, err.text);
}

static int qemu_adopt(struct supervisor *sv, struct error *err)
{
	struct qemu_guest *g = guest_new(sv, err);
	struct error why;

	if (!g)
		return -1;
	if (sv->guest_pid <= 0)
		return error_set(err, ERR_OPERATION_FAILED, "the state file names no process");
	g->pid = sv->guest_pid;
	g->pidfd = (int)syscall(SYS_pidfd_open, g->pid, 0);
	if (g->pidfd < 0)
		return error_errno(err, "process %d", (int)g->pid);
	/* looked at after the pidfd is open: the number cannot be given to a stranger any more without its start time being another */
	if (!sv->guest_start_time || process_start_time(g->pid) != sv->guest_start_time)
		return error_set(err, ERR_OPERATION_FAILED, "process %d is not the guest's QEMU any more", (int)g->pid);
	if (open_cgroup(g, err) < 0 || qemu_user_find(sv->def, &g->user, err) < 0)
		return -1;
	qemu_words_adopt(g);
	qemu_adopt_helpers(g);
	open_monitor_again(g);
	if (qemu_perf_apply(g, sv->def, &why) < 0)
		supervisor_log(sv, "%s: %s", sv->name, why.text);
	guest_runs(g);
	return 0;
}

/* Never by way of QEMU: one that hangs dies like any other. */
static int qemu_destroy(struct supervisor *sv, struct error *err)
{
	struct qemu_guest *g = qemu_guest(sv);
	struct error ignored;

	if (!g || g->pidfd < 0)
		return error_set(err, ERR_OPERATION_INVALID, "%s: the guest is not running", sv->name);
	if (syscall(SYS_pidfd_send_signal, g->pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		return error_errno(err, "%s: cannot kill QEMU", sv->name);
	/* a version 1 freezer keeps even the killed */
	if (g->cgroup && cgroup_frozen(g->cgroup) == 1)
		(void)!cgroup_freeze(g->cgroup, false, 0, &ignored);
	return 0;
}

/* What only a start needs goes back. */
static void qemu_settled(struct supervisor *sv)
{
	struct qemu_guest *g = qemu_guest(sv);

	if (!g || !g->lives)
		return;
	qemu_caps_free(STEAL_PTR(g->caps));
	qemu_confine(g);
	malloc_trim(0);
}

static void qemu_turn(struct supervisor *sv, bool taken)
{
	if (qemu_guest(sv))
		(taken ? qemu_raise : qemu_lower)(qemu_guest(sv));
}

static void end_process(struct qemu_guest *g)
{
	struct pollfd p = { .fd = g->pidfd, .events = POLLIN };

	if (g->pidfd < 0)
		return;
	if (g->lives)
		ev_io_stop(g->sv->loop, &g->exit);
	g->lives = false;
	if (syscall(SYS_pidfd_send_signal, g->pidfd, SIGKILL, NULL, 0) == 0 && RETRY_EINTR(poll(&p, 1, DEATH_MS)) == 1)
		exit_status(g->pidfd);
	close(STEAL_FD(g->pidfd));
	g->pid = 0;
}

static void qemu_teardown(struct supervisor *sv)
{
	struct qemu_guest *g = qemu_guest(sv);
	struct error err;

	if (!g)
		return;
	/* they stay up: what comes is the end, or another start */
	qemu_raise(g);
	close_monitors(g);
	qemu_job_lost(g);
	end_process(g);
	qemu_end_helpers(g);
	qemu_words_close(g);
	qemu_perf_close(g);
	if (g->cgroup && (cgroup_kill(g->cgroup, DEATH_MS, &err) < 0 || cgroup_remove(g->cgroup, &err) < 0))
		supervisor_log(sv, "%s: %s", sv->name, err.text);
	cgroup_free(STEAL_PTR(g->cgroup));
	qemu_caps_free(STEAL_PTR(g->caps));
	for (size_t i = 0; i < sv->def->devices.interfaces.n; i++)
		qemu_close_net(g, sv->def->devices.interfaces.items[i]);
	hv_ports_delete(sv);
	qemu_give_back(g);
	if (unlinkat(sv->run_fd, "guest", 0) < 0 && errno != ENOENT)
		supervisor_log(sv, "%s: the lock 'guest' cannot be removed: %s", sv->name, strerror(errno));
}

const struct supervisor_driver qemu_supervisor_driver = {
	.kind = "qemu",
	.start = qemu_start_guest,
	.adopt = qemu_adopt,
	.destroy = qemu_destroy,
	.settled = qemu_settled,
	.turn = qemu_turn,
	.teardown = qemu_teardown,
	.definitions = &qemu_hv_driver,
	.changes = qemu_changes,
	.stats = qemu_more_stats,
	.rows = qemu_rows,
	.own_rows = qemu_own_rows,
	.own_program = RPC_QEMU_PROGRAM,
	.own_version = RPC_QEMU_VERSION,
};
