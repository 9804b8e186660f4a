/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/show.h"

static const char *name(const struct guest *guest, char text[CLI_SHOW_MAX], struct error *err)
{
	(void)text;
	(void)err;
	return guest->name;
}

static int run(struct cli *cli, struct error *err)
{
	return cli_show(cli, "name", name, err);
}

static const struct cli_program program = {
	.name = "vm-name", .summary = "print the name of a guest", .args = "GUEST...", .min_args = 1, .max_args = -1, .flags = CLI_GUESTS,
	.run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
