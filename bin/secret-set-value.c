/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit.h"
#include "cli/object.h"
#include "util/base64.h"
#include "util/tty.h"

#include <string.h>

static int plain, interactive;
static char *file;

static const struct poptOption options[] = {
	{ "file", 0, POPT_ARG_STRING, &file, 0, "read the value from a file", "FILE" },
	{ "plain", 0, POPT_ARG_NONE, &plain, 0, "the value is as it is, not Base64", NULL },
	{ "interactive", 0, POPT_ARG_NONE, &interactive, 0, "ask for it on the terminal", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

/* The value as bytes, the caller's; NULL with *err set. */
static char *value(struct cli *cli, size_t *len, struct error *err)
{
	AUTO_FREE char *text = NULL;
	char *bytes;

	if (file) {
		if (cli_read_file(file, &text, len, err) < 0)
			return NULL;
	} else if (interactive) {
		text = tty_password("Enter new value for secret: ", err);
		if (!text)
			return NULL;
		*len = strlen(text);
	} else {
		if (cli->n_args < 2) {
			cli_usage(err, "one of BASE64, --file and --interactive is needed");
			return NULL;
		}
		text = strdup(cli->args[1]);
		*len = text ? strlen(text) : 0;
	}
	if (plain || interactive)
		return STEAL_PTR(text);
	bytes = text ? base64_decode(text, len) : NULL;
	if (!bytes)
		cli_usage(err, "the value is not Base64 (--plain takes it as it is)");
	return bytes;
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--file", file != NULL }, { "--interactive", interactive }, { "BASE64", cli->n_args > 1 }, { NULL, 0 } };
	wire_secret_set_value_args args = { 0 };
	char uuid[UUID_TEXT];
	struct cli_conn *conn;
	size_t len = 0;

	if (cli_at_most_one(given, err) < 0)
		return -1;
	AUTO_FREE char *bytes = value(cli, &len, err);
	if (!bytes)
		return -1;
	conn = cli_object_open(cli, &cli_secret, uses, err);
	if (!conn || cli_object_argument(cli, conn, &cli_secret, &args.secret, err) < 0)
		return -1;
	args.value.value_val = bytes;
	args.value.value_len = (u_int)len;
	int rc = cli_call(conn, &rpc_secret_set_value, &args, NULL, err);
	explicit_bzero(bytes, len);
	if (rc == 0)
		cli_say(cli, "Secret '%s' value set", cli_object_name(&cli_secret, &args.secret, uuid));
	cli_object_clear(&cli_secret, &args.secret);
	return rc;
}

static const struct cli_program program = {
	.name = "secret-set-value", .summary = "set the value of a secret", .args = "SECRET [BASE64]", .options = options, .min_args = 1,
	.max_args = 2, .object = "secret", .more = "base64", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
