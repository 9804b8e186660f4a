/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/json.h"
#include "cli/params.h"

static int completed, keep, anystats, rawstats;

static const struct poptOption options[] = {
	{ "completed", 0, POPT_ARG_NONE, &completed, 0, "of the job that was completed last", NULL },
	{ "keep-completed", 0, POPT_ARG_NONE, &keep, 0, "the same, and keep its statistics", NULL },
	{ "anystats", 0, POPT_ARG_NONE, &anystats, 0, "whatever the type", NULL },
	{ "rawstats", 0, POPT_ARG_NONE, &rawstats, 0, "whatever the type", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_job_stats), RPC_ROW_END };

/* libvirt's virDomainJobType, virDomainGetJobStatsFlags */
static const char *const types[] = { "None", "Bounded", "Unbounded", "Completed", "Failed", "Cancelled" };
enum { COMPLETED = 1, KEEP_COMPLETED = 2 };

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_get_job_stats_args args = { .flags = (completed ? COMPLETED : 0) | (keep ? COMPLETED | KEEP_COMPLETED : 0) };
	wire_domain_get_job_stats_ret ret = { 0 };
	struct cli_conn *conn = cli_open_guest(cli, uses, NULL, &guest, err);
	const char *type;
	int rc = 0;

	if (!conn)
		return -1;
	args.dom = cli_domain(&guest);
	if (cli_call(conn, &rpc_domain_get_job_stats, &args, &ret, err) < 0)
		return -1;
	type = ret.type >= 0 && (size_t)ret.type < ARRAY_LEN(types) ? types[ret.type] : "?";
	if (!cli->json)
		printf("%-17s %s\n", "Job type:", type);
	if (cli->json) {
		json_t *object = cli_params_json(guest.name, ret.params.params_val, ret.params.params_len);
		json_object_set_new(object, "type", json_string(type));
		rc = cli_json_print(object, err);
	} else if (ret.type > 0 || anystats || rawstats) {
		rc = cli_params_print(cli, NULL, NULL, ret.params.params_val, ret.params.params_len, NULL, err);
	}
	xdr_free(rpc_domain_get_job_stats.ret, &ret);
	return rc;
}

static const struct cli_program program = {
	.name = "vm-jobinfo", .summary = "print the progress of the job that a guest is at", .args = "GUEST", .options = options,
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
