/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/params.h"

static int types;

/* libvirt's virDomainGuestInfoTypes */
static const struct poptOption options[] = {
	{ "user", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &types, 1, "who is logged in", NULL },
	{ "os", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &types, 2, "the operating system", NULL },
	{ "timezone", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &types, 4, "the time zone", NULL },
	{ "hostname", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &types, 8, "the host name", NULL },
	{ "filesystem", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &types, 16, "mounted file systems", NULL },
	{ "disk", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &types, 32, "disks", NULL },
	{ "interface", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &types, 64, "network interfaces", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_guest_info), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_get_guest_info_args args = { .types = (unsigned)types };
	wire_domain_get_guest_info_ret ret = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	int rc;

	if (!conn)
		return -1;
	args.dom = cli_domain(&guest);
	if (cli_call(conn, &rpc_domain_get_guest_info, &args, &ret, err) < 0)
		return -1;
	rc = cli_params_print(cli, guest.name, NULL, ret.params.params_val, ret.params.params_len, NULL, err);
	xdr_free(rpc_domain_get_guest_info.ret, &ret);
	return rc;
}

static const struct cli_program program = {
	.name = "vm-guestinfo", .summary = "print what a guest's agent knows of it", .args = "GUEST", .options = options,
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
