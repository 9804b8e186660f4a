/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/json.h"

#include <inttypes.h>
#include <string.h>

static int total;
static char *start, *count;

static const struct poptOption options[] = {
	{ "total", 0, POPT_ARG_NONE, &total, 0, "the total alone", NULL },
	{ "start", 0, POPT_ARG_STRING, &start, 0, "from this CPU on", "NUMBER" },
	{ "count", 0, POPT_ARG_STRING, &count, 0, "so many CPUs", "NUMBER" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_cpu_stats), RPC_ROW_END };

static int ask(struct cli_conn *conn, wire_domain_get_cpu_stats_args *args, int start_cpu, unsigned ncpus, unsigned nparams,
	       wire_domain_get_cpu_stats_ret *ret, struct error *err)
{
	memset(ret, 0, sizeof(*ret));
	args->start_cpu = start_cpu;
	args->ncpus = ncpus;
	args->nparams = nparams;
	return cli_call(conn, &rpc_domain_get_cpu_stats, args, ret, err);
}

static void put(const wire_typed_param *p, json_t *object)
{
	uint64_t ns = p->value.wire_typed_param_value_u.ul;

	if (object)
		json_object_set_new(object, p->field, json_integer((json_int_t)ns));
	else if (strstr(p->field, "time"))
		printf("\t%-12s %9" PRIu64 ".%09" PRIu64 " seconds\n", p->field, ns / 1000000000, ns % 1000000000);
	else
		printf("\t%-12s %" PRIu64 "\n", p->field, ns);
}

static int show_total(struct cli_conn *conn, wire_domain_get_cpu_stats_args *args, json_t *document, struct error *err)
{
	wire_domain_get_cpu_stats_ret ret;
	json_t *object = document ? json_object() : NULL;

	if (ask(conn, args, -1, 1, 0, &ret, err) < 0 || ask(conn, args, -1, 1, (unsigned)ret.nparams, &ret, err) < 0)
		return -1;
	if (!object)
		puts("Total:");
	for (u_int i = 0; i < ret.params.params_len; i++)
		put(&ret.params.params_val[i], object);
	if (object)
		json_object_set_new(document, "total", object);
	xdr_free(rpc_domain_get_cpu_stats.ret, &ret);
	return 0;
}

/* As many at a time as the protocol carries. */
#define AT_ONCE WIRE_DOMAIN_GET_CPU_STATS_NCPUS_MAX

static int show_each(struct cli_conn *conn, wire_domain_get_cpu_stats_args *args, unsigned from, unsigned n, json_t *document, struct error *err)
{
	wire_domain_get_cpu_stats_ret ret;
	json_t *list = document ? json_array() : NULL;
	unsigned cpus, each;

	if (ask(conn, args, 0, 0, 0, &ret, err) < 0)
		return -1;
	cpus = (unsigned)ret.nparams;
	if (from >= cpus)
		return error_set(err, ERR_INVALID_ARG, "there is no CPU %u (the host has %u)", from, cpus);
	if (ask(conn, args, (int)from, 1, 0, &ret, err) < 0)
		return -1;
	each = (unsigned)ret.nparams;
	cpus = n < cpus - from ? from + n : cpus;
	for (unsigned at = from; at < cpus; at += AT_ONCE) {
		unsigned now = cpus - at < AT_ONCE ? cpus - at : AT_ONCE;
		if (ask(conn, args, (int)at, now, each, &ret, err) < 0)
			return -1;
		for (u_int i = 0; i < ret.params.params_len; i++) {
			json_t *object = list ? json_object() : NULL;
			if (each && i % each == 0 && !list)
				printf("CPU%u:\n", at + i / each);
			if (object)
				json_object_set_new(object, "cpu", json_integer(at + (each ? i / each : 0)));
			put(&ret.params.params_val[i], object);
			if (object)
				json_array_append_new(list, object);
		}
		xdr_free(rpc_domain_get_cpu_stats.ret, &ret);
	}
	if (list)
		json_object_set_new(document, "cpus", list);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_get_cpu_stats_args args = { 0 };
	json_t *document = cli->json ? json_object() : NULL;
	uint64_t from = 0, n = UINT32_MAX;
	struct error why = { 0 };
	struct cli_conn *conn;

	if ((start && cli_number(start, INT32_MAX, "number of a CPU", &from, err) < 0) ||
	    (count && cli_number(count, INT32_MAX, "number of CPUs", &n, err) < 0) || !(conn = cli_open_guest(cli, uses, NULL, &guest, err)))
		return -1;
	args.dom = cli_domain(&guest);
	if ((!total || start || count) && show_each(conn, &args, (unsigned)from, (unsigned)n, document, &why) < 0) {
		/* a host that counts no CPU for itself has a total all the same */
		if (start || count || why.code != ERR_OPERATION_UNSUPPORTED) {
			*err = why;
			return -1;
		}
		cli_warn(cli, "%s", why.text);
	}
	if ((total || (!start && !count)) && show_total(conn, &args, document, err) < 0)
		return -1;
	return document ? cli_json_print(document, err) : 0;
}

static const struct cli_program program = {
	.name = "vm-cpu-stats", .summary = "print the processor time of a guest", .args = "GUEST", .options = options,
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
