/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/build_impl.h"
#include "lxc/lxc.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define FREEZE_MS 2000

/* One build, as our side sees it. */
struct build {
	const struct lxc_spec *spec;
	struct cgroup *cgroup;
	const struct lxc_planner *planner;
	struct netlink *inside;
	struct lxc_pieces *pieces;   /* shared with the child */
	int socket[2];               /* ours, the child's */
	int self;                    /* a pidfd of ourselves, for the child */
	pid_t pid;
	int pidfd;
};

void lxc_container_clear(struct lxc_container *ct)
{
	for (unsigned i = 0; i < ct->consoles; i++)
		if (ct->master[i] >= 0)
			close(ct->master[i]);
	if (ct->pidfd >= 0)
		close(ct->pidfd);
	if (ct->hold >= 0)
		close(ct->hold);
	if (ct->root >= 0)
		close(ct->root);
	netlink_close(ct->inside);
	cgroup_free(ct->cgroup);
	*ct = (struct lxc_container){ .pidfd = -1, .hold = -1, .root = -1 };
}

static int write_map(pid_t pid, const char *file, const struct lxc_idmap *map, size_t n, struct error *err)
{
	char path[64], text[4096];
	size_t len = 0;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	for (size_t i = 0; i < n; i++) {
		int l = snprintf(text + len, sizeof(text) - len, "%u %u %u\n", map[i].start, map[i].target, map[i].count);
		if (l < 0 || (size_t)l >= sizeof(text) - len)
			return error_set(err, ERR_CONFIG_UNSUPPORTED, "the id map has too many ranges");
		len += l;
	}
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		return error_errno(err, "cannot write the container's %s", file);
	return 0;
}

/* The child is a copy of this process in new namespaces, which shares its descriptors until it has no more need to. Being born in its
 * version 2 control group it never has to be moved there. */
static int give_birth(struct build *b, bool paused, struct error *err)
{
	int group = cgroup_v2_fd(b->cgroup), own[LXC_SHARED];
	struct clone_args args = {
		.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_FILES | CLONE_PIDFD |
			 ((CLONE_NEWUTS | CLONE_NEWIPC) & ~(unsigned)lxc_shares_flags(b->spec->shares)) |
			 (b->spec->n_uid_map ? CLONE_NEWUSER : 0) | (b->spec->n_nets ? CLONE_NEWNET : 0) | (group >= 0 ? CLONE_INTO_CGROUP : 0),
		.pidfd = (uintptr_t)&b->pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = group >= 0 ? (unsigned)group : 0,
	};

	if (lxc_shares_enter(b->spec->shares, own, err) < 0)
		return -1;
	long pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0) {
		struct lxc_child child = {
			.spec = b->spec, .pieces = b->pieces, .cgroup = cgroup_name(b->cgroup), .socket = b->socket[1], .parent_pidfd = b->self,
			.paused = paused, .has_v2 = group >= 0, .cgroups_writable = cgroup_delegable(b->cgroup),
		};
		lxc_inside(&child);
	}
	int why = errno;
	lxc_shares_leave(own);
	errno = why;
	if (pid < 0)
		return error_errno(err, "cannot make the container's namespaces");
	b->pid = (pid_t)pid;
	return 0;
}

/* The child is dead before its time; the kernel kills it when the guest's memory does not even hold its beginning. */
static int died_early(int pidfd, struct error *err)
{
	siginfo_t info = { 0 };

	if (RETRY_EINTR(waitid(P_PIDFD, pidfd, &info, WEXITED | WNOHANG | WNOWAIT)) == 0 && info.si_pid && info.si_code != CLD_EXITED)
		return error_set(err, ERR_OPERATION_FAILED, "the container's first process was killed by signal %d while it was set up%s", info.si_status,
				 info.si_status == SIGKILL ? " (is its <memory> large enough?)" : "");
	return error_set(err, ERR_OPERATION_FAILED, "the container's first process died while it was set up");
}

/* The child's next word: its byte, 0 when it has run init (its end of the socket went with the exec), or -1 with its error. Its
 * death is seen by the pidfd: as long as it shares our descriptors its end of the socket is open. */
static int listen_to_child(int socket, int pidfd, struct error *err)
{
	struct pollfd wait[] = { { .fd = socket, .events = POLLIN }, { .fd = pidfd, .events = POLLIN } };
	union {
		char byte;
		struct error error;
		struct {
			int sys;
			char path[256];
		} launcher;
	} said;
	ssize_t n;

	if (RETRY_EINTR(poll(wait, 2, -1)) < 0)
		return error_errno(err, "cannot hear the container's first process");
	if (!wait[0].revents)
		return died_early(pidfd, err);
	n = RETRY_EINTR(recv(socket, &said, sizeof(said), 0));
	if (n < 0)
		return error_errno(err, "cannot hear the container's first process");
	if (n == sizeof(said.error)) {
		*err = said.error;
		err->text[sizeof(err->text) - 1] = '\0';
		return -1;
	}
	if (n > (ssize_t)sizeof(said.launcher.sys)) {
		errno = said.launcher.sys;
		return error_errno(err, "cannot run %.*s in the container", (int)(n - sizeof(said.launcher.sys)), said.launcher.path);
	}
	return n == 0 ? 0 : said.byte;
}

