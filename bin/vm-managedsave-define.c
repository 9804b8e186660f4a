/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/edit.h"
#include "cli/job.h"

static const struct poptOption options[] = { CLI_SAVED_OPTIONS, POPT_TABLEEND };

static const struct rpc_row uses[] = { HV(domain_managed_save_define_xml), RPC_ROW_END };

static int set(const struct cli_saved *s, const char *xml, struct error *err)
{
	wire_domain_managed_save_define_xml_args args = { .dom = cli_domain(s->arg), .dxml = (char **)&xml, .flags = s->flags };

	return cli_call(s->conn, &rpc_domain_managed_save_define_xml, &args, NULL, err);
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_saved s = { .arg = &guest };
	AUTO_FREE char *xml = NULL;
	size_t len;

	if (cli_saved_flags(&s.flags, err) < 0 || cli_read_file(cli->args[1], &xml, &len, err) < 0 || !(s.conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)) ||
	    set(&s, xml, err) < 0)
		return -1;
	cli_say(cli, "Definition in the saved state of '%s' replaced", guest.name);
	return 0;
}

static const struct cli_program program = {
	.name = "vm-managedsave-define", .summary = "replace the definition in a saved state", .args = "GUEST XML", .options = options, .min_args = 2,
	.max_args = 2, .flags = CLI_GUESTS, .more = "xml", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
