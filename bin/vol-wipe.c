/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

#include <string.h>

static char *name;

static const struct poptOption options[] = {
	{ "algorithm", 0, POPT_ARG_STRING, &name, 0, "zero (default), nnsa, dod, bsi, gutmann, schneier, pfitzner7, pfitzner33, random, trim", "NAME" },
	CLI_POOL_OPTION,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

/* libvirt's virStorageVolWipeAlgorithm in its order */
static const char *const algorithms[] = {
	"zero", "nnsa", "dod", "bsi", "gutmann", "schneier", "pfitzner7", "pfitzner33", "random", "trim"
};

static int wipe(struct cli *cli, struct cli_conn *conn, const void *ref, void *arg, struct error *err)
{
	const wire_storage_vol *vol = ref;
	wire_storage_vol_wipe_pattern_args args = { .vol = *vol, .algorithm = *(unsigned *)arg };

	if (cli_call(conn, &rpc_storage_vol_wipe_pattern, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Vol '%s' wiped", vol->name);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	unsigned algorithm = 0;

	while (name && algorithm < ARRAY_LEN(algorithms) && strcmp(name, algorithms[algorithm]) != 0)
		algorithm++;
	if (algorithm == ARRAY_LEN(algorithms))
		return cli_usage(err, "there is no algorithm '%s'", name);
	return cli_objects_do(cli, &cli_vol, uses, true, wipe, &algorithm, err);
}

static const struct cli_program program = {
	.name = "vol-wipe", .summary = "overwrite volumes", .args = "VOL...", .options = options, .min_args = 1, .max_args = -1,
	.object = "vol", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
