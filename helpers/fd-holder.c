/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fd-holder: keeps a container's pty masters while no supervisor does, and hands them to the next one. Started by the supervisor
 * with nothing but these descriptors: 3 a listening socket, 4 a pidfd of the container's init, 5 and up the masters. It ends with the
 * init. To who connects, and is the same user or root, it sends all masters in one message; it reads nothing from anybody.
 *
 * Every container has one, so it does without the C library where it can (FREESTANDING, see the Makefile): starting that costs several times
 * what this program does, and a few pages in each guest's name.
 */
#include "freestanding.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { LISTEN = 3, INIT = 4, FIRST = 5, MASTERS_MAX = 16 };

static int allowed(int client)
{
	struct ucred c;
	socklen_t len = sizeof(c);

	return sys(SYS_getsockopt, client, SOL_SOCKET, SO_PEERCRED, (long)&c, (long)&len) == 0 &&
	       (c.uid == 0 || c.uid == (uid_t)sys(SYS_geteuid, 0, 0, 0, 0, 0));
}

static void hand_over(int client, int masters)
{
	static union {
		char buf[CMSG_SPACE(MASTERS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	char count = (char)masters;
	struct iovec iov = { &count, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf };
	struct cmsghdr *c;

	msg.msg_controllen = CMSG_SPACE(masters * sizeof(int));
	c = CMSG_FIRSTHDR(&msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(masters * sizeof(int));
	for (int i = 0; i < masters; i++)
		((int *)CMSG_DATA(c))[i] = FIRST + i;
	sys(SYS_sendmsg, client, (long)&msg, MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0);
}

static int is_terminal(int fd)
{
	char termios[256];   /* the kernel's, which is smaller than that everywhere */

	return sys(SYS_ioctl, fd, TCGETS, (long)termios, 0, 0) == 0;
}

static int hold(void)
{
	struct pollfd p[2] = { { .fd = LISTEN, .events = POLLIN }, { .fd = INIT, .events = POLLIN } };
	int masters = 0;

	while (masters < MASTERS_MAX && is_terminal(FIRST + masters))
		masters++;
	if (masters == 0)
		return 1;
	for (;;) {
		if (sys(SYS_ppoll, (long)p, 2, 0, 0, 0) < 0)
			continue;
		if (p[1].revents)
			return 0;
		if (!p[0].revents)
			continue;
		int client = (int)sys(SYS_accept4, LISTEN, 0, 0, SOCK_CLOEXEC, 0);
		if (client < 0)
			continue;
		if (allowed(client))
			hand_over(client, masters);
		sys(SYS_close, client, 0, 0, 0, 0);
	}
}

#ifdef FREESTANDING
FREESTANDING_ENTRY(start);

void start(const long *stack)
{
	(void)stack;
	sys(SYS_exit_group, hold(), 0, 0, 0, 0);
	__builtin_unreachable();
}
#else
int main(void)
{
	return hold();
}
#endif
