/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/console.h"

#include <string.h>

static int force, safe;
static char *device, *escape_text;

static const struct poptOption options[] = {
	{ "devname", 0, POPT_ARG_STRING, &device, 0, "the alias of the console; else the first", "NAME" },
	{ "force", 0, POPT_ARG_NONE, &force, 0, "take the console from whoever holds it", NULL },
	{ "safe", 0, POPT_ARG_NONE, &safe, 0, "refuse when two could join it at once", NULL },
	{ "escape", 0, POPT_ARG_STRING, &escape_text, 0, "the escape character, ^] unless given; none for none", "CHARACTER" },
	POPT_TABLEEND
};

static int parse_escape(const char *text, int *escape, struct error *err)
{
	*escape = CLI_ESCAPE_DEFAULT;
	if (!text)
		return 0;
	if (strcmp(text, "none") == 0)
		*escape = -1;
	else if (strlen(text) == 1)
		*escape = (unsigned char)text[0];
	else if (text[0] == '^' && strlen(text) == 2 && (text[1] & 0x1f) != 0)
		*escape = text[1] & 0x1f;
	else
		return cli_usage(err, "'%s' is no escape character (one like ^A or x, or none)", text);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	static const struct rpc_row uses[] = { RPC_ROW_END };
	struct guest guest = { 0 };
	struct cli_conn *conn;
	int escape;

	if (parse_escape(escape_text, &escape, err) < 0)
		return -1;
	conn = cli_open(cli, uses, NULL, err);
	if (!conn || cli_find(conn, cli->args[0], &guest, err) < 0)
		return -1;
	unsigned flags = (force ? CLI_CONSOLE_FORCE : 0) | (safe ? CLI_CONSOLE_SAFE : 0);
	int rc = cli_console(cli, conn, &guest, device, flags, escape, err);
	guest_clear(&guest);
	return rc;
}

static const struct cli_program program = {
	.name = "vm-console", .summary = "join the console of a guest", .args = "GUEST", .options = options, .min_args = 1, .max_args = 1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
