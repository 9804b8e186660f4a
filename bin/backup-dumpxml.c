/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"

static const struct poptOption options[] = {
	CLI_DUMPXML_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_checkpoint, uses, err);
	struct guest guest = { 0 };
	wire_domain_backup_get_xml_desc_ret ret = { 0 };

	if (!conn || cli_find(conn, cli->args[0], &guest, err) < 0)
		return -1;
	wire_domain_backup_get_xml_desc_args args = { .dom = cli_domain(&guest) };
	int rc = cli_call(conn, &rpc_domain_backup_get_xml_desc, &args, &ret, err);
	if (rc == 0) {
		rc = cli_dumpxml_print(cli, guest.name, ret.xml, err);
		xdr_free(rpc_domain_backup_get_xml_desc.ret, &ret);
	}
	guest_clear(&guest);
	return rc;
}

static const struct cli_program program = {
	.name = "backup-dumpxml", .summary = "print the backup that is in progress", .args = "GUEST", .options = options, .min_args = 1,
	.max_args = 1, .object = "domain", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
