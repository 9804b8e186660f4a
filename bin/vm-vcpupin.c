/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cpulist.h"
#include "cli/drivers.h"

#include <string.h>

static const struct poptOption options[] = {
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = {
	HV(node_get_info), HV(domain_get_vcpus_flags), HV(domain_get_vcpu_pin_info), HV(domain_pin_vcpu_flags), RPC_ROW_END
};

/* libvirt's VIR_DOMAIN_VCPU_MAXIMUM */
#define VCPU_MAXIMUM 4u

static int show(struct cli *cli, struct cli_conn *conn, const struct guest *guest, unsigned flags, int cpus, const char *only, struct error *err)
{
	wire_domain_get_vcpus_flags_args ask = { .dom = cli_domain(guest), .flags = flags | VCPU_MAXIMUM };
	wire_domain_get_vcpus_flags_ret n = { 0 };
	wire_domain_get_vcpu_pin_info_args args = { .dom = ask.dom, .maplen = (int)cli_cpulist_bytes(cpus), .flags = flags };
	wire_domain_get_vcpu_pin_info_ret ret = { 0 };
	struct cli_pins *pins;
	char label[16];
	int rc = 0;

	if (cli_call(conn, &rpc_domain_get_vcpus_flags, &ask, &n, err) < 0)
		return -1;
	args.ncpumaps = n.num;
	if (cli_call(conn, &rpc_domain_get_vcpu_pin_info, &args, &ret, err) < 0)
		return -1;
	pins = cli_pins_new(cli, "VCPU", "vcpu", err);
	if (!pins)
		rc = -1;
	for (int i = 0; i < ret.num && rc == 0; i++) {
		snprintf(label, sizeof(label), "%d", i);
		if ((!only || !strcmp(only, label)) && (u_int)(i + 1) * (u_int)args.maplen <= ret.cpumaps.cpumaps_len)
			rc = cli_pins_add(pins, label, ret.cpumaps.cpumaps_val + i * args.maplen, (size_t)args.maplen, err);
	}
	xdr_free(rpc_domain_get_vcpu_pin_info.ret, &ret);
	return pins && cli_pins_end(pins, err) == 0 ? rc : -1;
}

static int run(struct cli *cli, struct error *err)
{
	const char *which = cli->args[1];
	const char *list = which ? cli->args[2] : NULL;
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_pin_vcpu_flags_args args = { 0 };
	AUTO_FREE char *map = NULL;
	struct cli_conn *conn;
	uint64_t vcpu = 0;
	int cpus;

	if ((which && cli_number(which, UINT32_MAX, "number of a CPU", &vcpu, err) < 0) || cli_affect_flags(&args.flags, err) < 0)
		return -1;
	if (!(conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)) || (cpus = cli_host_cpus(conn, err)) < 0)
		return -1;
	if (!list)
		return show(cli, conn, &guest, args.flags, cpus, which, err);
	if (!(map = cli_cpulist_map(list, cpus, &args.cpumap.cpumap_len, err)))
		return -1;
	args.dom = cli_domain(&guest);
	args.vcpu = (unsigned)vcpu;
	args.cpumap.cpumap_val = map;
	return cli_change_call(cli, conn, &guest, &rpc_domain_pin_vcpu_flags, &args, err);
}

static const struct cli_program program = {
	.name = "vm-vcpupin", .summary = "show or set where virtual CPUs run", .args = "GUEST [VCPU] [CPULIST]",
	.options = options, .min_args = 1, .max_args = 3, .flags = CLI_GUESTS, .more = "vcpu cpulist", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
