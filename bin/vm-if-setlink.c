/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"
#include "cli/drivers.h"

static int config, print_xml;

static const struct poptOption options[] = {
	{ "config", 0, POPT_ARG_NONE, &config, 0, "of the stored definition", NULL },
	{ "print-xml", 0, POPT_ARG_NONE, &print_xml, 0, "print the device and do nothing", NULL },
	POPT_TABLEEND
};

static int run(struct cli *cli, struct error *err)
{
	int state = conf_enum_value(&domain_link_state_names, cli->args[2]);
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;
	struct domain_device dev = { .kind = DOMAIN_DEVICE_INTERFACE };
	struct domain_net *net;
	struct cli_conn *conn;
	unsigned flags;

	if (state <= 0)
		return cli_usage(err, "'%.100s' is no state (up, down)", cli->args[2]);
	if (!(conn = cli_open_guest(cli, cli_device_uses, cli_drivers, &guest, err)))
		return -1;
	flags = config || guest.id < 0 ? 2 : 1;
	if (!(def = cli_device_domain(conn, &guest, flags, err)) || !(net = cli_find_net(def, cli->args[1], err)))
		return -1;
	net->link = state;
	dev.obj = net;
	return cli_device_do_one(cli, conn, &guest, CLI_DEVICE_UPDATE, &dev, flags, print_xml, err);
}

static const struct cli_program program = {
	.name = "vm-if-setlink", .summary = "set the link of an interface up or down", .args = "GUEST INTERFACE STATE",
	.options = options, .min_args = 3, .max_args = 3, .flags = CLI_GUESTS, .more = "interface state", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
