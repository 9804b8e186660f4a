/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"
#include "cli/json.h"

#include <string.h>

static char *source;

static const struct poptOption options[] = {
	{ "source", 0, POPT_ARG_STRING, &source, 0, "whom to ask: agent or lease", "SOURCE" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_hostname), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	wire_domain_get_hostname_args args = { .dom = cli_domain(&guest) };
	wire_domain_get_hostname_ret ret = { 0 };
	int r = 0;

	if (!conn)
		return -1;
	if (source && strcmp(source, "agent") && strcmp(source, "lease"))
		return cli_usage(err, "'%s' is no source: say agent or lease", source);
	args.flags = !source ? 0 : !strcmp(source, "lease") ? 1 : 2;
	if (cli_call(conn, &rpc_domain_get_hostname, &args, &ret, err) < 0)
		return -1;
	if (cli->json)
		r = cli_json_print(json_pack("{s:o, s:o}", "name", cli_json_string(guest.name), "hostname", cli_json_string(ret.hostname)), err);
	else
		cli_value(cli, ret.hostname);
	xdr_free(rpc_domain_get_hostname.ret, &ret);
	return r;
}

static const struct cli_program program = {
	.name = "vm-hostname", .summary = "print the host name of a guest", .args = "GUEST", .options = options, .min_args = 1, .max_args = 1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
