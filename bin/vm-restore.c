/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/edit.h"
#include "cli/job.h"
#include "cli/json.h"

static int bypass_cache, reset_nvram;
static char *xml_file;

static const struct poptOption options[] = {
	{ "bypass-cache", 0, POPT_ARG_NONE, &bypass_cache, 0, "read past the page cache", NULL },
	{ "xml", 0, POPT_ARG_STRING, &xml_file, 0, "restore it with this definition", "FILE" },
	{ "reset-nvram", 0, POPT_ARG_NONE, &reset_nvram, 0, "set firmware variables back to their template", NULL },
	CLI_SAVED_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_restore_flags), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_FREE char *path = NULL, *xml = NULL;
	struct cli_conn *conn;
	unsigned flags;
	size_t len;

	if (cli_saved_flags(&flags, err) < 0 || (xml_file && cli_read_file(xml_file, &xml, &len, err) < 0) || !(path = cli_absolute(cli->args[0], err)) ||
	    !(conn = cli_open(cli, uses, cli_drivers, err)))
		return -1;
	wire_domain_restore_flags_args args = {
		.from = path, .dxml = xml ? &xml : NULL, .flags = flags | (bypass_cache ? 1 : 0) | (reset_nvram ? 8 : 0),
	};
	if (cli_call(conn, &rpc_domain_restore_flags, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Domain restored from %s", cli->args[0]);
	return 0;
}

static const struct cli_program program = {
	.name = "vm-restore", .summary = "let a guest go on from memory that vm-save saved", .args = "FILE", .options = options, .min_args = 1,
	.max_args = 1, .flags = CLI_FILES | CLI_SLOW, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
