/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/params.h"

static char *weight, *device_weights, *read_iops, *write_iops, *read_bytes, *write_bytes;

static const struct poptOption options[] = {
	{ "weight", 0, POPT_ARG_STRING, &weight, 0, "its share against others, 10 to 1000", "WEIGHT" },
	{ "device-weights", 0, POPT_ARG_STRING, &device_weights, 0, "weights of single devices", "LIST" },
	{ "device-read-iops-sec", 0, POPT_ARG_STRING, &read_iops, 0, "read requests a second", "LIST" },
	{ "device-write-iops-sec", 0, POPT_ARG_STRING, &write_iops, 0, "write requests a second", "LIST" },
	{ "device-read-bytes-sec", 0, POPT_ARG_STRING, &read_bytes, 0, "bytes read a second", "LIST" },
	{ "device-write-bytes-sec", 0, POPT_ARG_STRING, &write_bytes, 0, "bytes written a second", "LIST" },
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { CLI_PARAMS_USES(blkio_parameters), RPC_ROW_END };

static const struct cli_param fields[] = {
	{ .field = "weight", .given = &weight, .kind = CLI_PARAM_UINT },
	{ .field = "device_weight", .given = &device_weights, .kind = CLI_PARAM_STRING },
	{ .field = "device_read_iops_sec", .given = &read_iops, .kind = CLI_PARAM_STRING },
	{ .field = "device_write_iops_sec", .given = &write_iops, .kind = CLI_PARAM_STRING },
	{ .field = "device_read_bytes_sec", .given = &read_bytes, .kind = CLI_PARAM_STRING },
	{ .field = "device_write_bytes_sec", .given = &write_bytes, .kind = CLI_PARAM_STRING },
	{ .field = NULL }
};

static const struct cli_params params = { CLI_PARAMS(blkio_parameters), .params = fields };

static int run(struct cli *cli, struct error *err)
{
	return cli_params_run(cli, &params, uses, err);
}

static const struct cli_program program = {
	.name = "vm-blkiotune", .summary = "show or set weights and limits of block I/O of a guest", .args = "GUEST",
	.options = options, .min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
