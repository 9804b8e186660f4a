/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"

static const struct poptOption options[] = { CLI_PERSISTENT, POPT_TABLEEND };

static int run(struct cli *cli, struct error *err)
{
	return cli_device_run(cli, CLI_DEVICE_ATTACH, 0, err);
}

static const struct cli_program program = {
	.name = "vm-attach-device", .summary = "attach a device to a guest", .args = "GUEST FILE", .options = options,
	.min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "file", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
