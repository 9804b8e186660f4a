/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"
#include "cli/drivers.h"

static const struct poptOption options[] = { CLI_AFFECT, POPT_TABLEEND };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_detach_device_alias_args args = { .alias = (char *)cli->args[1] };
	struct cli_conn *conn;

	if (cli_affect_flags(&args.flags, err) < 0 || !(conn = cli_open_guest(cli, cli_device_uses, cli_drivers, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	if (cli_call(conn, &rpc_domain_detach_device_alias, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Device detached");
	return 0;
}

static const struct cli_program program = {
	.name = "vm-detach-device-alias", .summary = "detach a device from a guest by its alias", .args = "GUEST ALIAS",
	.options = options, .min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "alias", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
