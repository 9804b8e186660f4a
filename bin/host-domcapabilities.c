/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/object.h"

static char *virttype, *emulator, *arch, *machine;

static const struct poptOption options[] = {
	{ "virttype", 0, POPT_ARG_STRING, &virttype, 0, "for guests of this type: qemu or kvm", "TYPE" },
	{ "emulatorbin", 0, POPT_ARG_STRING, &emulator, 0, "with this program", "PATH" },
	{ "arch", 0, POPT_ARG_STRING, &arch, 0, "for guests of this architecture", "ARCH" },
	{ "machine", 0, POPT_ARG_STRING, &machine, 0, "for guests of this machine type", "MACHINE" },
	CLI_DUMPXML_OPTIONS,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(connect_get_domain_capabilities), RPC_ROW_END };

static int run(struct cli *cli, struct error *err)
{
	wire_connect_get_domain_capabilities_args args = {
		.emulatorbin = emulator ? &emulator : NULL, .arch = arch ? &arch : NULL, .machine = machine ? &machine : NULL,
		.virttype = virttype ? &virttype : NULL,
	};
	wire_connect_get_domain_capabilities_ret ret = { 0 };
	struct cli_conn *conn = cli_open(cli, uses, cli_drivers, err);

	if (!conn || cli_call(conn, &rpc_connect_get_domain_capabilities, &args, &ret, err) < 0)
		return -1;
	int rc = cli_dumpxml_print(cli, NULL, ret.capabilities, err);
	xdr_free(rpc_connect_get_domain_capabilities.ret, &ret);
	return rc;
}

static const struct cli_program program = {
	.name = "host-domcapabilities", .summary = "print what guests of an emulator and machine can have", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
