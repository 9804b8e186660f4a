/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/edit.h"
#include "cli/job.h"
#include "cli/json.h"

#include <string.h>

static int bypass_cache;
static char *xml_file, *format;

static const struct poptOption options[] = {
	{ "bypass-cache", 0, POPT_ARG_NONE, &bypass_cache, 0, "write past the page cache", NULL },
	{ "xml", 0, POPT_ARG_STRING, &xml_file, 0, "keep this definition with it", "FILE" },
	{ "image-format", 0, POPT_ARG_STRING, &format, 0, "raw, gzip, bzip2, xz, lzop or zstd", "FORMAT" },
	CLI_SAVED_OPTIONS,
	CLI_JOB_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_save_flags), HV(domain_save_params), CLI_JOB_USES, RPC_ROW_END };

/* The older procedure where it says all: older servers have it alone. */
static int save(struct cli *cli, struct cli_conn *conn, const struct guest *guest, char *path, char *xml, unsigned flags, struct error *err)
{
	wire_domain_save_flags_args args = { .dom = cli_domain(guest), .to = path, .dxml = xml ? &xml : NULL, .flags = flags };
	wire_typed_param params[3];
	wire_domain_save_params_args all = { .dom = args.dom, .params = { 0, params }, .flags = flags };
	const struct { const char *name; char *value; } fields[] = { { "file", path }, { "image_format", format }, { "dxml", xml } };

	if (!format)
		return cli_job_call(cli, conn, guest, "Save", &rpc_domain_save_flags, &args, err);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (fields[i].value)
			params[all.params.params_len++] = (wire_typed_param){ .field = (char *)fields[i].name,
				.value = { .type = WIRE_PARAM_STRING, .wire_typed_param_value_u.s = fields[i].value } };
	return cli_job_call(cli, conn, guest, "Save", &rpc_domain_save_params, &all, err);
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_FREE char *path = NULL, *xml = NULL;
	struct cli_conn *conn;
	unsigned flags;
	size_t len;

	if (cli_saved_flags(&flags, err) < 0 || (xml_file && cli_read_file(xml_file, &xml, &len, err) < 0) || !(path = cli_absolute(cli->args[1], err)) ||
	    !(conn = cli_open_guest(cli, uses, NULL, &guest, err)) || save(cli, conn, &guest, path, xml, flags | (bypass_cache ? 1 : 0), err) < 0)
		return -1;
	cli_say(cli, "Domain '%s' saved to %s", guest.name, cli->args[1]);
	return cli->json ? cli_json_print(json_pack("{s:o, s:o}", "name", cli_json_string(guest.name), "file", cli_json_string(path)), err) : 0;
}

static const struct cli_program program = {
	.name = "vm-save", .summary = "save a guest's memory to a file and end it", .args = "GUEST FILE", .options = options, .min_args = 2,
	.max_args = 2, .flags = CLI_GUESTS | CLI_SLOW, .more = "file", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
