/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit.h"
#include "cli/object.h"
#include "secret/secret.h"
#include "util/base64.h"
#include "util/process.h"
#include "util/tty.h"

#include <string.h>

static int plain, interactive;
static char *file;
static char **words;   /* the command line */

static const struct poptOption options[] = {
	{ "file", 0, POPT_ARG_STRING, &file, 0, "read the value from a file", "FILE" },
	{ "plain", 0, POPT_ARG_NONE, &plain, 0, "the value is as it is, not Base64", NULL },
	{ "interactive", 0, POPT_ARG_NONE, &interactive, 0, "ask for it on the terminal", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { SECRET_LOOKUPS, SECRET(secret_set_value), RPC_ROW_END };

/* Wipes a text wherever the command line has it, which everybody can read. */
static void wipe_argument(char *text)
{
	size_t len = strlen(text);

	for (char **word = words; *word; word++) {
		char *at = strstr(*word, text);

		if (len && at)
			explicit_bzero(at, len);
	}
	explicit_bzero(text, len);
}

/* What was given, as it is; the caller's. */
static char *given_text(struct cli *cli, size_t *len, struct error *err)
{
	char *text = NULL;

	if (file)
		return cli_read_file(file, &text, len, err) < 0 ? NULL : text;
	if (interactive) {
		text = tty_password("Enter new value for secret: ", err);
	} else if (cli->n_args < 2) {
		cli_usage(err, "one of BASE64, --file and --interactive is needed");
	} else {
		cli_warn(cli, "a value on the command line can be seen by everybody on this machine (--file and --interactive are safe)");
		text = strdup(cli->args[1]);
		if (text)
			wipe_argument((char *)cli->args[1]);
		else
			error_errno(err, "the value");
	}
	*len = text ? strlen(text) : 0;
	return text;
}

/* The value as bytes, the caller's; NULL with *err set. */
static char *value(struct cli *cli, size_t *len, struct error *err)
{
	char *text = given_text(cli, len, err), *bytes;

	if (!text || plain || interactive)
		return text;
	bytes = base64_decode(text, len);
	explicit_bzero(text, strlen(text));
	free(text);
	if (!bytes)
		cli_usage(err, "the value is not Base64 (--plain takes it as it is)");
	return bytes;
}

static int set(struct cli *cli, char *bytes, size_t len, struct error *err)
{
	wire_secret_set_value_args args = { .value = { .value_val = bytes, .value_len = (u_int)len } };
	struct cli_conn *conn;
	char uuid[UUID_TEXT];
	int rc;

	if (len > WIRE_SECRET_VALUE_MAX)
		return error_set(err, ERR_INVALID_ARG, "the value has %zu bytes: %d are the most", len, WIRE_SECRET_VALUE_MAX);
	conn = cli_object_open(cli, &cli_secret, uses, err);
	if (!conn || cli_object_argument(cli, conn, &cli_secret, &args.secret, err) < 0)
		return -1;
	rc = cli_call(conn, &rpc_secret_set_value, &args, NULL, err);
	if (rc == 0)
		cli_say(cli, "Secret '%s' value set", cli_object_name(&cli_secret, &args.secret, uuid));
	cli_object_clear(&cli_secret, &args.secret);
	return rc;
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--file", file != NULL }, { "--interactive", interactive }, { "BASE64", cli->n_args > 1 }, { NULL, 0 } };
	size_t len = 0;
	char *bytes;
	int rc;

	process_hide_memory();
	if (cli_at_most_one(given, err) < 0 || !(bytes = value(cli, &len, err)))
		return -1;
	rc = set(cli, bytes, len, err);
	explicit_bzero(bytes, len);
	free(bytes);
	return rc;
}

static const struct cli_program program = {
	.name = "secret-set-value", .summary = "set the value of a secret", .args = "SECRET [BASE64]", .options = options, .min_args = 1,
	.max_args = 2, .object = "secret", .more = "base64", .run = run,
};

int main(int argc, char **argv)
{
	words = argv;
	return cli_main(argc, argv, &program);
}
