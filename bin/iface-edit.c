/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/object.h"
#include "interface/interface.h"

static const struct rpc_row uses[] = { IFACE_LOOKUPS, IFACE(interface_get_xml_desc), IFACE(interface_define_xml), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	return cli_object_edit(cli, &cli_iface, uses, 1, &rpc_interface_define_xml, err);
}

static const struct cli_program program = {
	.name = "iface-edit", .summary = "edit the definition of a host interface", .args = "INTERFACE", .min_args = 1, .max_args = 1,
	.object = "interface", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
