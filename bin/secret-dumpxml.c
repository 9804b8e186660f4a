/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"
#include "secret/secret.h"

static const struct poptOption options[] = {
	CLI_DUMPXML_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { SECRET_LOOKUPS, SECRET(secret_get_xml_desc), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	return cli_object_dumpxml(cli, &cli_secret, uses, 0, err);
}

static const struct cli_program program = {
	.name = "secret-dumpxml", .summary = "print the description of a secret", .args = "SECRET", .options = options, .min_args = 1,
	.max_args = 1, .object = "secret", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
