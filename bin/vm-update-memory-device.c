/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"
#include "cli/drivers.h"

#include <string.h>

static char *alias, *node, *requested;
static int print_xml;

static const struct poptOption options[] = {
	{ "alias", 0, POPT_ARG_STRING, &alias, 0, "the device with this alias", "NAME" },
	{ "node", 0, POPT_ARG_STRING, &node, 0, "the device of this node of the guest", "NUMBER" },
	{ "requested-size", 0, POPT_ARG_STRING, &requested, 0, "how much it is to have", "SIZE" },
	{ "print-xml", 0, POPT_ARG_NONE, &print_xml, 0, "print the device and do nothing", NULL },
	CLI_AFFECT,
	POPT_TABLEEND
};

static struct domain_memdev *find(const struct domain *def, struct error *err)
{
	struct domain_memdev *found = NULL;
	uint64_t number = 0;

	if (node && cli_number(node, UINT32_MAX, "number of a node", &number, err) < 0)
		return NULL;
	for (size_t i = 0; i < def->devices.memdevs.n; i++) {
		struct domain_memdev *m = def->devices.memdevs.items[i];
		if (m->model != DOMAIN_MEMDEV_VIRTIO_MEM || (node && m->node.value != number) ||
		    (alias && (!m->info.alias.name || strcmp(m->info.alias.name, alias) != 0)))
			continue;
		if (found) {
			error_set(err, ERR_OPERATION_FAILED, "domain '%s' has more than one such memory device: say which by --alias or --node", def->name);
			return NULL;
		}
		found = m;
	}
	if (!found)
		error_set(err, ERR_DEVICE_MISSING, "domain '%s' has no such memory device of the model virtio-mem", def->name);
	return found;
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--alias", alias != NULL }, { "--node", node != NULL }, { NULL, 0 } };
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;
	struct domain_device dev = { .kind = DOMAIN_DEVICE_MEMORY };
	struct domain_memdev *m;
	struct cli_conn *conn;
	uint64_t size;
	unsigned flags;

	if (!requested)
		return cli_usage(err, "--requested-size is missing");
	if (cli_at_most_one(given, err) < 0 || cli_scaled(requested, 1024, 1024, &size, err) < 0 || cli_affect_flags(&flags, err) < 0 ||
	    !(conn = cli_open_guest(cli, cli_device_uses, cli_drivers, &guest, err)) || !(def = cli_device_domain(conn, &guest, flags, err)) ||
	    !(m = find(def, err)))
		return -1;
	m->requested = (struct conf_num){ size, true };
	dev.obj = m;
	return cli_device_do_one(cli, conn, &guest, CLI_DEVICE_UPDATE, &dev, flags, print_xml, err);
}

static const struct cli_program program = {
	.name = "vm-update-memory-device", .summary = "change the size of a memory device", .args = "GUEST", .options = options,
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
