/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/transfer.h"

#include <fcntl.h>
#include <string.h>

static const struct poptOption options[] = {
	CLI_TRANSFER_OPTIONS,
	CLI_POOL_OPTION,
	POPT_TABLEEND
};

static int open_file(const char *path, bool *made, struct error *err)
{
	int fd;

	*made = false;
	if (!strcmp(path, "-"))
		return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	*made = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? error_errno(err, "%s", path) : fd;
}

/* What was in the file is gone when something is there to be put into it, not before. */
static int receive(struct rpc_channel *ch, int fd, bool sparse, int timeout_ms, struct error *err)
{
	if (ftruncate(fd, 0) < 0 && errno != EINVAL)
		return error_errno(err, "the file");
	return cli_receive_file(ch, fd, sparse, timeout_ms, err);
}

static int run(struct cli *cli, struct error *err)
{
	const char *path = cli->args[1];
	bool made;
	AUTO_CLOSE int fd = open_file(path, &made, err);

	if (fd < 0)
		return -1;
	if (cli_transfer(cli, &rpc_storage_vol_download, fd, receive, err) < 0) {
		if (made)
			unlink(path);
		return -1;
	}
	if (strcmp(path, "-"))
		cli_say(cli, "Volume '%s' copied to %s", cli->args[0], path);
	return EXIT_DONE;
}

static const struct cli_program program = {
	.name = "vol-download", .summary = "write the bytes of a volume into a file", .args = "VOL FILE", .options = options, .min_args = 2, .max_args = 2,
	.object = "vol", .more = "file", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
