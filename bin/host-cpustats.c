/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/json.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>

static char *cpu;
static int percent;

static const struct poptOption options[] = {
	{ "cpu", 0, POPT_ARG_STRING, &cpu, 0, "of one CPU alone", "NUMBER" },
	{ "percent", 0, POPT_ARG_NONE, &percent, 0, "of the next second, in percent", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(node_get_cpu_stats), RPC_ROW_END };

#define FIELDS_MAX WIRE_NODE_CPU_STATS_MAX

struct sample {
	char name[FIELDS_MAX][32];
	uint64_t value[FIELDS_MAX];
	size_t n;
};

static int take(struct cli_conn *conn, int number, struct sample *s, struct error *err)
{
	wire_node_get_cpu_stats_args args = { .cpu_num = number };
	wire_node_get_cpu_stats_ret ret = { 0 };

	if (cli_call_counted(conn, &rpc_node_get_cpu_stats, &args, &args.nparams, &ret, sizeof(ret), &ret.nparams, err) < 0)
		return -1;
	for (s->n = 0; s->n < ret.params.params_len && s->n < FIELDS_MAX; s->n++) {
		snprintf(s->name[s->n], sizeof(s->name[0]), "%s", ret.params.params_val[s->n].field);
		s->value[s->n] = ret.params.params_val[s->n].value;
	}
	xdr_free(rpc_node_get_cpu_stats.ret, &ret);
	return 0;
}

/* What was done in a second, in percent of it. */
static int show_percent(struct cli *cli, struct cli_conn *conn, int number, struct error *err)
{
	struct sample before, after;
	uint64_t total = 0;
	json_t *object = cli->json ? json_object() : NULL;

	if (take(conn, number, &before, err) < 0)
		return -1;
	poll(NULL, 0, 1000);
	if (take(conn, number, &after, err) < 0)
		return -1;
	for (size_t i = 0; i < after.n; i++)
		total += after.value[i] - before.value[i];
	for (size_t i = 0; i < after.n; i++) {
		double share = total ? 100.0 * (double)(after.value[i] - before.value[i]) / (double)total : 0;
		if (object)
			json_object_set_new(object, after.name[i], json_real(share));
		else
			printf("%s:%*s%5.1f%%\n", after.name[i], (int)(12 - strlen(after.name[i])), "", share);
	}
	return object ? cli_json_print(object, err) : 0;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	json_t *object = cli->json && !percent ? json_object() : NULL;
	struct sample s;
	uint64_t number = 0;

	if (!conn || (cpu && cli_number(cpu, INT32_MAX, "number of a CPU", &number, err) < 0))
		return -1;
	if (percent)
		return show_percent(cli, conn, cpu ? (int)number : -1, err);
	if (take(conn, cpu ? (int)number : -1, &s, err) < 0)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		if (object)
			json_object_set_new(object, s.name[i], json_integer((json_int_t)s.value[i]));
		else
			printf("%s:%*s%20" PRIu64 "\n", s.name[i], (int)(12 - strlen(s.name[i])), "", s.value[i]);
	}
	return object ? cli_json_print(object, err) : 0;
}

static const struct cli_program program = {
	.name = "host-cpustats", .summary = "print the processor time of the host", .options = options, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
