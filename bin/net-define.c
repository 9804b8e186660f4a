/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/network.h"
#include "network/network.h"
#include "state/state.h"
#include "util/str.h"

#include <string.h>

static int make_default;

static const struct poptOption options[] = {
	CLI_DEFINE_OPTIONS,
	{ "default", 0, POPT_ARG_NONE, &make_default, 0, "define the network 'default' with a free subnet", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { NET(network_define_xml), NET(network_define_xml_flags), RPC_ROW_END };

/* Whether there is a network of that name already that has the subnet which would be chosen for it: 1, 0 (there is none, or its subnet is in use), -1. */
static int has_subnet(const char *name, const char *address, struct error *err)
{
	AUTO_FREE char *xml = NULL;
	size_t len;

	if (state_is_defined("network", name, NULL) != 1)
		return 0;
	if (state_read_config("network", name, &xml, &len, err) < 0)
		return -1;
	return strstr(xml, address) != NULL;
}

/* NAT on a subnet that neither the host nor another network has; one that is defined and whose subnet is in use gets another. */
static int define_default(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_object_open(cli, &cli_network, uses, err);
	wire_network_define_xml_args args;
	AUTO_FREE char *text = NULL;
	char address[40];
	bool moved;
	unsigned n;
	int has;

	if (!conn || cli_only_local(conn, "--default", err) < 0)
		return -1;
	if (state_probe("network", "default", NULL, err) > STATE_GONE)
		return error_set(err, ERR_OPERATION_INVALID, "the network 'default' is active: it has its subnet (net-dumpxml default shows it)");
	if (network_choose_subnet(&n, "default", err) < 0)
		return -1;
	snprintf(address, sizeof(address), "address='192.168.%u.1'", n);
	has = has_subnet("default", address, err);
	if (has)
		return has < 0 ? -1 : error_set(err, ERR_OPERATION_INVALID, "there is a network 'default' already (net-dumpxml default shows it)");
	moved = state_is_defined("network", "default", NULL) == 1;
	text = str_printf("<network><name>default</name><forward mode='nat'/><ip address='192.168.%u.1' netmask='255.255.255.0'><dhcp>"
			  "<range start='192.168.%u.2' end='192.168.%u.254'/></dhcp></ip></network>", n, n, n);
	args.xml = text;
	if (!text || cli_call(conn, &rpc_network_define_xml, &args, NULL, err) < 0)
		return text ? -1 : error_errno(err, "default");
	cli_say(cli, moved ? "Network 'default' has the subnet 192.168.%u.0/24 from now on: the one before is in use" :
			     "Network 'default' defined with the subnet 192.168.%u.0/24", n);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_object_define how = {
		.proc = cli_validate_given() ? &rpc_network_define_xml_flags : &rpc_network_define_xml, .validate = cli_validate_given() ? 1 : 0,
		.done = "defined", .document = &network_document
	};

	if (make_default && cli->n_args)
		return cli_usage(err, "--default takes no FILE");
	if (!make_default && !cli->n_args)
		return cli_usage(err, "FILE is missing");
	return make_default ? define_default(cli, err) : cli_object_define(cli, &cli_network, uses, &how, err);
}

static const struct cli_program program = {
	.name = "net-define", .summary = "define networks from XML", .args = "FILE...", .options = options, .min_args = 0,
	.max_args = -1, .flags = CLI_FILES, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
