/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"
#include "cli/drivers.h"
#include "cli/rows.h"

static int inactive, details;

static const struct poptOption options[] = {
	{ "inactive", 0, POPT_ARG_NONE, &inactive, 0, "of the stored definition", NULL },
	{ "details", 0, POPT_ARG_NONE, &details, 0, "with type and device", NULL },
	POPT_TABLEEND
};

/* What a disk's source is called, or NULL for an empty drive. */
static const char *source_of(const struct domain_disk *d)
{
	return d->src.path ? d->src.path : d->src.volume ? d->src.volume : d->src.name;
}

static int run(struct cli *cli, struct error *err)
{
	static const char *const titles[] = { "Type", "Device", "Target", "Source" }, *const keys[] = { "type", "device", "target", "source" };
	size_t skip = details || cli->json ? 0 : 2;
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;
	struct cli_conn *conn = cli_open_guest(cli, cli_device_uses, cli_drivers, &guest, err);
	struct cli_rows *rows;

	if (!conn || !(def = cli_device_domain(conn, &guest, inactive ? 2 : 0, err)) ||
	    !(rows = cli_rows_new(cli, titles + skip, keys + skip, 4 - skip, err)))
		return -1;
	for (size_t i = 0; i < def->devices.disks.n; i++) {
		const struct domain_disk *d = def->devices.disks.items[i];
		const char *cells[] = { conf_enum_name(&domain_source_type_names, d->src.type), conf_enum_name(&domain_disk_device_names, d->device),
					d->dst, source_of(d) };
		if (cli_rows_add(rows, cells + skip, err) < 0)
			return -1;
	}
	return cli_rows_end(rows, err);
}

static const struct cli_program program = {
	.name = "vm-blklist", .summary = "list the disks of a guest", .args = "GUEST", .options = options, .min_args = 1,
	.max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
