/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/enter.h"

#include "util/process.h"

#include <string.h>

static char *user, *dir;
static char **env;
static int tty, no_tty, no_label;

static const struct poptOption options[] = {
	{ "user", 0, POPT_ARG_STRING, &user, 0, "run as this user (USER:GROUP) of the container", "USER" },
	{ "workdir", 0, POPT_ARG_STRING, &dir, 0, "in this directory of the container", "DIR" },
	{ "env", 0, POPT_ARG_ARGV, &env, 0, "set a variable", "NAME=VALUE" },
	{ "tty", 't', POPT_ARG_NONE, &tty, 0, "give the command a terminal even when output is none", NULL },
	{ "no-tty", 'T', POPT_ARG_NONE, &no_tty, 0, "give it none even when there is one", NULL },
	{ "noseclabel", 0, POPT_ARG_NONE, &no_label, 0, "not under the container's security label", NULL },
	POPT_TABLEEND
};

/* The name, UUID or id, then the command, with or without "--" before it. */
static char **command(struct cli *cli, struct error *err)
{
	int at = 1;

	if (cli->args[at] && strcmp(cli->args[at], "--") == 0)
		at++;
	if (!cli->args[at]) {
		cli_usage(err, "COMMAND is missing");
		return NULL;
	}
	return (char **)cli->args + at;
}

static int check_env(struct error *err)
{
	for (char **e = env; e && *e; e++) {
		if (!strchr(*e, '=') || **e == '=')
			return cli_usage(err, "--env %s: NAME=VALUE is needed", *e);
	}
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	static const struct rpc_row uses[] = { RPC_ROW_END };
	const struct cli_given given[] = { { "--tty", tty }, { "--no-tty", no_tty }, { NULL, 0 } };
	struct cli_enter what = {
		.argv = command(cli, err), .env = env, .user = user, .dir = dir,
		.terminal = tty || (!no_tty && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)),
	};

	if (!what.argv || check_env(err) < 0 || cli_at_most_one(given, err) < 0)
		return -1;
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	return conn ? cli_enter(cli, conn, cli->args[0], &what, err) : -1;
}

static const struct cli_program program = {
	.name = "vm-exec", .summary = "run a command in a container", .args = "GUEST [--] COMMAND [ARGUMENT...]", .options = options,
	.min_args = 1, .max_args = -1, .flags = CLI_GUESTS | CLI_POSIX, .run = run,
};

int main(int argc, char **argv)
{
	struct error err;

	/* the container sees this program as its own processes' until the command is run */
	if (process_seal(argv, &err) < 0) {
		fprintf(stderr, "vm-exec: %s\n", err.text);
		return error_exit_status(err.code);
	}
	return cli_main(argc, argv, &program);
}
