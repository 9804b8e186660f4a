/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device.h"
#include "cli/drivers.h"
#include "cli/json.h"

static int config;

static const struct poptOption options[] = {
	{ "config", 0, POPT_ARG_NONE, &config, 0, "of the stored definition", NULL },
	POPT_TABLEEND
};

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	AUTO_DOMAIN struct domain *def = NULL;
	struct cli_conn *conn = cli_open_guest(cli, cli_device_uses, cli_drivers, &guest, err);
	const struct domain_net *net;
	const char *state;

	if (!conn || !(def = cli_device_domain(conn, &guest, config ? 2 : 0, err)) || !(net = cli_find_net(def, cli->args[1], err)))
		return -1;
	state = net->link ? conf_enum_name(&domain_link_state_names, net->link) : "default";
	if (cli->json)
		return cli_json_print(json_pack("{s:o, s:s}", "interface", cli_json_string(cli->args[1]), "link", state), err);
	printf("%s %s\n", cli->args[1], state);
	return 0;
}

static const struct cli_program program = {
	.name = "vm-if-getlink", .summary = "print the link state of an interface", .args = "GUEST INTERFACE",
	.options = options, .min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "interface", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
