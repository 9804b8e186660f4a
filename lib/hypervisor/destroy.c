/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vm-destroy: ends a guest whatever its supervisor does. Asked first; one that does not answer is killed and its work done here. */
#include "hypervisor/local.h"

#include "util/cgroup.h"
#include "util/str.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#define DESTROY_GRACEFUL 1u   /* libvirt's VIR_DOMAIN_DESTROY_GRACEFUL: rather fail than kill */
#define RUN_FD 3              /* where a supervisor has its run directory and the lock, see supervisor.h */
#define ALIVE_FD 4
#define ENDING_MS 500         /* how long one that no longer answers may take to end by itself */

static struct state_last_exit destroyed(void)
{
	return (struct state_last_exit){ .end = GUEST_END_DESTROYED, .event_detail = 1, .time = (int64_t)time(NULL), .text = "destroyed" };
}

/* What a descriptor of a process leads to is this very file. */
static bool has(pid_t pid, int fd, const struct stat *file)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
	return stat(path, &st) == 0 && st.st_ino == file->st_ino && st.st_dev == file->st_dev;
}

/* Whether the process has the run directory and its lock where a supervisor has them. Its pid alone would prove nothing, nor does the lock alone: a
 * vm-start has that, too, until the supervisor says that the guest runs. */
static bool holds(pid_t pid, const struct stat *run, const struct stat *alive)
{
	return has(pid, RUN_FD, run) && has(pid, ALIVE_FD, alive);
}

