/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for a guest. Elsewhere the server's events tell. A local one's directories tell of every change but the death of a supervisor or a guest that nobody can
 * write down any more; for those there are pidfds. */
#include "cli/guests.h"

#include "rpc/client.h"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/syscall.h>

struct waiter {
	struct cli_conn *conn;
	const char *name;
	int inotify;
	int pidfd[2];          /* of the supervisor and of the guest; -1: none */
};

/* A directory by descriptor: what it is called does not matter, and a long name does not either. */
static int watch_fd(struct waiter *w, int fd, uint32_t mask, struct error *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (inotify_add_watch(w->inotify, path, mask) < 0)
		return error_errno(err, "watching the state of guests");
	return 0;
}

static int watch_kinds(struct waiter *w, struct error *err)
{
	static const enum state_root roots[] = { STATE_RUN, STATE_LIB };

	for (const struct hv_kind *k = hv_next(&w->conn->hv, NULL); k; k = hv_next(&w->conn->hv, k)) {
		for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
			AUTO_CLOSE int fd = state_open_dir(roots[i], k->name, true, err);
			if (fd < 0 || watch_fd(w, fd, IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM, err) < 0)
				return -1;
		}
	}
	return 0;
}

/* The guest's own run directory is watched too as soon as there is one; watching it again is the same watch. */
static void watch_guest(struct waiter *w, const struct guest *guest)
{
	struct error ignored;
	AUTO_CLOSE int fd = state_run_open(guest->kind->name, guest->name, &ignored);

	if (fd >= 0 && watch_fd(w, fd, IN_MOVED_TO | IN_CREATE | IN_DELETE, &ignored) < 0)
		return;
}

static void close_pidfds(struct waiter *w)
{
	for (size_t i = 0; i < 2; i++) {
		if (w->pidfd[i] >= 0)
			close(w->pidfd[i]);
		w->pidfd[i] = -1;
	}
}

static void open_pidfds(struct waiter *w, const struct guest *guest)
{
	/* a dead init that its supervisor has not reaped yet would be readable all the time */
	if (guest->supervisor > 0 && guest->live != STATE_ORPHAN)
		w->pidfd[0] = syscall(SYS_pidfd_open, guest->supervisor, 0);
	else if (guest->pid > 0)
		w->pidfd[1] = syscall(SYS_pidfd_open, guest->pid, 0);
}

/* What is there now. The watches are in place before it is looked at: no change between is missed. */
static int look(struct waiter *w, cli_condition *condition, void *arg, struct error *err)
{
	struct guest guest = { 0 };
	struct error why = { 0 };

	close_pidfds(w);
	if (guest_find(&w->conn->hv, w->name, &guest, &why) < 0) {
		if (why.code == ERR_NO_DOMAIN)
			return condition(NULL, arg, err);
		*err = why;
		return -1;
	}
	watch_guest(w, &guest);
	int rc = condition(&guest, arg, err);
	if (rc == 0) {
		open_pidfds(w, &guest);
		/* between the look and the watch */
		struct guest again = { 0 };
		if (guest_find(&w->conn->hv, w->name, &again, &why) == 0) {
			rc = condition(&again, arg, err);
			guest_clear(&again);
		} else if (why.code == ERR_NO_DOMAIN) {
			rc = condition(NULL, arg, err);
		}
	}
	guest_clear(&guest);
	return rc;
}

static void drain(int fd)
{
	char buffer[4096];

	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
}

static int time_is_up(const char *name, int timeout_ms, struct error *err)
{
	return error_set(err, ERR_OPERATION_TIMEOUT, "domain '%s': the time was up after %d.%03d s", name, timeout_ms / 1000, timeout_ms % 1000);
}

static int wait_loop(struct waiter *w, cli_condition *condition, void *arg, int timeout_ms, struct error *err)
{
	int64_t start = cli_now_ms();

	for (;;) {
		int rc = look(w, condition, arg, err);
		if (rc != 0)
			return rc;
		struct pollfd fds[] = {
			{ .fd = w->inotify, .events = POLLIN },
			{ .fd = w->pidfd[0], .events = POLLIN },
			{ .fd = w->pidfd[1], .events = POLLIN },
		};
		rc = poll(fds, ARRAY_LEN(fds), cli_time_left(start, timeout_ms));
		if (rc == 0)
			return time_is_up(w->name, timeout_ms, err);
		if (rc < 0 && errno != EINTR)
			return error_errno(err, "waiting for domain '%s'", w->name);
		drain(w->inotify);
	}
}

static int look_remote(struct cli_conn *conn, const char *name, cli_condition *condition, void *arg, struct error *err)
{
	struct guest guest = { 0 };
	struct error why = { 0 };
	int rc;

	if (cli_find(conn, name, &guest, &why) == 0) {
		rc = condition(&guest, arg, err);
		guest_clear(&guest);
		return rc;
	}
	if (why.code == ERR_NO_DOMAIN)
		return condition(NULL, arg, err);
	*err = why;
	return -1;
}

static int wait_remote(struct cli_conn *conn, const char *name, cli_condition *condition, void *arg, int timeout_ms, struct error *err)
{
	const wire_connect_domain_event_callback_register_any_args lifecycle = { .event_id = 0 };
	wire_connect_domain_event_callback_register_any_ret ret = { 0 };
	int64_t start = cli_now_ms();

	if (rpc_conn_call(conn->remote, &rpc_connect_domain_event_callback_register_any, &lifecycle, &ret, HV_TIMEOUT_DEFAULT, err) < 0)
		return -1;
	for (;;) {
		struct rpc_event event = { 0 };
		int rc = look_remote(conn, name, condition, arg, err);

		if (rc != 0)
			return rc < 0 ? -1 : 0;
		/* any of them is a reason to look again */
		rc = rpc_next_event(conn->remote, &event, cli_time_left(start, timeout_ms), err);
		if (rc < 0)
			return -1;
		if (rc == 0)
			return time_is_up(name, timeout_ms, err);
		rpc_event_clear(&event);
	}
}

int cli_wait(struct cli_conn *conn, const char *name, cli_condition *condition, void *arg, int timeout_ms, struct error *err)
{
	struct waiter w = { .conn = conn, .name = name, .inotify = -1, .pidfd = { -1, -1 } };
	int rc;

	if (conn->remote)
		return wait_remote(conn, name, condition, arg, timeout_ms, err);
	w.inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w.inotify < 0)
		return error_errno(err, "inotify (raise fs.inotify.max_user_instances)");
	rc = watch_kinds(&w, err);
	if (rc == 0)
		rc = wait_loop(&w, condition, arg, timeout_ms, err);
	close_pidfds(&w);
	close(w.inotify);
	return rc < 0 ? -1 : 0;
}

int cli_has_ended(const struct guest *guest, void *arg, struct error *err)
{
	(void)arg;
	(void)err;
	return !guest || (guest->state != GUEST_UNKNOWN && !guest_is_active(guest));
}
