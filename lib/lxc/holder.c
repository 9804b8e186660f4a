/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lxc/holder.h"

#include "lxc/lxc.h"
#include "util/process.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

enum { HOLDER_LISTEN = 3, HOLDER_INIT = 4, HOLDER_FIRST = 5 };

static void address(int run_fd, struct sockaddr_un *sun)
{
	*sun = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(sun->sun_path, sizeof(sun->sun_path), "/proc/self/fd/%d/holder", run_fd);
}

pid_t holder_start(int run_fd, int pidfd, const int *masters, unsigned n, struct error *err)
{
	struct process_fd fds[2 + LXC_CONSOLES_MAX] = { { 0, HOLDER_LISTEN }, { pidfd, HOLDER_INIT } };
	char *const none[] = { NULL };
	struct sockaddr_un sun;
	AUTO_CLOSE int s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	AUTO_FREE char *path = process_helper_path("fd-holder", err);
	char *argv[] = { (char *)"fd-holder", NULL };
	struct process_spec spec = { .path = path, .argv = argv, .envp = none, .fds = fds, .n_fds = 2 + n, .new_session = true };

	if (!path)
		return -1;
	address(run_fd, &sun);
	unlinkat(run_fd, "holder", 0);
	if (s < 0 || bind(s, (struct sockaddr *)&sun, sizeof(sun)) < 0 || fchmodat(run_fd, "holder", 0600, 0) < 0 || listen(s, 4) < 0)
		return error_errno(err, "cannot make the holder's socket");
	fds[0].from = s;
	for (unsigned i = 0; i < n; i++)
		fds[2 + i] = (struct process_fd){ masters[i], HOLDER_FIRST + (int)i };
	return process_spawn(&spec, NULL, err);
}

int holder_fetch(int run_fd, int *masters, unsigned max, struct error *err)
{
	union {
		char buf[CMSG_SPACE(LXC_CONSOLES_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	char count;
	struct iovec iov = { &count, 1 };
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
	return (int)(n < max ? n : max);
}
