/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fd-holder NAME: keeps what a container's supervisor cannot keep. Started by the supervisor (or by its hand) with nothing but these descriptors:
 * 3 a listening socket, 4 a pidfd of the container's init, 5 a socket to the supervisor, 6 the supervisor's program, 7 and up the pty masters.
 *
 * To who connects, and is the same user or root, it sends all masters in one message; it reads nothing from anybody there. From its supervisor it
 * takes a byte with a descriptor, and starts the program again as `lxc-hand NAME`, a child of the supervisor's, with that descriptor as 3: the supervisor has given up
 * its privileges and cannot. It ends when the init and the supervisor are both gone.
 *
 * Every container has one, so it does without the C library where it can (FREESTANDING, see the Makefile): starting that costs several times
 * what this program does, and a few pages in each guest's name.
 */
#include "freestanding.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { LISTEN = 3, INIT = 4, SUPERVISOR = 5, PROGRAM = 6, FIRST = 7, MASTERS_MAX = 16 };

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
	/* more than one byte is for those who want to know whom they may end */
	struct {
		char count;
		int pid;
	} said = { (char)masters, (int)sys(SYS_getpid, 0, 0, 0, 0, 0) };
	struct iovec iov = { &said, sizeof(said) };
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

/* One descriptor from the supervisor: 0 or more, -1 when nothing usable came, -2 when it is gone. */
static int receive(void)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	char what;
	struct iovec iov = { &what, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	long n = sys(SYS_recvmsg, SUPERVISOR, (long)&msg, MSG_CMSG_CLOEXEC, 0, 0);
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;

	if (n == 0 || (n < 0 && n != -EINTR && n != -EAGAIN))
		return -2;
	return c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)) ? *(int *)CMSG_DATA(c) : -1;
}

/* In the child: nothing is open there but the descriptor, as 3, and the program until it runs. */
static void become_hand(int fd, const char *name, char *const *env)
{
	const char *const argv[] = { "lxc-hand", name, NULL };
	const unsigned open_end = ~0U;

	if (sys(SYS_dup3, fd, 3, 0, 0, 0) == 3 && sys(SYS_fcntl, PROGRAM, F_SETFD, FD_CLOEXEC, 0, 0) == 0 && sys(SYS_close_range, 4, 5, 0, 0, 0) == 0 &&
	    sys(SYS_close_range, FIRST, open_end, 0, 0, 0) == 0)
		sys(SYS_execveat, PROGRAM, (long)"", (long)argv, (long)env, AT_EMPTY_PATH);
	sys(SYS_exit_group, 127, 0, 0, 0, 0);
}

static void start_hand(int fd, const char *name, char *const *env)
{
	/* a child of our parent: who asked for it waits for it */
	if (sys(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) == 0)
		become_hand(fd, name, env);
	sys(SYS_close, fd, 0, 0, 0, 0);
}

static int hold(const char *name, char *const *env)
{
	struct pollfd p[3] = { { .fd = LISTEN, .events = POLLIN }, { .fd = INIT, .events = POLLIN }, { .fd = SUPERVISOR, .events = POLLIN } };
	int masters = 0;

	while (masters < MASTERS_MAX && is_terminal(FIRST + masters))
		masters++;
	while (p[1].fd >= 0 || p[2].fd >= 0) {
		if (sys(SYS_ppoll, (long)p, 3, 0, 0, 0) < 0)
			continue;
		if (p[1].revents)
			p[1].fd = -1;
		if (p[2].revents) {
			int fd = receive();
			if (fd >= 0)
				start_hand(fd, name, env);
			else if (fd == -2)
				p[2].fd = -1;
		}
		/* nobody can ever come: not asked again, instead of for ever */
		if (p[0].revents & ~POLLIN)
			p[0].fd = -1;
		if (!(p[0].revents & POLLIN))
			continue;
		int client = (int)sys(SYS_accept4, LISTEN, 0, 0, SOCK_CLOEXEC, 0);
		if (client < 0)
			continue;
		if (masters > 0 && allowed(client))
			hand_over(client, masters);
		sys(SYS_close, client, 0, 0, 0, 0);
	}
	return 0;
}

#ifdef FREESTANDING
FREESTANDING_ENTRY(start);

void start(const long *stack)
{
	char *const *argv = (char *const *)(stack + 1);

	sys(SYS_exit_group, stack[0] == 2 ? hold(argv[1], argv + 3) : 1, 0, 0, 0, 0);
	__builtin_unreachable();
}
#else
int main(int argc, char **argv)
{
	return argc == 2 ? hold(argv[1], environ) : 1;
}
#endif
