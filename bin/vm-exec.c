/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

#include "lxc/enter.h"
#include "util/process.h"
#include "util/str.h"

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

static int enter(struct guest *guest, char **argv, struct error *err)
{
	AUTO_FREE char *file = str_encode_name(guest->name, err);
	AUTO_FREE char *cgroup = file ? str_printf("%s/%s-%s", state_tag(), guest->kind->name, file) : NULL;
	AUTO_FREE char *name = user ? strdup(user) : NULL;
	char uuid[UUID_TEXT];
	char *group = name ? strchr(name, ':') : NULL;

	if (!file || !cgroup || (user && !name))
		return file ? error_errno(err, "domain '%s'", guest->name) : -1;
	if (group)
		*group++ = '\0';
	struct lxc_enter what = {
		.init = guest->pid, .init_start = guest->start_time, .name = guest->name, .uuid = uuid_format(guest->uuid, uuid),
		.cgroup = cgroup, .argv = argv, .env = env, .dir = dir,
		.user = name && *name ? name : NULL, .group = group && *group ? group : NULL,
		.terminal = tty || (!no_tty && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)),
	};
	return lxc_enter_exec(&what, err);
}

/* A command that could not be run has the status that a shell would tell; everything else is an error of ours. */
static int not_run(const struct cli *cli, const struct error *err)
{
	if (strncmp(err->text, "cannot run ", strlen("cannot run ")) != 0)
		return -1;
	cli_print_error(cli, err);
	return err->sys == ENOENT || err->sys == ENOTDIR ? 127 : 126;
}

static int check_guest(const struct guest *guest, struct error *err)
{
	if (strcmp(guest->kind->name, "lxc") != 0)
		return error_set(err, ERR_NO_SUPPORT, "domain '%s' is no container", guest->name);
	if (!guest_is_active(guest) || guest->pid <= 0)
		return error_set(err, ERR_OPERATION_INVALID, "domain '%s' is not running (start it with: vm-start %s)", guest->name, guest->name);
	if (guest->state == GUEST_PAUSED)
		return error_set(err, ERR_OPERATION_INVALID, "domain '%s' is paused (let it go on with: vm-resume %s)", guest->name, guest->name);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	static const struct rpc_row uses[] = { RPC_ROW_END };
	const struct cli_given given[] = { { "--tty", tty }, { "--no-tty", no_tty }, { NULL, 0 } };
	char **argv = command(cli, err);
	struct guest guest = { 0 };
	int status = -1;

	if (!argv || check_env(err) < 0 || cli_at_most_one(given, err) < 0)
		return -1;
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	if (!conn || cli_only_local(conn, "vm-exec", err) < 0 || cli_find(conn, cli->args[0], &guest, err) < 0)
		return -1;
	if (check_guest(&guest, err) == 0) {
		status = enter(&guest, argv, err);
		if (status < 0)
			status = not_run(cli, err);
	}
	guest_clear(&guest);
	return status;
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
