/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/transfer.h"

#include <fcntl.h>
#include <string.h>

static const struct poptOption options[] = {
	CLI_TRANSFER_OPTIONS,
	CLI_POOL_OPTION,
	POPT_TABLEEND
};

static int run(struct cli *cli, struct error *err)
{
	const char *path = cli->args[1];
	AUTO_CLOSE int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return error_errno(err, "%s", path);
	if (cli_transfer(cli, &rpc_storage_vol_upload, fd, cli_send_file, err) < 0)
		return -1;
	cli_say(cli, "Volume '%s' filled from %s", cli->args[0], strcmp(path, "-") ? path : "standard input");
	return EXIT_DONE;
}

static const struct cli_program program = {
	.name = "vol-upload", .summary = "write a file into a volume", .args = "VOL FILE", .options = options, .min_args = 2, .max_args = 2,
	.object = "vol", .more = "file", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
