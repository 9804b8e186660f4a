/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/json.h"
#include "cli/object.h"
#include "secret/secret.h"
#include "util/base64.h"
#include "util/process.h"

#include <string.h>

static int plain;

static const struct poptOption options[] = {
	{ "plain", 0, POPT_ARG_NONE, &plain, 0, "print the value as it is", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { SECRET_LOOKUPS, SECRET(secret_get_value), RPC_ROW_END };

static int print(struct cli *cli, const wire_secret *secret, const char *value, size_t len, struct error *err)
{
	AUTO_FREE char *text = base64_encode(value, len);
	char uuid[UUID_TEXT];
	int rc = 0;

	if (!text)
		return error_errno(err, "the value");
	if (cli->json)
		rc = cli_json_print(json_pack("{s:s, s:s}", "uuid", cli_object_name(&cli_secret, secret, uuid), "value", text), err);
	else if (plain)
		fwrite(value, 1, len, stdout);
	else
		puts(text);
	explicit_bzero(text, strlen(text));
	return rc;
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--plain", plain }, { "--json", cli->json }, { NULL, 0 } };
	wire_secret_get_value_args args = { 0 };
	wire_secret_get_value_ret ret = { 0 };
	struct cli_conn *conn;
	int rc;

	process_hide_memory();
	if (cli_at_most_one(given, err) < 0 || !(conn = cli_object_open(cli, &cli_secret, uses, err)) ||
	    cli_object_argument(cli, conn, &cli_secret, &args.secret, err) < 0)
		return -1;
	rc = cli_call(conn, &rpc_secret_get_value, &args, &ret, err);
	if (rc == 0) {
		rc = print(cli, &args.secret, ret.value.value_val, ret.value.value_len, err);
		explicit_bzero(ret.value.value_val, ret.value.value_len);
		xdr_free(rpc_secret_get_value.ret, &ret);
	}
	cli_object_clear(&cli_secret, &args.secret);
	return rc;
}

static const struct cli_program program = {
	.name = "secret-get-value", .summary = "print the value of a secret", .args = "SECRET", .options = options, .min_args = 1,
	.max_args = 1, .object = "secret", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
