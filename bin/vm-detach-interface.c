/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"
#include "cli/drivers.h"

#include <strings.h>

static int print_xml;
static char *mac;

static const struct poptOption options[] = {
	{ "mac", 0, POPT_ARG_STRING, &mac, 0, "its MAC address", "MAC" },
	{ "print-xml", 0, POPT_ARG_NONE, &print_xml, 0, "print the device and do nothing", NULL },
	CLI_PERSISTENT,
	POPT_TABLEEND
};

/* The one interface of the type, or the one of them with the MAC address. */
static struct domain_net *find(const struct domain *def, const char *type, struct error *err)
{
	int value = conf_enum_value(&domain_net_type_names, type);
	struct domain_net *found = NULL;

	if (value <= 0) {
		cli_usage(err, "'%.100s' is no type of interface", type);
		return NULL;
	}
	for (size_t i = 0; i < def->devices.interfaces.n; i++) {
		struct domain_net *net = def->devices.interfaces.items[i];
		char text[CLI_MAC_TEXT];
		if ((int)net->type != value || (mac && strcasecmp(cli_mac(&net->mac, text), mac) != 0))
			continue;
		if (found) {
			error_set(err, ERR_OPERATION_FAILED, "domain '%s' has more than one interface of type '%s': say which by --mac", def->name, type);
			return NULL;
		}
		found = net;
	}
	if (!found)
		error_set(err, ERR_DEVICE_MISSING, "domain '%s' has no such interface of type '%s'", def->name, type);
	return found;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;
	struct domain_device dev = { .kind = DOMAIN_DEVICE_INTERFACE };
	struct cli_conn *conn = cli_open_guest(cli, cli_device_uses, cli_drivers, &guest, err);
	unsigned flags;

	if (!conn || cli_persistent_flags(&guest, &flags, err) < 0 || !(def = cli_device_domain(conn, &guest, flags, err)) ||
	    !(dev.obj = find(def, cli->args[1], err)))
		return -1;
	return cli_device_do_one(cli, conn, &guest, CLI_DEVICE_DETACH, &dev, flags, print_xml, err);
}

static const struct cli_program program = {
	.name = "vm-detach-interface", .summary = "detach a network interface from a guest", .args = "GUEST TYPE",
	.options = options, .min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "type", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
