/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/edit.h"
#include "cli/job.h"

static const struct poptOption options[] = { CLI_SAVED_OPTIONS, POPT_TABLEEND };

static const struct rpc_row uses[] = { HV(domain_save_image_define_xml), RPC_ROW_END };

static int set(const struct cli_saved *s, const char *xml, struct error *err)
{
	wire_domain_save_image_define_xml_args args = { .file = (char *)s->arg, .dxml = (char *)xml, .flags = s->flags };

	return cli_call(s->conn, &rpc_domain_save_image_define_xml, &args, NULL, err);
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_FREE char *path = cli_absolute(cli->args[0], err);
	struct cli_saved s = { .arg = path };
	AUTO_FREE char *xml = NULL;
	size_t len;

	if (!path || cli_saved_flags(&s.flags, err) < 0 || cli_read_file(cli->args[1], &xml, &len, err) < 0 || !(s.conn = cli_open(cli, uses, cli_drivers, err)) ||
	    set(&s, xml, err) < 0)
		return -1;
	cli_say(cli, "Definition in the saved state of '%s' replaced", cli->args[0]);
	return 0;
}

static const struct cli_program program = {
	.name = "vm-save-image-define", .summary = "replace the definition in a saved state", .args = "FILE XML", .options = options, .min_args = 2,
	.max_args = 2, .flags = CLI_FILES, .more = "xml", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
