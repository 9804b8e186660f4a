/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/holder.h"

#include "lxc/lxc.h"
#include "state/state.h"
#include "util/process.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

enum { HOLDER_LISTEN = 3, HOLDER_INIT, HOLDER_SUPERVISOR, HOLDER_PROGRAM, HOLDER_FIRST };

static void address(int run_fd, struct sockaddr_un *sun)
{
	*sun = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(sun->sun_path, sizeof(sun->sun_path), "/proc/self/fd/%d/holder", run_fd);
}

static int listen_socket(int run_fd, struct error *err)
{
	AUTO_CLOSE int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un sun;

	address(run_fd, &sun);
	unlinkat(run_fd, "holder", 0);
	if (s < 0 || bind(s, (struct sockaddr *)&sun, sizeof(sun)) < 0 || fchmodat(run_fd, "holder", 0600, 0) < 0 || listen(s, 4) < 0)
		return error_errno(err, "cannot make the holder's socket");
	return STEAL_FD(s);
}

pid_t holder_start(int run_fd, int pidfd, const int *masters, unsigned n, const char *name, int *supervisor, struct error *err)
{
	AUTO_CLOSE int s = listen_socket(run_fd, err), program = open("/proc/self/exe", O_PATH | O_CLOEXEC);
	AUTO_FREE char *path = s < 0 ? NULL : process_helper_path("fd-holder", err);
	char *argv[] = { (char *)"fd-holder", (char *)name, NULL };
	int pair[2];
	pid_t pid;

	if (!path)
		return -1;
	if (program < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return error_errno(err, "cannot start the holder");
	AUTO_CLOSE int ours = pair[0], theirs = pair[1];
	struct process_fd fds[HOLDER_FIRST - HOLDER_LISTEN + LXC_CONSOLES_MAX] = {
		{ s, HOLDER_LISTEN }, { pidfd, HOLDER_INIT }, { theirs, HOLDER_SUPERVISOR }, { program, HOLDER_PROGRAM },
	};
	struct process_spec spec = { .path = path, .argv = argv, .envp = state_environment(err), .fds = fds, .n_fds = HOLDER_FIRST - HOLDER_LISTEN + n,
				     .new_session = true };
	if (!spec.envp)
		return -1;
	for (unsigned i = 0; i < n; i++)
		fds[HOLDER_FIRST - HOLDER_LISTEN + i] = (struct process_fd){ masters[i], HOLDER_FIRST + (int)i };
	pid = process_spawn(&spec, NULL, err);
	state_environment_free((char **)spec.envp);
	if (pid > 0)
		*supervisor = STEAL_FD(ours);
	return pid;
}

int holder_call(int supervisor, int fd, struct error *err)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { .align = { .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	char what = 'h';
	struct iovec iov = { &what, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
	if (supervisor < 0)
		return error_set(err, ERR_OPERATION_FAILED, "its supervisor has no holder, which would do what needs privileges (vm-reexec gives it one)");
	if (RETRY_EINTR(sendmsg(supervisor, &msg, MSG_NOSIGNAL)) < 0)
		return error_errno(err, "the holder, which does what needs privileges, is gone (vm-reexec gives the guest another)");
	return 0;
}

int holder_fetch(int run_fd, int *masters, unsigned max, pid_t *pid, struct error *err)
{
	union {
		char buf[CMSG_SPACE(LXC_CONSOLES_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	/* as helpers/fd-holder.c says it; an older one says no more than how many */
	struct {
		char count;
		int pid;
	} said = { 0 };
	struct iovec iov = { &said, sizeof(said) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf, .msg_controllen = sizeof(control.buf) };
	struct timeval patience = { .tv_sec = 2 };
	struct sockaddr_un sun;
	AUTO_CLOSE int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct cmsghdr *c;

	address(run_fd, &sun);
	if (s < 0 || setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
	    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 || connect(s, (struct sockaddr *)&sun, sizeof(sun)) < 0)
		return error_errno(err, "the holder of the consoles cannot be reached");
	if (RETRY_EINTR(recvmsg(s, &msg, MSG_CMSG_CLOEXEC)) < 0)
		return error_errno(err, "the holder of the consoles does not answer");
	c = CMSG_FIRSTHDR(&msg);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return error_set(err, ERR_OPERATION_FAILED, "the holder of the consoles has none");
	unsigned n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	int all[LXC_CONSOLES_MAX];
	memcpy(all, CMSG_DATA(c), n * sizeof(int));
	for (unsigned i = 0; i < n; i++) {
		if (i < max) {
			masters[i] = all[i];
			fcntl(all[i], F_SETFL, O_RDWR | O_NONBLOCK);
		} else {
			close(all[i]);
		}
	}
	*pid = said.pid;
	return (int)(n < max ? n : max);
}
