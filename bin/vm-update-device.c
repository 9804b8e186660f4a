/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"

static int force;

static const struct poptOption options[] = {
	{ "force", 0, POPT_ARG_NONE, &force, 0, "even where the guest holds it (a tray that is locked)", NULL },
	CLI_PERSISTENT,
	POPT_TABLEEND
};

static int run(struct cli *cli, struct error *err)
{
	return cli_device_run(cli, CLI_DEVICE_UPDATE, force ? 4 : 0, err);   /* libvirt's VIR_DOMAIN_DEVICE_MODIFY_FORCE */
}

static const struct cli_program program = {
	.name = "vm-update-device", .summary = "change a device of a guest", .args = "GUEST FILE", .options = options,
	.min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "file", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
