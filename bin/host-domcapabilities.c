/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/define.h"
#include "cli/drivers.h"
#include "cli/json.h"

static char *virttype, *emulator, *arch, *machine, *xpath;
static int wrap;

static const struct poptOption options[] = {
	{ "virttype", 0, POPT_ARG_STRING, &virttype, 0, "for guests of this type: qemu or kvm", "TYPE" },
	{ "emulatorbin", 0, POPT_ARG_STRING, &emulator, 0, "with this program", "PATH" },
	{ "arch", 0, POPT_ARG_STRING, &arch, 0, "for guests of this architecture", "ARCH" },
	{ "machine", 0, POPT_ARG_STRING, &machine, 0, "for guests of this machine type", "MACHINE" },
	{ "xpath", 0, POPT_ARG_STRING, &xpath, 0, "print what this XPath expression selects", "EXPRESSION" },
	{ "wrap", 0, POPT_ARG_NONE, &wrap, 0, "put the elements found into one element", NULL },
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
	struct cli_conn *conn;
	int rc = 0;

	if (wrap && !xpath)
		return cli_usage(err, "--wrap needs --xpath");
	conn = cli_open(cli, uses, cli_drivers, err);
	if (!conn || cli_call(conn, &rpc_connect_get_domain_capabilities, &args, &ret, err) < 0)
		return -1;
	if (xpath)
		rc = cli_xpath(ret.capabilities, xpath, wrap, err);
	else if (cli->json)
		rc = cli_json_print(json_pack("{s:o}", "xml", cli_json_string(ret.capabilities)), err);
	else
		fputs(ret.capabilities, stdout);
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
