/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/drivers.h"

static int maximum, guest_agent, hotpluggable;

static const struct poptOption options[] = {
	{ "maximum", 0, POPT_ARG_NONE, &maximum, 0, "the most that it can have", NULL },
	{ "guest", 0, POPT_ARG_NONE, &guest_agent, 0, "let the guest's agent do it", NULL },
	{ "hotpluggable", 0, POPT_ARG_NONE, &hotpluggable, 0, "make those that are added removable", NULL },
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_set_vcpus_flags), RPC_ROW_END };

/* libvirt's virDomainVcpuFlags */
enum { VCPU_MAXIMUM = 4, VCPU_GUEST = 8, VCPU_HOTPLUGGABLE = 16 };

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--maximum", maximum }, { "--guest", guest_agent }, { NULL, 0 } };
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_set_vcpus_flags_args args = { 0 };
	struct cli_conn *conn;
	uint64_t count;

	if (cli_at_most_one(given, err) < 0 || cli_number(cli->args[1], UINT32_MAX, "number of CPUs", &count, err) < 0 ||
	    cli_affect_flags(&args.flags, err) < 0 || !(conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	args.nvcpus = (unsigned)count;
	args.flags |= (maximum ? VCPU_MAXIMUM : 0) | (guest_agent ? VCPU_GUEST : 0) | (hotpluggable ? VCPU_HOTPLUGGABLE : 0);
	return cli_change_call(cli, conn, &guest, &rpc_domain_set_vcpus_flags, &args, err);
}

static const struct cli_program program = {
	.name = "vm-setvcpus", .summary = "change the number of virtual CPUs of a guest", .args = "GUEST COUNT",
	.options = options, .min_args = 2, .max_args = 2, .flags = CLI_GUESTS, .more = "count", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
