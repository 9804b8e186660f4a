/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/job.h"

static const struct poptOption options[] = { CLI_SAVED_OPTIONS, POPT_TABLEEND };

static const struct rpc_row uses[] = { HV(domain_managed_save_get_xml_desc), HV(domain_managed_save_define_xml), RPC_ROW_END };

static char *get(const struct cli_saved *s, bool secure, struct error *err)
{
	wire_domain_managed_save_get_xml_desc_args args = { .dom = cli_domain(s->arg), .flags = secure };
	wire_domain_managed_save_get_xml_desc_ret ret = { 0 };

	return cli_call(s->conn, &rpc_domain_managed_save_get_xml_desc, &args, &ret, err) < 0 ? NULL : ret.xml;
}

static int set(const struct cli_saved *s, const char *xml, struct error *err)
{
	wire_domain_managed_save_define_xml_args args = { .dom = cli_domain(s->arg), .dxml = (char **)&xml, .flags = s->flags };

	return cli_call(s->conn, &rpc_domain_managed_save_define_xml, &args, NULL, err);
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_saved s = { .get = get, .set = set, .what = "saved state", .arg = &guest };

	if (cli_saved_flags(&s.flags, err) < 0 || !(s.conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)))
		return -1;
	return cli_saved_edit(cli, &s, err);
}

static const struct cli_program program = {
	.name = "vm-managedsave-edit", .summary = "edit the definition in a saved state", .args = "GUEST", .options = options, .min_args = 1, .max_args = 1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