/* A pidfd of the guest's supervisor, or -1: the one that the state names, else whoever has the lock. */
static int find_supervisor(int run_fd, pid_t named)
{
	struct stat run, alive;
	AUTO_CLOSEDIR DIR *proc = opendir("/proc");
	struct dirent *e;

	if (fstat(run_fd, &run) < 0 || fstatat(run_fd, "alive", &alive, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	for (pid_t pid = named;; pid = 0) {
		uint64_t n;
		if (pid > 0) {
			AUTO_CLOSE int fd = (int)syscall(SYS_pidfd_open, pid, 0);
			if (fd >= 0 && holds(pid, &run, &alive))
				return STEAL_FD(fd);
		}
		do
			e = proc ? readdir(proc) : NULL;
		while (e && str_to_u64(e->d_name, INT_MAX, &n) < 0);
		if (!e)
			return -1;
		if ((pid_t)n != getpid() && holds((pid_t)n, &run, &alive)) {
			AUTO_CLOSE int fd = (int)syscall(SYS_pidfd_open, (pid_t)n, 0);
			if (fd >= 0 && holds((pid_t)n, &run, &alive))
				return STEAL_FD(fd);
		}
	}
}

/* One that only went deaf may be about to end in good order: it gets grace_ms for that. */
static int kill_supervisor(int run_fd, const struct guest *guest, int grace_ms, struct error *err)
{
	AUTO_CLOSE int pidfd = find_supervisor(run_fd, guest->supervisor);
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	if (pidfd < 0)
		return 0;   /* gone by now */
	if (grace_ms > 0 && RETRY_EINTR(poll(&p, 1, grace_ms)) == 1)
		return 0;
	if (syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		return error_errno(err, "'%s': cannot kill its supervisor", guest->name);
	if (RETRY_EINTR(poll(&p, 1, HV_DESTROY_PATIENCE)) != 1)
		return error_set(err, ERR_OPERATION_TIMEOUT, "'%s': its supervisor does not die", guest->name);
	return 0;
}

/* Whether what runs now is what was to be destroyed, not a later start of the same guest. */
static bool still_runs(const struct guest *guest)
{
	struct state_status status;
	int live = state_probe(guest->kind->name, guest->name, &status, NULL);

	return live != STATE_GONE && (guest->id < 0 || status.id < 0 || status.id == guest->id);
}

/* Without its supervisor: everything that the plan names, by us. */
static int by_force(const struct hv *hv, const struct guest *guest, int grace_ms, struct error *err)
{
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	struct state_last_exit last = destroyed();
	AUTO_CLOSE int run = -1, alive = -1;

	AUTO_CLOSE int look = state_run_open(guest->kind->name, guest->name, NULL);
	if (look >= 0 && kill_supervisor(look, guest, grace_ms, err) < 0)
		return -1;
	/* a starter that waits for the supervisor that we killed is about to clean up itself */
	if (state_lock(&lock, guest->kind->name, guest->name, hv->timeout_ms, err) < 0)
		return -1;
	if (!still_runs(guest))
		return 0;
	/* somebody who watched it die may have put another supervisor in its place before we had the lock */
	if (state_run_claim(guest->kind->name, guest->name, &run, &alive, err) < 0 &&
	    (look < 0 || kill_supervisor(look, guest, 0, err) < 0 || state_run_claim(guest->kind->name, guest->name, &run, &alive, err) < 0))
		return state_probe(guest->kind->name, guest->name, NULL, NULL) == STATE_GONE ? 0 : -1;
	return hv_cleanup(guest->kind, guest->name, run, &last, true, err);
}

/* Something lives in the guest's cgroup though there is no run directory: somebody removed it. */
static int kill_remains(const struct hv *hv, const struct guest *guest, struct error *err)
{
	AUTO_STATE_LOCK struct state_lock lock = STATE_LOCK_INIT;
	struct state_last_exit last = destroyed();
	AUTO_FREE char *cgroup = guest_cgroup_name(guest->kind, guest->name, err);
	AUTO_CLOSE int object = -1;
	int lives = cgroup ? guest_lives(guest->kind, guest->name, err) : -1;

	if (lives <= 0 || !guest->kind->domain_types)
		return lives < 0 ? -1 : hv_not_running(guest->name, err);
	/* not somebody's who starts it just now */
	if (state_lock(&lock, guest->kind->name, guest->name, hv->timeout_ms, err) < 0)
		return -1;
	if (state_probe(guest->kind->name, guest->name, NULL, err) != STATE_GONE)
		return hv_not_running(guest->name, err);
	if (cgroup_clean(cgroup, HV_DESTROY_PATIENCE, err) < 0)
		return -1;
	object = state_open_object(guest->kind->name, guest->name, NULL);
	if (object >= 0 && state_last_exit_write(object, &last, NULL) < 0)
		return 0;
	return 0;
}

int hv_destroy_guest(struct rpc_call *call, struct guest *guest, const void *args, unsigned flags, struct error *err)
{
	const struct hv *hv = call->ctx;
	int patience = hv->timeout_ms >= 0 && hv->timeout_ms < HV_DESTROY_PATIENCE ? hv->timeout_ms : HV_DESTROY_PATIENCE;
	struct error why = { 0 };

	if (!guest_is_active(guest)) {
		/* what a dead one left goes too */
		if (hv_recover(hv, guest->kind, guest->name, err) < 0)
			return -1;
		return kill_remains(hv, guest, err);
	}
	if (hv_forward_to(call, guest, args, NULL, flags & DESTROY_GRACEFUL ? hv->timeout_ms : patience, &why) == 0)
		return 0;
	/* it ended while we asked: the connection broke with it */
	if (why.code != ERR_OPERATION_INVALID && !still_runs(guest))
		return 0;
	if (why.code == ERR_OPERATION_INVALID || flags & DESTROY_GRACEFUL) {
		if (err)
			*err = why;
		return -1;
	}
	return by_force(hv, guest, why.code == ERR_OPERATION_TIMEOUT ? 0 : ENDING_MS, err);
}

int hv_domain_destroy(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	AUTO_GUEST struct guest guest = { 0 };

	(void)ret;
	return hv_guest_called(call, args, &guest, err) < 0 ? -1 : hv_destroy_guest(call, &guest, args, 0, err);
}

int hv_domain_destroy_flags(struct rpc_call *call, const void *args, void *ret, struct error *err)
{
	const wire_domain_destroy_flags_args *a = args;
	AUTO_GUEST struct guest guest = { 0 };

	(void)ret;
	if (hv_flags(call, a->flags, DESTROY_GRACEFUL | 2, err) < 0 || hv_guest_called(call, args, &guest, err) < 0)
		return -1;
	return hv_destroy_guest(call, &guest, args, a->flags, err);
}
