/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "util/file.h"

#include <fcntl.h>
#include <string.h>

#define FILE_MAX (1024 * 1024)

static int reset, drop;
static char *file;

static const struct poptOption options[] = {
	{ "file", 0, POPT_ARG_STRING, &file, 0, "the keys, one a line", "FILE" },
	{ "reset", 0, POPT_ARG_NONE, &reset, 0, "take away all others", NULL },
	{ "remove", 0, POPT_ARG_NONE, &drop, 0, "take away these instead of adding them", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_authorized_ssh_keys_set), RPC_ROW_END };

enum { KEYS_APPEND = 1, KEYS_REMOVE = 2 };   /* libvirt's virDomainAuthorizedSSHKeysSetFlags */

/* The file's text, the caller's; a symbolic link or a pipe will do. */
static char *read_file(struct error *err)
{
	AUTO_CLOSE int fd = open(file, O_RDONLY | O_CLOEXEC);
	char *text = NULL;

	if (fd < 0) {
		error_errno(err, "%s", file);
		return NULL;
	}
	if (file_read_fd(fd, FILE_MAX, &text, NULL, err) < 0) {
		error_wrap(err, "%s", file);
		return NULL;
	}
	return text;
}

/* Points keys[] at the lines of a text that are neither empty nor comments. */
static int split(char *text, char **keys, u_int *n, struct error *err)
{
	char *rest, *line;

	for (line = strtok_r(text, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
		line += strspn(line, " \t");
		if (!*line || *line == '#')
			continue;
		if (*n == WIRE_DOMAIN_AUTHORIZED_SSH_KEYS_MAX)
			return error_set(err, ERR_INVALID_ARG, "%s has more than %d keys", file, WIRE_DOMAIN_AUTHORIZED_SSH_KEYS_MAX);
		keys[(*n)++] = line;
	}
	return *n ? 0 : error_set(err, ERR_INVALID_ARG, "there are no keys in %s", file);
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--reset", reset }, { "--remove", drop }, { NULL, 0 } };
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_authorized_ssh_keys_set_args args = { 0 };
	char *keys[WIRE_DOMAIN_AUTHORIZED_SSH_KEYS_MAX];
	AUTO_FREE char *text = NULL;
	struct cli_conn *conn;
	u_int n = 0;

	if (cli_at_most_one(given, err) < 0)
		return -1;
	if (!file && !reset)
		return cli_usage(err, "say with --file which keys");
	if (file && (!(text = read_file(err)) || split(text, keys, &n, err) < 0))
		return -1;
	if (!(conn = cli_open_guest(cli, uses, NULL, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	args.user = (char *)cli->args[1];
	args.keys.keys_len = n;
	args.keys.keys_val = keys;
	args.flags = drop ? KEYS_REMOVE : reset ? 0 : KEYS_APPEND;
	return cli_call(conn, &rpc_domain_authorized_ssh_keys_set, &args, NULL, err);
}

static const struct cli_program program = {
	.name = "vm-set-user-sshkeys", .summary = "change the ssh keys of a user in a guest", .args = "GUEST USER", .options = options,
	.min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "user", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
