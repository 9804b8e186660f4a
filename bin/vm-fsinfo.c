/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/rows.h"
#include "util/str.h"

static const struct rpc_row uses[] = { HV(domain_get_fsinfo), RPC_ROW_END };

/* "vda,vdb"; the caller's */
static char *targets(const wire_domain_fsinfo *fs)
{
	char *all = strdup("");

	for (u_int i = 0; all && i < fs->dev_aliases.dev_aliases_len; i++) {
		char *more = str_printf("%s%s%s", all, i ? "," : "", fs->dev_aliases.dev_aliases_val[i]);

		free(all);
		all = more;
	}
	return all;
}

static int add(struct cli_rows *rows, const wire_domain_fsinfo *fs, struct error *err)
{
	AUTO_FREE char *disks = targets(fs);
	const char *cells[] = { fs->mountpoint, fs->name, fs->fstype, disks };

	return disks ? cli_rows_add(rows, cells, err) : error_errno(err, "the file systems");
}

static int run(struct cli *cli, struct error *err)
{
	static const char *const titles[] = { "Mountpoint", "Name", "Type", "Target" }, *const keys[] = { "mountpoint", "name", "type", "target" };
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_get_fsinfo_args args = { 0 };
	wire_domain_get_fsinfo_ret ret = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	struct cli_rows *rows;
	int rc = 0;

	if (!conn)
		return -1;
	args.dom = cli_domain(&guest);
	if (cli_call(conn, &rpc_domain_get_fsinfo, &args, &ret, err) < 0)
		return -1;
	rows = cli_rows_new(cli, titles, keys, ARRAY_LEN(titles), err);
	for (u_int i = 0; rows && i < ret.info.info_len && rc == 0; i++)
		rc = add(rows, &ret.info.info_val[i], err);
	xdr_free(rpc_domain_get_fsinfo.ret, &ret);
	return rows && cli_rows_end(rows, err) == 0 ? rc : -1;
}

static const struct cli_program program = {
	.name = "vm-fsinfo", .summary = "print the mounted file systems of a guest", .args = "GUEST",
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
