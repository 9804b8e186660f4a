/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"
#include "util/base64.h"

#include <string.h>

static int plain;

static const struct poptOption options[] = {
	{ "plain", 0, POPT_ARG_NONE, &plain, 0, "print the value as it is", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_secret, uses, err);
	wire_secret_get_value_args args = { 0 };
	wire_secret_get_value_ret ret = { 0 };

	if (!conn || cli_object_argument(cli, conn, &cli_secret, &args.secret, err) < 0)
		return -1;
	int rc = cli_call(conn, &rpc_secret_get_value, &args, &ret, err);
	cli_object_clear(&cli_secret, &args.secret);
	if (rc < 0)
		return -1;
	AUTO_FREE char *text = base64_encode(ret.value.value_val, ret.value.value_len);
	if (text && plain)
		fwrite(ret.value.value_val, 1, ret.value.value_len, stdout);
	else if (text)
		puts(text);
	explicit_bzero(ret.value.value_val, ret.value.value_len);
	xdr_free(rpc_secret_get_value.ret, &ret);
	return text ? EXIT_DONE : error_errno(err, "the value");
}

static const struct cli_program program = {
	.name = "secret-get-value", .summary = "print the value of a secret", .args = "SECRET", .options = options, .min_args = 1,
	.max_args = 1, .object = "secret", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
