/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/enter.h"

#include "util/process.h"

#include <string.h>

static int no_label;

static const struct poptOption options[] = {
	{ "noseclabel", 0, POPT_ARG_NONE, &no_label, 0, "not under the container's security label", NULL },
	POPT_TABLEEND
};

static int run(struct cli *cli, struct error *err)
{
	static const struct rpc_row uses[] = { RPC_ROW_END };
	struct cli_enter what = { .terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) };
	int at = cli->n_args > 1 && !strcmp(cli->args[1], "--") ? 2 : 1;

	if (!cli->args[at])
		return cli_usage(err, "COMMAND is missing");
	/* the container's PATH has no part in it, as with virsh */
	if (*cli->args[at] != '/')
		return cli_usage(err, "'%s' is not an absolute path", cli->args[at]);
	what.argv = (char *const *)cli->args + at;
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	return conn ? cli_enter(cli, conn, cli->args[0], &what, err) : -1;
}

static const struct cli_program program = {
	.name = "vm-lxc-enter-namespace", .summary = "run a program in a container's namespaces", .args = "GUEST [--] PATH [ARGUMENT...]", .options = options,
	.min_args = 1, .max_args = -1, .flags = CLI_GUESTS | CLI_POSIX, .more = "cmd", .run = run,
};

int main(int argc, char **argv)
{
	struct error err;

	/* the container sees this program as its own processes' until the command is run */
	if (process_seal(argv, &err) < 0) {
		fprintf(stderr, "vm-lxc-enter-namespace: %s\n", err.text);
		return error_exit_status(err.code);
	}
	return cli_main(argc, argv, &program);
}
