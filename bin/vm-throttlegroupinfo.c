/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"
#include "cli/drivers.h"
#include "cli/params.h"
#include "hypervisor/params.h"

#include <string.h>

static const struct poptOption options[] = { CLI_AFFECT, POPT_TABLEEND };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;
	struct params params = { 0 };
	struct cli_conn *conn;
	unsigned flags;
	int r = 1;

	if (cli_affect_flags(&flags, err) < 0 || !(conn = cli_open_guest(cli, cli_device_uses, cli_drivers, &guest, err)) ||
	    !(def = cli_device_domain(conn, &guest, flags, err)))
		return -1;
	for (size_t i = 0; i < def->throttlegroups.n && r > 0; i++) {
		if (strcmp(def->throttlegroups.items[i]->group_name, cli->args[1]) != 0)
			continue;
		r = params_read(PARAMS_IOTUNE, def->throttlegroups.items[i], 0, &params, err);
		if (r == 0)
			r = cli_params_print(cli, guest.name, NULL, params.val, params.len, NULL, err);
	}
	params_clear(&params);
	return r > 0 ? error_set(err, ERR_DEVICE_MISSING, "'%s' has no throttle group '%s'", guest.name, cli->args[1]) : r;
}

static const struct cli_program program = {
	.name = "vm-throttlegroupinfo", .summary = "show limits that disks share", .args = "GUEST GROUP", .options = options,
	.min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "group-name", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
