/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/job.h"
#include "cli/object.h"

static int with_secrets;

static const struct poptOption options[] = {
	{ "security-info", 0, POPT_ARG_NONE, &with_secrets, 0, "include passwords and the like", NULL },
	CLI_DUMPXML_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_save_image_get_xml_desc), RPC_ROW_END };

static char *get(const struct cli_saved *s, bool secure, struct error *err)
{
	wire_domain_save_image_get_xml_desc_args args = { .file = (char *)s->arg, .flags = secure };
	wire_domain_save_image_get_xml_desc_ret ret = { 0 };

	return cli_call(s->conn, &rpc_domain_save_image_get_xml_desc, &args, &ret, err) < 0 ? NULL : ret.xml;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_FREE char *path = cli_absolute(cli->args[0], err);
	struct cli_saved s = { .get = get, .arg = path };
	AUTO_FREE char *xml = NULL;

	if (!path || !(s.conn = cli_open(cli, uses, cli_drivers, err)) || !(xml = get(&s, with_secrets, err)))
		return -1;
	return cli_dumpxml_print(cli, cli->args[0], xml, err);
}

static const struct cli_program program = {
	.name = "vm-save-image-dumpxml", .summary = "print the definition in a saved state", .args = "FILE", .options = options, .min_args = 1,
	.max_args = 1, .flags = CLI_FILES, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
