/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"
#include "cli/drivers.h"

static int print_xml;

static const struct poptOption options[] = {
	{ "print-xml", 0, POPT_ARG_NONE, &print_xml, 0, "print the device and do nothing", NULL },
	CLI_PERSISTENT,
	POPT_TABLEEND
};

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;
	struct domain_device dev = { .kind = DOMAIN_DEVICE_DISK };
	struct cli_conn *conn = cli_open_guest(cli, cli_device_uses, cli_drivers, &guest, err);
	unsigned flags;

	if (!conn || cli_persistent_flags(&guest, &flags, err) < 0 || !(def = cli_device_domain(conn, &guest, flags, err)) ||
	    !(dev.obj = cli_find_disk(def, cli->args[1], err)))
		return -1;
	return cli_device_do_one(cli, conn, &guest, CLI_DEVICE_DETACH, &dev, flags, print_xml, err);
}

static const struct cli_program program = {
	.name = "vm-detach-disk", .summary = "detach a disk from a guest", .args = "GUEST TARGET", .options = options,
	.min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "target", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
