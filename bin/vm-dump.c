/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/job.h"
#include "cli/json.h"

#include <string.h>

static int live, crash, bypass_cache, reset, memory_only;
static char *format;

static const struct poptOption options[] = {
	{ "live", 0, POPT_ARG_NONE, &live, 0, "let the guest run meanwhile", NULL },
	{ "crash", 0, POPT_ARG_NONE, &crash, 0, "end the guest afterwards, as crashed", NULL },
	{ "bypass-cache", 0, POPT_ARG_NONE, &bypass_cache, 0, "write past the page cache", NULL },
	{ "reset", 0, POPT_ARG_NONE, &reset, 0, "reset the guest afterwards", NULL },
	{ "memory-only", 0, POPT_ARG_NONE, &memory_only, 0, "memory and processors, for debuggers", NULL },
	{ "format", 0, POPT_ARG_STRING, &format, 0, "elf, kdump-zlib, kdump-lzo, kdump-snappy, win-dmp, or kdump-raw-...", "FORMAT" },
	CLI_JOB_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_core_dump), HV(domain_core_dump_with_format), CLI_JOB_USES, RPC_ROW_END };

/* libvirt's virDomainCoreDumpFormat */
static const char *const formats[] = { "elf", "kdump-zlib", "kdump-lzo", "kdump-snappy", "win-dmp", "kdump-raw-zlib", "kdump-raw-lzo",
				       "kdump-raw-snappy" };

static int find_format(unsigned *number, struct error *err)
{
	*number = 0;
	if (!format)
		return 0;
	if (!memory_only)
		return cli_usage(err, "--format needs --memory-only");
	while (*number < ARRAY_LEN(formats) && strcmp(formats[*number], format) != 0)
		++*number;
	return *number < ARRAY_LEN(formats) ? 0 : cli_usage(err, "there is no dump format '%s'", format);
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--live", live }, { "--crash", crash }, { NULL, 0 } }, after[] = { { "--crash", crash }, { "--reset", reset }, { NULL, 0 } };
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_FREE char *path = NULL;
	struct cli_conn *conn;
	/* libvirt's virDomainCoreDumpFlags */
	unsigned number, flags = (crash ? 1 : 0) | (live ? 2 : 0) | (bypass_cache ? 4 : 0) | (reset ? 8 : 0) | (memory_only ? 16 : 0);
	int r;

	if (cli_at_most_one(given, err) < 0 || cli_at_most_one(after, err) < 0 || find_format(&number, err) < 0 ||
	    !(path = cli_absolute(cli->args[1], err)) || !(conn = cli_open_guest(cli, uses, NULL, &guest, err)))
		return -1;
	wire_domain_core_dump_args plain = { .dom = cli_domain(&guest), .to = path, .flags = flags };
	wire_domain_core_dump_with_format_args formatted = { .dom = plain.dom, .to = path, .dumpformat = number, .flags = flags };
	r = format ? cli_job_call(cli, conn, &guest, "Dump", &rpc_domain_core_dump_with_format, &formatted, err)
		   : cli_job_call(cli, conn, &guest, "Dump", &rpc_domain_core_dump, &plain, err);
	if (r < 0)
		return -1;
	cli_say(cli, "Domain '%s' dumped to %s", guest.name, cli->args[1]);
	return cli->json ? cli_json_print(json_pack("{s:o, s:o}", "name", cli_json_string(guest.name), "file", cli_json_string(path)), err) : 0;
}

static const struct cli_program program = {
	.name = "vm-dump", .summary = "write a guest's memory to a file, for debuggers", .args = "GUEST FILE", .options = options, .min_args = 2,
	.max_args = 2, .flags = CLI_GUESTS | CLI_SLOW, .more = "file", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
