/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/iotune.h"

#include <string.h>

static char *group_name;

static const struct poptOption options[] = {
	CLI_IOTUNE,
	{ "group-name", 0, POPT_ARG_STRING, &group_name, 0, "disks that share the limits", "NAME" },
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { CLI_PARAMS_USES(block_io_tune), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_param fields[CLI_IOTUNE_FIELDS + 2];
	const struct cli_params params = { CLI_PARAMS_DEVICE(block_io_tune, disk), .device_optional = true, .params = fields };

	memcpy(fields, cli_iotune_fields, sizeof(cli_iotune_fields));
	fields[CLI_IOTUNE_FIELDS + 1] = fields[CLI_IOTUNE_FIELDS];
	fields[CLI_IOTUNE_FIELDS] = (struct cli_param){ .field = "group_name", .given = &group_name, .kind = CLI_PARAM_STRING };
	return cli_params_run(cli, &params, uses, err);
}

static const struct cli_program program = {
	.name = "vm-blkdeviotune", .summary = "show or set the limits of a disk", .args = "GUEST DEVICE", .options = options,
	.min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "device", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
