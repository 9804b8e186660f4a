/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cpulist.h"
#include "cli/drivers.h"
#include "cli/json.h"
#include "cli/record.h"
#include "util/str.h"

static int pretty;

static const struct poptOption options[] = {
	{ "pretty", 0, POPT_ARG_NONE, &pretty, 0, "the affinity as a list", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = {
	HV(node_get_info), HV(domain_get_info), HV(domain_get_vcpus), HV(domain_get_vcpus_flags), HV(domain_get_vcpu_pin_info), RPC_ROW_END
};

/* libvirt's virVcpuState */
static const char *const states[] = { "offline", "running", "blocked" };

static char *affinity(const char *map, size_t len, int cpus, struct error *err)
{
	char *text;

	if (pretty) {
		AUTO_FREE char *list = cli_cpulist_text(map, len, err);
		return list ? str_printf("%s (out of %d)", list, cpus) : NULL;
	}
	text = calloc(1, (size_t)cpus + 1);
	for (int i = 0; text && i < cpus; i++)
		text[i] = (size_t)i / 8 < len && map[i / 8] & 1 << i % 8 ? 'y' : '-';
	return text;
}

static int put(struct cli *cli, const wire_vcpu_info *v, const char *map, size_t len, int cpus, bool runs, json_t *list, struct error *err)
{
	AUTO_FREE char *where = affinity(map, len, cpus, err);
	char text[32];
	struct cli_record r;

	if (!where)
		return -1;
	cli_record_begin(&r, cli, 16);
	cli_record_number(&r, "VCPU", "vcpu", v->number, NULL);
	if (runs) {
		cli_record_number(&r, "CPU", "cpu", v->cpu, NULL);
		cli_record_text(&r, "State", "state", v->state >= 0 && (size_t)v->state < ARRAY_LEN(states) ? states[v->state] : "?");
		snprintf(text, sizeof(text), "%.1fs", (double)v->cpu_time / 1e9);
		cli_record_number(&r, "CPU time", "cpu_time_ns", (long long)v->cpu_time, text);
	} else {
		cli_record_text(&r, "CPU", "cpu", cli->json ? NULL : "N/A");
		cli_record_text(&r, "State", "state", cli->json ? NULL : "N/A");
		cli_record_text(&r, "CPU time", "cpu_time_ns", cli->json ? NULL : "N/A");
	}
	cli_record_text(&r, "CPU Affinity", "affinity", where);
	if (!cli->json)
		putchar('\n');
	return cli_record_end(&r, list, err);
}

static int running(struct cli *cli, struct cli_conn *conn, const struct guest *guest, int cpus, json_t *list, struct error *err)
{
	wire_domain_get_info_args ask = { .dom = cli_domain(guest) };
	wire_domain_get_info_ret info = { 0 };
	wire_domain_get_vcpus_args args = { .dom = ask.dom, .maplen = (int)cli_cpulist_bytes(cpus) };
	wire_domain_get_vcpus_ret ret = { 0 };
	int rc = 0;

	if (cli_call(conn, &rpc_domain_get_info, &ask, &info, err) < 0)
		return -1;
	args.maxinfo = info.nr_virt_cpu;
	if (cli_call(conn, &rpc_domain_get_vcpus, &args, &ret, err) < 0)
		return -1;
	for (u_int i = 0; i < ret.info.info_len && rc == 0 && (i + 1) * (u_int)args.maplen <= ret.cpumaps.cpumaps_len; i++)
		rc = put(cli, &ret.info.info_val[i], ret.cpumaps.cpumaps_val + i * (u_int)args.maplen, (size_t)args.maplen, cpus, true, list, err);
	xdr_free(rpc_domain_get_vcpus.ret, &ret);
	return rc;
}

static int stopped(struct cli *cli, struct cli_conn *conn, const struct guest *guest, int cpus, json_t *list, struct error *err)
{
	wire_domain_get_vcpus_flags_args ask = { .dom = cli_domain(guest), .flags = 2 };
	wire_domain_get_vcpus_flags_ret n = { 0 };
	wire_domain_get_vcpu_pin_info_args args = { .dom = ask.dom, .maplen = (int)cli_cpulist_bytes(cpus), .flags = 2 };
	wire_domain_get_vcpu_pin_info_ret ret = { 0 };
	int rc = 0;

	if (cli_call(conn, &rpc_domain_get_vcpus_flags, &ask, &n, err) < 0)
		return -1;
	args.ncpumaps = n.num;
	if (cli_call(conn, &rpc_domain_get_vcpu_pin_info, &args, &ret, err) < 0)
		return -1;
	for (u_int i = 0; (int)i < ret.num && rc == 0 && (i + 1) * (u_int)args.maplen <= ret.cpumaps.cpumaps_len; i++) {
		wire_vcpu_info v = { .number = i };
		rc = put(cli, &v, ret.cpumaps.cpumaps_val + i * (u_int)args.maplen, (size_t)args.maplen, cpus, false, list, err);
	}
	xdr_free(rpc_domain_get_vcpu_pin_info.ret, &ret);
	return rc;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, cli_drivers, &guest, err);
	json_t *list = cli->json ? json_array() : NULL;
	int cpus = conn ? cli_host_cpus(conn, err) : -1;

	if (cpus < 0 || (guest.id >= 0 ? running(cli, conn, &guest, cpus, list, err) : stopped(cli, conn, &guest, cpus, list, err)) < 0)
		return -1;
	return list ? cli_json_print(list, err) : 0;
}

static const struct cli_program program = {
	.name = "vm-vcpuinfo", .summary = "print the state of the virtual CPUs of a guest", .args = "GUEST", .options = options,
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