static int expect(int socket, int pidfd, int what, struct error *err)
{
	int said = listen_to_child(socket, pidfd, err);

	if (said < 0)
		return -1;
	if (said != what)
		return died_early(pidfd, err);
	return 0;
}

static int tell(int socket, char what, struct error *err)
{
	if (RETRY_EINTR(send(socket, &what, 1, MSG_NOSIGNAL)) < 0)
		return error_errno(err, "the container's first process died while it was set up");
	return 0;
}

/* Our side's work while the child makes its namespaces, then the child's. */
static int put_together(struct build *b, bool paused, struct error *err)
{
	const struct lxc_spec *spec = b->spec;
	struct cgroup_limits limits = spec->limits;

	limits.more_devices = b->pieces->devices;
	limits.n_more_devices = spec->n_devices;
	if (spec->n_uid_map && (write_map(b->pid, "uid_map", spec->uid_map, spec->n_uid_map, err) < 0 ||
				write_map(b->pid, "gid_map", spec->gid_map, spec->n_gid_map, err) < 0))
		return -1;
	if (lxc_pieces_make(spec, b->planner, b->pieces, err) < 0 || cgroup_create(b->cgroup, &limits, err) < 0)
		return -1;
	if (spec->n_nets && lxc_nets_make(spec->nets, spec->n_nets, b->pid, b->planner, &b->inside, err) < 0)
		return -1;
	b->pieces->n_tasks = cgroup_join_list(b->cgroup, b->pieces->tasks);
	if (tell(b->socket[0], LXC_SAY_GO, err) < 0 || expect(b->socket[0], b->pidfd, paused ? LXC_SAID_HELD : LXC_SAID_EXEC, err) < 0)
		return -1;
	/* the last copy of the child's end is to go with its exec */
	close(STEAL_FD(b->socket[1]));
	if (!paused)
		return listen_to_child(b->socket[0], b->pidfd, err) == 0 ? 0 : -1;
	/* frozen first, told to run then: it runs when it is thawed, by whomever */
	if (cgroup_freeze(b->cgroup, true, FREEZE_MS, err) < 0)
		return -1;
	return tell(b->socket[0], LXC_SAY_RUN, err);
}

/* A build that failed leaves nothing. The child is ours and its namespace's first: with it dies everything in it. */
static void undo(struct build *b)
{
	struct error ignored;

	if (lxc_nets_return(b->inside, b->spec->nets, b->spec->n_nets, &ignored) < 0)
		ignored.text[0] = '\0';
	netlink_close(b->inside);
	if (b->pid > 0) {
		kill(b->pid, SIGKILL);
		RETRY_EINTR(waitpid(b->pid, NULL, 0));
	}
	(void)!cgroup_remove(b->cgroup, &ignored);
	for (int i = 0; i < LXC_CONSOLES_MAX; i++)
		if (b->pieces->master[i] >= 0)
			close(b->pieces->master[i]);
	if (b->pidfd >= 0)
		close(b->pidfd);
	cgroup_free(b->cgroup);
}

static int start_child(struct build *b, bool paused, struct error *err)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, b->socket) < 0 ||
	    (b->self = (int)syscall(SYS_pidfd_open, getpid(), 0)) < 0)
		return error_errno(err, "cannot start a container");
	if (cgroup_create_first(b->cgroup, err) < 0 || give_birth(b, paused, err) < 0)
		return -1;
	return put_together(b, paused, err);
}

int lxc_build(const struct lxc_spec *spec, struct cgroup *cgroup, bool paused, const struct lxc_planner *planner, struct lxc_container *ct,
	      struct error *err)
{
	struct build b = { .spec = spec, .cgroup = cgroup, .planner = planner, .socket = { -1, -1 }, .self = -1, .pidfd = -1 };
	int r;

	*ct = (struct lxc_container){ .pidfd = -1, .hold = -1, .root = -1 };
	b.pieces = mmap(NULL, sizeof(*b.pieces), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (b.pieces == MAP_FAILED) {
		cgroup_free(cgroup);
		return error_errno(err, "cannot start a container");
	}
	lxc_pieces_init(b.pieces);
	r = start_child(&b, paused, err);
	if (r == 0) {
		ct->pid = b.pid;
		ct->pidfd = b.pidfd;
		ct->cgroup = b.cgroup;
		ct->consoles = spec->consoles;
		memcpy(ct->master, b.pieces->master, sizeof(ct->master));
		ct->inside = b.inside;
		ct->root = STEAL_FD(b.pieces->inside);
		if (paused)
			ct->hold = STEAL_FD(b.socket[0]);
	} else {
		undo(&b);
	}
	lxc_pieces_close(b.pieces);
	munmap(b.pieces, sizeof(*b.pieces));
	for (int i = 0; i < 2; i++)
		if (b.socket[i] >= 0)
			close(b.socket[i]);
	if (b.self >= 0)
		close(b.self);
	return r;
}

int lxc_release(struct lxc_container *ct, struct error *err)
{
	AUTO_CLOSE int socket = STEAL_FD(ct->hold);

	if (socket < 0)
		return 0;
	if (cgroup_freeze(ct->cgroup, false, FREEZE_MS, err) < 0 || expect(socket, ct->pidfd, LXC_SAID_EXEC, err) < 0)
		return -1;
	return listen_to_child(socket, ct->pidfd, err) < 0 ? -1 : 0;
}
