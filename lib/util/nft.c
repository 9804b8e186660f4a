/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/nft.h"

#include "util/file.h"
#include "util/process.h"
#include "util/task.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define NFT_MS 20000

/* A file in memory with this text, to be read from its start. */
static int text_file(const char *text, struct error *err)
{
	AUTO_CLOSE int fd = memfd_create("nft", MFD_CLOEXEC);

	if (fd < 0 || file_write_all(fd, text, strlen(text)) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return error_errno(err, "rules of the firewall");
	return STEAL_FD(fd);
}

int nft_run(const char *commands, struct error *err)
{
	char *const argv[] = { (char *)"nft-run", NULL };
	AUTO_FREE char *path = process_helper_path("nft-run", err);
	AUTO_CLOSE int in = path ? text_file(commands, err) : -1, out = memfd_create("nft-says", MFD_CLOEXEC), pidfd = -1;
	const struct process_fd fds[] = { { in, 0 }, { out, 2 } };
	struct process_spec spec = { .path = path, .argv = argv, .fds = fds, .n_fds = 2 };
	char words[300];
	int status;
	pid_t pid;

	if (in < 0 || out < 0)
		return -1;
	pid = process_spawn(&spec, &pidfd, err);
	if (pid < 0)
		return -1;
	status = task_wait_process(pid, pidfd, NFT_MS);
	if (status == 0)
		return 0;
	file_first_line(out, words, sizeof(words));
	/* the loader's: its library is not there or not whole */
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return error_set(err, ERR_OPERATION_FAILED, "the rules of the firewall cannot be set: %s (apt-get install libnftables1)", words);
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : ETIMEDOUT;
	return error_errno(err, "the rules of the firewall cannot be set%s%s", *words ? ": " : "", words);
}
