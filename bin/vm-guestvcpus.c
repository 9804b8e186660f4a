/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/params.h"

static int enable, disable;
static char *cpulist;

static const struct poptOption options[] = {
	{ "cpulist", 0, POPT_ARG_STRING, &cpulist, 0, "the CPUs, such as 1,3-4", "LIST" },
	{ "enable", 0, POPT_ARG_NONE, &enable, 0, "let the guest use them", NULL },
	{ "disable", 0, POPT_ARG_NONE, &disable, 0, "let the guest use them no more", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_guest_vcpus), HV(domain_set_guest_vcpus), RPC_ROW_END };

static int show(struct cli *cli, struct cli_conn *conn, const struct guest *guest, struct error *err)
{
	wire_domain_get_guest_vcpus_args args = { .dom = cli_domain(guest) };
	wire_domain_get_guest_vcpus_ret ret = { 0 };
	int rc;

	if (cli_call(conn, &rpc_domain_get_guest_vcpus, &args, &ret, err) < 0)
		return -1;
	rc = cli_params_print(cli, guest->name, NULL, ret.params.params_val, ret.params.params_len, NULL, err);
	xdr_free(rpc_domain_get_guest_vcpus.ret, &ret);
	return rc;
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--enable", enable }, { "--disable", disable }, { NULL, 0 } };
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_set_guest_vcpus_args args = { .cpumap = cpulist, .state = enable };
	struct cli_conn *conn;

	if (cli_at_most_one(given, err) < 0)
		return -1;
	if ((cpulist != NULL) != (enable || disable))
		return cli_usage(err, "say which CPUs with --cpulist, and --enable or --disable");
	if (!(conn = cli_open_guest(cli, uses, NULL, &guest, err)))
		return -1;
	if (!cpulist)
		return show(cli, conn, &guest, err);
	args.dom = cli_domain(&guest);
	return cli_call(conn, &rpc_domain_set_guest_vcpus, &args, NULL, err);
}

static const struct cli_program program = {
	.name = "vm-guestvcpus", .summary = "show or set which CPUs a guest uses, by its agent", .args = "GUEST", .options = options,
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
