/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/show.h"

static const char *id(const struct guest *guest, char text[CLI_SHOW_MAX], struct error *err)
{
	(void)err;
	if (guest->id < 0)
		return "-";
	snprintf(text, CLI_SHOW_MAX, "%d", guest->id);
	return text;
}

static int run(struct cli *cli, struct error *err)
{
	return cli_show(cli, "id", id, err);
}

static const struct cli_program program = {
	.name = "vm-id", .summary = "print the id of a guest", .args = "GUEST...", .min_args = 1, .max_args = -1, .flags = CLI_GUESTS,
	.run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
