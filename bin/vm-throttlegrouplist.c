/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"
#include "cli/drivers.h"
#include "cli/rows.h"

static int inactive;

static const struct poptOption options[] = {
	{ "inactive", 0, POPT_ARG_NONE, &inactive, 0, "of the stored definition", NULL },
	POPT_TABLEEND
};

static int run(struct cli *cli, struct error *err)
{
	static const char *const titles[] = { "Name" }, *const keys[] = { "name" };
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;
	struct cli_conn *conn = cli_open_guest(cli, cli_device_uses, cli_drivers, &guest, err);
	struct cli_rows *rows;

	if (!conn || !(def = cli_device_domain(conn, &guest, inactive ? 2 : 0, err)) || !(rows = cli_rows_new(cli, titles, keys, 1, err)))
		return -1;
	for (size_t i = 0; i < def->throttlegroups.n; i++) {
		const char *const cells[] = { def->throttlegroups.items[i]->group_name };

		if (cli_rows_add(rows, cells, err) < 0)
			return -1;
	}
	return cli_rows_end(rows, err);
}

static const struct cli_program program = {
	.name = "vm-throttlegrouplist", .summary = "list the limits that disks of a guest can share", .args = "GUEST", .options = options,
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
