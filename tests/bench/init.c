/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guests' init: a byte on the FIFO /ready says that it runs, the FIFO's hang-up that it is dead. It then
 * waits for ever, deaf to everything but SIGKILL as a first process without handlers is; "true" ends at once.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = open("/ready", O_WRONLY | O_NONBLOCK);

	if (fd >= 0 && write(fd, "r", 1) != 1)
		return 126;
	if (argc > 1 && strcmp(argv[1], "true") == 0)
		return 0;
	for (;;)
		pause();
}
