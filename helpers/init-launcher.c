/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * init-launcher: the last program of ours that a container's first process is, for an instant: it runs the init. argv: the program's path in the
 * container, then its arguments; 3 is the supervisor's socket, which hears of a failure: the error's number and the path.
 *
 * What the container can name by /proc/self/exe while its init is being loaded (an interpreter in an init of its making) is then this, from a
 * sealed copy in memory, and no file of the host.
 */
#include "freestanding.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { SUPERVISOR = 3, PATH_SAID = 256 };

static int launch(char **argv, char **envp)
{
	int error;
	size_t n = 0;
	struct iovec said[2] = { { &error, sizeof(error) }, { argv[0], 0 } };
	struct msghdr msg = { .msg_iov = said, .msg_iovlen = 2 };

	sys(SYS_fcntl, SUPERVISOR, F_SETFD, FD_CLOEXEC, 0, 0);
	error = (int)-sys(SYS_execve, (long)argv[0], (long)(argv + 1), (long)envp, 0, 0);
	while (n < PATH_SAID && argv[0][n])
		n++;
	said[1].iov_len = n;
	sys(SYS_sendmsg, SUPERVISOR, (long)&msg, MSG_NOSIGNAL, 0, 0);
	return 127;
}

#ifdef FREESTANDING
FREESTANDING_ENTRY(start);

void start(const long *stack)
{
	char **argv = (char **)(stack + 1);

	sys(SYS_exit_group, stack[0] > 1 ? launch(argv, argv + stack[0] + 1) : 2, 0, 0, 0, 0);
	__builtin_unreachable();
}
#else
int main(int argc, char **argv, char **envp)
{
	return argc > 1 ? launch(argv, envp) : 2;
}
#endif
