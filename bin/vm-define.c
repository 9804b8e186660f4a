/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/define.h"
#include "cli/drivers.h"
#include "cli/edit.h"
#include "cli/json.h"

#include <string.h>

static int validate, print_xml, dry_run;
static char *driver;

static const struct poptOption options[] = {
	{ "validate", 0, POPT_ARG_NONE, &validate, 0, "refuse what the format does not know", NULL },
	{ "print-xml", 0, POPT_ARG_NONE, &print_xml, 0, "print the canonical form and define nothing", NULL },
	{ "dry-run", 0, POPT_ARG_NONE, &dry_run, 0, "define nothing, print what would change", NULL },
	{ "driver", 0, POPT_ARG_STRING, &driver, 0, "fill in this driver's defaults with --print-xml", "NAME" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_define_xml_flags), RPC_ROW_END };

struct job {
	struct cli_conn *conn;
	json_t *list;
};

static void report(struct cli *cli, struct job *job, const char *file, const char *name, const unsigned char *uuid, const char *result)
{
	char text[UUID_TEXT];

	if (!cli->json) {
		printf("%s ", result);
		cli_value(cli, name);
		return;
	}
	json_array_append_new(job->list, json_pack("{s:o, s:o, s:s, s:s}", "file", cli_json_string(file), "name", cli_json_string(name),
						   "uuid", uuid_format(uuid, text), "result", result));
}

static int define_remote(struct cli *cli, struct job *job, const char *file, char *xml, struct error *err)
{
	wire_domain_define_xml_flags_args args = { .xml = xml, .flags = validate ? HV_DEFINE_VALIDATE : 0 };
	wire_domain_define_xml_flags_ret ret = { 0 };

	if (dry_run)
		return cli_only_local(job->conn, "--dry-run", err);
	if (cli_call(job->conn, &rpc_domain_define_xml_flags, &args, &ret, err) < 0)
		return -1;
	report(cli, job, file, ret.dom.name, (const unsigned char *)ret.dom.uuid, "defined");
	xdr_free(rpc_domain_define_xml_flags.ret, &ret);
	return 0;
}

static int define_local(struct cli *cli, struct job *job, const char *file, const char *xml, struct error *err)
{
	static const char *const done[] = { "created", "changed", "unchanged" };
	static const char *const would[] = { "would create", "would change", "unchanged" };
	struct hv_defined d = { 0 };
	int rc = hv_define(&job->conn->hv, xml, (validate ? HV_DEFINE_VALIDATE : 0) | (dry_run ? HV_DEFINE_DRY_RUN : 0), &d, err);

	if (rc == 0) {
		report(cli, job, file, d.name, d.uuid, (dry_run ? would : done)[d.change]);
		if (state_is_session() && !d.kind->session)
			cli_warn(cli, "%s: guests of driver %s are root's: only root can start it", d.name, d.kind->name);
		if (dry_run && !cli->json && d.new_xml)
			cli_diff(cli, d.old_xml ? d.name : "/dev/null", file, d.old_xml ? d.old_xml : "", d.new_xml);
	}
	hv_defined_clear(&d);
	return rc;
}

static int one(struct cli *cli, size_t i, const char *file, void *arg, struct error *err)
{
	struct job *job = arg;
	AUTO_FREE char *xml = NULL;
	size_t len;

	if (cli_read_file(cli->args[i], &xml, &len, err) < 0)
		return -1;
	if (print_xml) {
		AUTO_FREE char *canonical = cli_canonical(cli, file, xml, len, driver, validate, err);
		if (canonical)
			fputs(canonical, stdout);
		return canonical ? 0 : -1;
	}
	if (!validate)
		cli_warn_unknown(cli, file, xml, len);
	return cli_is_remote(job->conn) ? define_remote(cli, job, file, xml, err) : define_local(cli, job, file, xml, err);
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given forms[] = { { "--print-xml", print_xml }, { "--dry-run", dry_run }, { NULL, 0 } };
	struct job job = { 0 };

	if (cli_at_most_one(forms, err) < 0)
		return -1;
	if (driver && !print_xml)
		return cli_usage(err, "--driver needs --print-xml (the document's type chooses the driver)");
	if (!print_xml && !(job.conn = cli_open(cli, uses, cli_drivers, err)))
		return -1;
	AUTO_FREE const char **names = calloc(cli->n_args + 1, sizeof(*names));
	if (!names)
		return error_errno(err, "%d files", cli->n_args);
	job.list = cli->json && !print_xml ? json_array() : NULL;
	for (int i = 0; i < cli->n_args; i++)
		names[i] = strcmp(cli->args[i], "-") == 0 ? "standard input" : cli->args[i];
	int status = cli_each(cli, names, cli->n_args, false, one, &job);
	return job.list && cli_json_print(job.list, err) < 0 ? -1 : status;
}

static const struct cli_program program = {
	.name = "vm-define", .summary = "define guests from XML", .args = "FILE...", .options = options, .min_args = 1, .max_args = -1,
	.flags = CLI_FILES, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
