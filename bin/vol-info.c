/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/record.h"
#include "cli/storage.h"

#include <inttypes.h>

static int bytes, physical;

static const struct poptOption options[] = {
	{ "bytes", 0, POPT_ARG_NONE, &bytes, 0, "print sizes in bytes", NULL },
	{ "physical", 0, POPT_ARG_NONE, &physical, 0, "what it takes on the disk in place of what is allocated", NULL },
	CLI_POOL_OPTION,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static void size(struct cli_record *r, const char *label, const char *key, uint64_t value)
{
	char text[CLI_SIZE_MAX];

	if (bytes)
		snprintf(text, sizeof(text), "%" PRIu64 " bytes", value);
	cli_record_number(r, label, key, (long long)value, bytes ? text : cli_size(text, value));
}

static int facts(struct cli *cli, struct cli_conn *conn, const void *ref, struct cli_record *r, struct error *err)
{
	const wire_storage_vol *vol = ref;
	/* both procedures answer alike; a server of old has only the first */
	const struct rpc_proc *proc = physical ? &rpc_storage_vol_get_info_flags : &rpc_storage_vol_get_info;
	wire_storage_vol_get_info_flags_ret info = { 0 };

	(void)cli;
	if (cli_object_call(conn, proc, ref, sizeof(*vol), 1, &info, err) < 0)
		return -1;
	cli_record_text(r, "Name", "name", vol->name);
	cli_record_text(r, "Type", "type", cli_vol_type(info.type));
	size(r, "Capacity", "capacity", info.capacity);
	size(r, physical ? "Physical" : "Allocation", physical ? "physical" : "allocation", info.allocation);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	return cli_object_info(cli, &cli_vol, uses, facts, err);
}

static const struct cli_program program = {
	.name = "vol-info", .summary = "print a summary of volumes", .args = "VOL...", .options = options, .min_args = 1, .max_args = -1,
	.object = "vol", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
