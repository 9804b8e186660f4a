/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/define.h"
#include "cli/drivers.h"
#include "cli/edit.h"

#include <string.h>

static int skip_validate;

static const struct poptOption options[] = {
	{ "skip-validate", 0, POPT_ARG_NONE, &skip_validate, 0, "accept what the format does not know, with a warning", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_xml_desc), HV(domain_define_xml_flags), RPC_ROW_END };

struct job {
	struct cli_conn *conn;
	struct guest guest;
	char *xml;   /* as it was given to the editor */
};

static char *definition(struct job *job, struct error *err)
{
	wire_domain_get_xml_desc_args args = { .dom = cli_domain(&job->guest), .flags = 1 | 2 };   /* secure, inactive */
	wire_domain_get_xml_desc_ret ret = { 0 };

	return cli_call(job->conn, &rpc_domain_get_xml_desc, &args, &ret, err) < 0 ? NULL : ret.xml;
}

static int accept_it(struct cli *cli, const char *text, size_t len, void *arg, struct error *err)
{
	struct job *job = arg;
	AUTO_FREE char *now = definition(job, err);
	wire_domain_define_xml_flags_args args = { .xml = (char *)text, .flags = skip_validate ? 0 : HV_DEFINE_VALIDATE };

	if (!now)
		return -1;
	if (strcmp(now, job->xml) != 0)
		return error_set(err, ERR_OPERATION_FAILED, "the definition of domain '%s' was changed by somebody else meanwhile", job->guest.name);
	if (skip_validate)
		cli_warn_unknown(cli, job->guest.name, text, len);
	return cli_call(job->conn, &rpc_domain_define_xml_flags, &args, NULL, err) < 0 ? error_wrap(err, "%s", job->guest.name) : 0;
}

static int run(struct cli *cli, struct error *err)
{
	struct job job = { .conn = cli_open(cli, uses, cli_drivers, err) };

	if (!job.conn || cli_find(job.conn, cli->args[0], &job.guest, err) < 0)
		return -1;
	job.xml = definition(&job, err);
	int rc = job.xml ? cli_edit(cli, job.xml, ".xml", accept_it, &job, err) : -1;
	if (rc > 0)
		cli_say(cli, "Domain '%s' XML configuration edited", job.guest.name);
	else if (rc == 0)
		cli_say(cli, "Domain '%s' XML configuration not changed", job.guest.name);
	free(job.xml);
	guest_clear(&job.guest);
	return rc < 0 ? -1 : EXIT_DONE;
}

static const struct cli_program program = {
	.name = "vm-edit", .summary = "edit the definition of a guest", .args = "GUEST", .options = options, .min_args = 1, .max_args = 1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
