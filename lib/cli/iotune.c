/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/iotune.h"

static char *given[CLI_IOTUNE_FIELDS];

const struct poptOption cli_iotune_options[] = {
	{ "total-bytes-sec", 0, POPT_ARG_STRING, &given[0], 0, "all: bytes a second", "NUMBER" },
	{ "read-bytes-sec", 0, POPT_ARG_STRING, &given[1], 0, "read: bytes a second", "NUMBER" },
	{ "write-bytes-sec", 0, POPT_ARG_STRING, &given[2], 0, "write: bytes a second", "NUMBER" },
	{ "total-iops-sec", 0, POPT_ARG_STRING, &given[3], 0, "all: requests a second", "NUMBER" },
	{ "read-iops-sec", 0, POPT_ARG_STRING, &given[4], 0, "read: requests a second", "NUMBER" },
	{ "write-iops-sec", 0, POPT_ARG_STRING, &given[5], 0, "write: requests a second", "NUMBER" },
	{ "total-bytes-sec-max", 0, POPT_ARG_STRING, &given[6], 0, "all: bytes a second in a burst", "NUMBER" },
	{ "read-bytes-sec-max", 0, POPT_ARG_STRING, &given[7], 0, "read: bytes a second in a burst", "NUMBER" },
	{ "write-bytes-sec-max", 0, POPT_ARG_STRING, &given[8], 0, "write: bytes a second in a burst", "NUMBER" },
	{ "total-iops-sec-max", 0, POPT_ARG_STRING, &given[9], 0, "all: requests a second in a burst", "NUMBER" },
	{ "read-iops-sec-max", 0, POPT_ARG_STRING, &given[10], 0, "read: requests a second in a burst", "NUMBER" },
	{ "write-iops-sec-max", 0, POPT_ARG_STRING, &given[11], 0, "write: requests a second in a burst", "NUMBER" },
	{ "size-iops-sec", 0, POPT_ARG_STRING, &given[12], 0, "the size of a request that counts as one", "SIZE" },
	{ "total-bytes-sec-max-length", 0, POPT_ARG_STRING, &given[13], 0, "all: how long a burst may be", "SECONDS" },
	{ "read-bytes-sec-max-length", 0, POPT_ARG_STRING, &given[14], 0, "read: how long a burst may be", "SECONDS" },
	{ "write-bytes-sec-max-length", 0, POPT_ARG_STRING, &given[15], 0, "write: how long a burst may be", "SECONDS" },
	{ "total-iops-sec-max-length", 0, POPT_ARG_STRING, &given[16], 0, "all: how long a burst may be", "SECONDS" },
	{ "read-iops-sec-max-length", 0, POPT_ARG_STRING, &given[17], 0, "read: how long a burst may be", "SECONDS" },
	{ "write-iops-sec-max-length", 0, POPT_ARG_STRING, &given[18], 0, "write: how long a burst may be", "SECONDS" },
	POPT_TABLEEND
};

const struct cli_param cli_iotune_fields[] = {
	{ .field = "total_bytes_sec", .given = &given[0], .kind = CLI_PARAM_BYTES },
	{ .field = "read_bytes_sec", .given = &given[1], .kind = CLI_PARAM_BYTES },
	{ .field = "write_bytes_sec", .given = &given[2], .kind = CLI_PARAM_BYTES },
	{ .field = "total_iops_sec", .given = &given[3], .kind = CLI_PARAM_NUMBER },
	{ .field = "read_iops_sec", .given = &given[4], .kind = CLI_PARAM_NUMBER },
	{ .field = "write_iops_sec", .given = &given[5], .kind = CLI_PARAM_NUMBER },
	{ .field = "total_bytes_sec_max", .given = &given[6], .kind = CLI_PARAM_BYTES },
	{ .field = "read_bytes_sec_max", .given = &given[7], .kind = CLI_PARAM_BYTES },
	{ .field = "write_bytes_sec_max", .given = &given[8], .kind = CLI_PARAM_BYTES },
	{ .field = "total_iops_sec_max", .given = &given[9], .kind = CLI_PARAM_NUMBER },
	{ .field = "read_iops_sec_max", .given = &given[10], .kind = CLI_PARAM_NUMBER },
	{ .field = "write_iops_sec_max", .given = &given[11], .kind = CLI_PARAM_NUMBER },
	{ .field = "size_iops_sec", .given = &given[12], .kind = CLI_PARAM_BYTES },
	{ .field = "total_bytes_sec_max_length", .given = &given[13], .kind = CLI_PARAM_NUMBER },
	{ .field = "read_bytes_sec_max_length", .given = &given[14], .kind = CLI_PARAM_NUMBER },
	{ .field = "write_bytes_sec_max_length", .given = &given[15], .kind = CLI_PARAM_NUMBER },
	{ .field = "total_iops_sec_max_length", .given = &given[16], .kind = CLI_PARAM_NUMBER },
	{ .field = "read_iops_sec_max_length", .given = &given[17], .kind = CLI_PARAM_NUMBER },
	{ .field = "write_iops_sec_max_length", .given = &given[18], .kind = CLI_PARAM_NUMBER },
	{ .field = NULL }
};
