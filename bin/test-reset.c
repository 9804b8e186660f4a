/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cli.h"
#include "test/test.h"

static int run(struct cli *cli, struct error *err)
{
	const char *uri = cli->n_args ? cli->args[0] : "test:///default";

	if (test_reset(uri, err) < 0)
		return -1;
	cli_say(cli, "%s is as new", uri);
	return EXIT_DONE;
}

static const struct cli_program program = {
	.name = "test-reset", .summary = "take the state of the test driver away", .args = "[URI]", .max_args = 1, .flags = CLI_SLOW, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
