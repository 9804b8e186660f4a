/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/params.h"

static char *total_bytes_sec, *read_bytes_sec, *write_bytes_sec, *total_iops_sec, *read_iops_sec, *write_iops_sec, *total_bytes_sec_max, *read_bytes_sec_max, *write_bytes_sec_max, *total_iops_sec_max, *read_iops_sec_max, *write_iops_sec_max, *size_iops_sec, *total_bytes_sec_max_length, *read_bytes_sec_max_length, *write_bytes_sec_max_length, *total_iops_sec_max_length, *read_iops_sec_max_length, *write_iops_sec_max_length, *group_name;

static const struct poptOption options[] = {
	{ "total-bytes-sec", 0, POPT_ARG_STRING, &total_bytes_sec, 0, "all: bytes a second", "NUMBER" },
	{ "read-bytes-sec", 0, POPT_ARG_STRING, &read_bytes_sec, 0, "read: bytes a second", "NUMBER" },
	{ "write-bytes-sec", 0, POPT_ARG_STRING, &write_bytes_sec, 0, "write: bytes a second", "NUMBER" },
	{ "total-iops-sec", 0, POPT_ARG_STRING, &total_iops_sec, 0, "all: requests a second", "NUMBER" },
	{ "read-iops-sec", 0, POPT_ARG_STRING, &read_iops_sec, 0, "read: requests a second", "NUMBER" },
	{ "write-iops-sec", 0, POPT_ARG_STRING, &write_iops_sec, 0, "write: requests a second", "NUMBER" },
	{ "total-bytes-sec-max", 0, POPT_ARG_STRING, &total_bytes_sec_max, 0, "all: bytes a second in a burst", "NUMBER" },
	{ "read-bytes-sec-max", 0, POPT_ARG_STRING, &read_bytes_sec_max, 0, "read: bytes a second in a burst", "NUMBER" },
	{ "write-bytes-sec-max", 0, POPT_ARG_STRING, &write_bytes_sec_max, 0, "write: bytes a second in a burst", "NUMBER" },
	{ "total-iops-sec-max", 0, POPT_ARG_STRING, &total_iops_sec_max, 0, "all: requests a second in a burst", "NUMBER" },
	{ "read-iops-sec-max", 0, POPT_ARG_STRING, &read_iops_sec_max, 0, "read: requests a second in a burst", "NUMBER" },
	{ "write-iops-sec-max", 0, POPT_ARG_STRING, &write_iops_sec_max, 0, "write: requests a second in a burst", "NUMBER" },
	{ "size-iops-sec", 0, POPT_ARG_STRING, &size_iops_sec, 0, "the size of a request that counts as one", "SIZE" },
	{ "total-bytes-sec-max-length", 0, POPT_ARG_STRING, &total_bytes_sec_max_length, 0, "all: how long a burst may be", "SECONDS" },
	{ "read-bytes-sec-max-length", 0, POPT_ARG_STRING, &read_bytes_sec_max_length, 0, "read: how long a burst may be", "SECONDS" },
	{ "write-bytes-sec-max-length", 0, POPT_ARG_STRING, &write_bytes_sec_max_length, 0, "write: how long a burst may be", "SECONDS" },
	{ "total-iops-sec-max-length", 0, POPT_ARG_STRING, &total_iops_sec_max_length, 0, "all: how long a burst may be", "SECONDS" },
	{ "read-iops-sec-max-length", 0, POPT_ARG_STRING, &read_iops_sec_max_length, 0, "read: how long a burst may be", "SECONDS" },
	{ "write-iops-sec-max-length", 0, POPT_ARG_STRING, &write_iops_sec_max_length, 0, "write: how long a burst may be", "SECONDS" },
	{ "group-name", 0, POPT_ARG_STRING, &group_name, 0, "disks that share the limits", "NAME" },
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { CLI_PARAMS_USES(block_io_tune), RPC_ROW_END };

static const struct cli_param fields[] = {
	{ .field = "total_bytes_sec", .given = &total_bytes_sec, .kind = CLI_PARAM_BYTES },
	{ .field = "read_bytes_sec", .given = &read_bytes_sec, .kind = CLI_PARAM_BYTES },
	{ .field = "write_bytes_sec", .given = &write_bytes_sec, .kind = CLI_PARAM_BYTES },
	{ .field = "total_iops_sec", .given = &total_iops_sec, .kind = CLI_PARAM_NUMBER },
	{ .field = "read_iops_sec", .given = &read_iops_sec, .kind = CLI_PARAM_NUMBER },
	{ .field = "write_iops_sec", .given = &write_iops_sec, .kind = CLI_PARAM_NUMBER },
	{ .field = "total_bytes_sec_max", .given = &total_bytes_sec_max, .kind = CLI_PARAM_BYTES },
	{ .field = "read_bytes_sec_max", .given = &read_bytes_sec_max, .kind = CLI_PARAM_BYTES },
	{ .field = "write_bytes_sec_max", .given = &write_bytes_sec_max, .kind = CLI_PARAM_BYTES },
	{ .field = "total_iops_sec_max", .given = &total_iops_sec_max, .kind = CLI_PARAM_NUMBER },
	{ .field = "read_iops_sec_max", .given = &read_iops_sec_max, .kind = CLI_PARAM_NUMBER },
	{ .field = "write_iops_sec_max", .given = &write_iops_sec_max, .kind = CLI_PARAM_NUMBER },
	{ .field = "size_iops_sec", .given = &size_iops_sec, .kind = CLI_PARAM_BYTES },
	{ .field = "total_bytes_sec_max_length", .given = &total_bytes_sec_max_length, .kind = CLI_PARAM_NUMBER },
	{ .field = "read_bytes_sec_max_length", .given = &read_bytes_sec_max_length, .kind = CLI_PARAM_NUMBER },
	{ .field = "write_bytes_sec_max_length", .given = &write_bytes_sec_max_length, .kind = CLI_PARAM_NUMBER },
	{ .field = "total_iops_sec_max_length", .given = &total_iops_sec_max_length, .kind = CLI_PARAM_NUMBER },
	{ .field = "read_iops_sec_max_length", .given = &read_iops_sec_max_length, .kind = CLI_PARAM_NUMBER },
	{ .field = "write_iops_sec_max_length", .given = &write_iops_sec_max_length, .kind = CLI_PARAM_NUMBER },
	{ .field = "group_name", .given = &group_name, .kind = CLI_PARAM_STRING },
	{ .field = NULL }
};

static const struct cli_params params = { CLI_PARAMS_DEVICE(block_io_tune, disk), .device_optional = true, .params = fields };

static int run(struct cli *cli, struct error *err)
{
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
