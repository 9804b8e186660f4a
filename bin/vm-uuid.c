/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/show.h"

static const char *uuid(const struct guest *guest, char text[CLI_SHOW_MAX], struct error *err)
{
	(void)err;
	return uuid_format(guest->uuid, text);
}

static int run(struct cli *cli, struct error *err)
{
	return cli_show(cli, "uuid", uuid, err);
}

static const struct cli_program program = {
	.name = "vm-uuid", .summary = "print the UUID of a guest", .args = "GUEST...", .min_args = 1, .max_args = -1, .flags = CLI_GUESTS,
	.run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
