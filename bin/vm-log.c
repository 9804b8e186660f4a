/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"
#include "cli/log.h"

#include "util/str.h"

#include <fcntl.h>

static int follow, console, only_path;
static char *lines_text;

static const struct poptOption options[] = {
	{ "follow", 'f', POPT_ARG_NONE, &follow, 0, "go on with what is added", NULL },
	{ "console", 0, POPT_ARG_NONE, &console, 0, "what the guest wrote on its console", NULL },
	{ "lines", 'n', POPT_ARG_STRING, &lines_text, 0, "only the last lines", "N" },
	{ "path", 0, POPT_ARG_NONE, &only_path, 0, "print the name of the log file and end", NULL },
	POPT_TABLEEND
};

static char *log_path(const struct hv_kind *kind, const char *name, struct error *err)
{
	AUTO_FREE char *root = state_root_path(STATE_LOG, err);
	AUTO_FREE char *file = root ? str_encode_name(name, err) : NULL;
	char *path = file ? str_printf("%s/%s/%s%s", root, kind->name, file, console ? ".console.log" : ".log") : NULL;

	if (file && !path)
		error_errno(err, "domain '%s'", name);
	return path;
}

/* The guest's log; that of one that is gone is found by its name. */
static char *find_log(struct cli_conn *conn, const char *word, struct error *err)
{
	struct guest guest = { 0 };
	struct error ignored;

	if (cli_find(conn, word, &guest, err) == 0) {
		char *path = log_path(guest.kind, guest.name, err);
		guest_clear(&guest);
		return path;
	}
	for (const struct hv_kind *k = hv_next(&conn->hv, NULL); err->code == ERR_NO_DOMAIN && k; k = hv_next(&conn->hv, k)) {
		char *path = log_path(k, word, &ignored);
		if (path && access(path, F_OK) == 0)
			return path;
		free(path);
	}
	return NULL;
}

static int run(struct cli *cli, struct error *err)
{
	static const struct rpc_row uses[] = { RPC_ROW_END };
	uint64_t lines = 0;

	if (lines_text && str_to_u64(lines_text, INT32_MAX, &lines) < 0)
		return cli_usage(err, "'%s' is not a number of lines", lines_text);
	if (follow && cli->json)
		return cli_usage(err, "a JSON document has an end: not --json with --follow");
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	if (!conn || cli_only_local(conn, "vm-log", err) < 0)
		return -1;
	AUTO_FREE char *path = find_log(conn, cli->args[0], err);
	if (!path)
		return -1;
	if (only_path && cli->json)
		return cli_json_print(json_pack("{s:o}", "path", cli_json_string(path)), err);
	if (only_path) {
		cli_value(cli, path);
		return 0;
	}
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && (errno != ENOENT || follow))
		return error_errno(err, "%s", path);
	if (cli->json)
		return cli_log_print_json(fd, path, lines_text ? (long)lines : -1, err);
	if (fd < 0)
		return 0;   /* it has never run: nothing was logged */
	if (cli_log_print(fd, lines_text ? (long)lines : -1, err) < 0)
		return -1;
	return follow ? cli_log_follow(fd, path, err) : 0;
}

static const struct cli_program program = {
	.name = "vm-log", .summary = "print the log of a guest", .args = "GUEST", .options = options, .min_args = 1, .max_args = 1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
