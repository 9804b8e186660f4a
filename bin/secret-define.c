/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"
#include "conf/secret.h"
#include "secret/secret.h"

static const struct poptOption options[] = {
	CLI_DEFINE_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { SECRET(secret_define_xml), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_define how = {
		.proc = &rpc_secret_define_xml, .validate = 1, .done = "created", .document = &secret_document
	};

	return cli_object_define(cli, &cli_secret, uses, &how, err);
}

static const struct cli_program program = {
	.name = "secret-define", .summary = "define secrets from XML", .args = "FILE...", .options = options, .min_args = 1,
	.max_args = -1, .flags = CLI_FILES, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
