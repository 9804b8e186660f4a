/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fd-holder: keeps a container's pty masters while no supervisor does, and hands them to the next one. Started by the supervisor
 * with nothing but these descriptors: 3 a listening socket, 4 a pidfd of the container's init, 5 and up the masters. It ends with the
 * init. To who connects, and is the same user or root, it sends all masters in one message; it reads nothing from anybody.
 */
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { LISTEN = 3, INIT = 4, FIRST = 5, MASTERS_MAX = 16 };

static int allowed(int client)
{
	struct ucred c;
	socklen_t len = sizeof(c);

	return getsockopt(client, SOL_SOCKET, SO_PEERCRED, &c, &len) == 0 && (c.uid == 0 || c.uid == geteuid());
}

static void hand_over(int client, int masters)
{
	union {
		char buf[CMSG_SPACE(MASTERS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	char count = (char)masters;
	struct iovec iov = { &count, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf };
	struct cmsghdr *c;
	int fd[MASTERS_MAX];

	for (int i = 0; i < masters; i++)
		fd[i] = FIRST + i;
	msg.msg_controllen = CMSG_SPACE(masters * sizeof(int));
	c = CMSG_FIRSTHDR(&msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(masters * sizeof(int));
	memcpy(CMSG_DATA(c), fd, masters * sizeof(int));
	(void)!sendmsg(client, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int main(void)
{
	struct pollfd p[2] = { { .fd = LISTEN, .events = POLLIN }, { .fd = INIT, .events = POLLIN } };
	int masters = 0;

	while (masters < MASTERS_MAX && isatty(FIRST + masters))
		masters++;
	if (masters == 0)
		return 1;
	for (;;) {
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents)
			return 0;
		if (!p[0].revents)
			continue;
		int client = accept4(LISTEN, NULL, NULL, SOCK_CLOEXEC);
		if (client < 0)
			continue;
		if (allowed(client))
			hand_over(client, masters);
		close(client);
	}
}
