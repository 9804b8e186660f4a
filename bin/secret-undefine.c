/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"
#include "secret/secret.h"

static const struct rpc_row uses[] = { SECRET_LOOKUPS, SECRET(secret_undefine), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_verb verb = { .proc = &rpc_secret_undefine, .done = "deleted" };

	return cli_object_each(cli, &cli_secret, uses, &verb, err);
}

static const struct cli_program program = {
	.name = "secret-undefine", .summary = "remove secrets", .args = "SECRET...", .min_args = 1, .max_args = -1, .object = "secret",
	.run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
