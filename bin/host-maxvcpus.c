/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"

static char *type;

static const struct poptOption options[] = {
	{ "type", 0, POPT_ARG_STRING, &type, 0, "of guests of this type (kvm, qemu ...)", "TYPE" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(connect_get_max_vcpus), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	wire_connect_get_max_vcpus_args args = { .type = type ? &type : NULL };
	wire_connect_get_max_vcpus_ret ret = { 0 };

	if (!conn || cli_call(conn, &rpc_connect_get_max_vcpus, &args, &ret, err) < 0)
		return -1;
	if (cli->json)
		return cli_json_print(json_pack("{s:i}", "max_vcpus", ret.max_vcpus), err);
	printf("%d\n", ret.max_vcpus);
	return 0;
}

static const struct cli_program program = {
	.name = "host-maxvcpus", .summary = "print the most virtual CPUs that a guest can have", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
