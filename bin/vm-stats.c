/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/drivers.h"
#include "cli/json.h"
#include "cli/params.h"

static int groups, filter, raw, enforce, backing, nowait;

static const struct poptOption options[] = {
	{ "state", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &groups, 1, "state and reason", NULL },
	{ "cpu-total", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &groups, 2, "processor time", NULL },
	{ "balloon", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &groups, 4, "memory", NULL },
	{ "vcpu", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &groups, 8, "virtual CPUs", NULL },
	{ "interface", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &groups, 16, "network interfaces", NULL },
	{ "block", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &groups, 32, "disks", NULL },
	{ "perf", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &groups, 64, "performance events", NULL },
	{ "iothread", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &groups, 128, "I/O threads", NULL },
	{ "memory", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &groups, 256, "memory bandwidth", NULL },
	{ "dirtyrate", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &groups, 512, "how fast memory is written", NULL },
	{ "vm", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &groups, 1024, "what the hypervisor itself counts", NULL },
	{ "list-active", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &filter, 1, "guests that run", NULL },
	{ "list-inactive", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &filter, 2, "guests that are off", NULL },
	{ "list-persistent", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &filter, 4, "guests that are defined", NULL },
	{ "list-transient", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &filter, 8, "guests that are not", NULL },
	{ "list-running", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &filter, 16, "guests that are running", NULL },
	{ "list-paused", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &filter, 32, "guests that are paused", NULL },
	{ "list-shutoff", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &filter, 64, "guests that are shut off", NULL },
	{ "list-other", 0, POPT_ARG_VAL | POPT_ARGFLAG_OR, &filter, 128, "guests in any other state", NULL },
	{ "raw", 0, POPT_ARG_NONE, &raw, 0, "times as they are (they always are)", NULL },
	{ "enforce", 0, POPT_ARG_NONE, &enforce, 0, "fail for a group that is not known", NULL },
	{ "backing", 0, POPT_ARG_NONE, &backing, 0, "of the images below the disks too", NULL },
	{ "nowait", 0, POPT_ARG_NONE, &nowait, 0, "leave out what would have to be waited for", NULL },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(connect_get_all_domain_stats), RPC_ROW_END };

static void print_record(const wire_domain_stats_record *r, size_t i)
{
	if (i)
		putchar('\n');
	fputs("Domain: '", stdout);
	cli_put_safe(stdout, r->dom.name);
	puts("'");
	for (u_int p = 0; p < r->params.params_len; p++) {
		struct error ignored;
		AUTO_FREE char *text = cli_param_text(&r->params.params_val[p], NULL, &ignored);
		printf("  %s=", r->params.params_val[p].field);
		cli_put_safe(stdout, text ? text : "?");
		putchar('\n');
	}
}

static int ask(struct cli *cli, struct cli_conn *conn, wire_connect_get_all_domain_stats_args *args, struct error *err)
{
	wire_connect_get_all_domain_stats_ret ret = { 0 };
	json_t *list = cli->json ? json_array() : NULL;

	if (cli_call(conn, &rpc_connect_get_all_domain_stats, args, &ret, err) < 0)
		return -1;
	for (u_int i = 0; i < ret.ret_stats.ret_stats_len; i++) {
		const wire_domain_stats_record *r = &ret.ret_stats.ret_stats_val[i];
		if (list)
			json_array_append_new(list, cli_params_json(r->dom.name, r->params.params_val, r->params.params_len));
		else
			print_record(r, i);
	}
	xdr_free(rpc_connect_get_all_domain_stats.ret, &ret);
	return list ? cli_json_print(list, err) : 0;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn = cli_open(cli, uses, cli_drivers, err);
	AUTO_FREE struct guest *guest = calloc((size_t)cli->n_args + 1, sizeof(*guest));
	AUTO_FREE wire_domain *doms = calloc((size_t)cli->n_args + 1, sizeof(*doms));
	wire_connect_get_all_domain_stats_args args = {
		.doms = { (u_int)cli->n_args, doms }, .stats = (unsigned)groups,
		/* libvirt's virConnectGetAllDomainStatsFlags */
		.flags = (unsigned)filter | (nowait ? 1u << 29 : 0) | (backing ? 1u << 30 : 0) | (enforce ? 1u << 31 : 0),
	};
	int rc = 0, failed = EXIT_DONE;
	size_t n = 0;

	if (!conn || !guest || !doms)
		return conn ? error_errno(err, "the guests") : -1;
	if (cli->n_args && filter)
		return cli_usage(err, "guests by name and --list options cannot be used together");
	/* one that is not there keeps nobody from seeing the others */
	for (int i = 0; i < cli->n_args; i++) {
		if (cli_find(conn, cli->args[i], &guest[n], err) == 0) {
			doms[n] = cli_domain(&guest[n]);
			n++;
			continue;
		}
		failed = error_exit_status(err->code);
		if (cli->n_args > 1)
			cli_print_error(cli, err);
	}
	args.doms.doms_len = (u_int)n;
	if (n || !cli->n_args)
		rc = ask(cli, conn, &args, err);
	else
		rc = cli->n_args > 1 ? failed : -1;
	for (size_t i = 0; i < n; i++)
		guest_clear(&guest[i]);
	return rc == 0 && failed ? EXIT_PARTLY : rc;
}

static const struct cli_program program = {
	.name = "vm-stats", .summary = "print statistics of guests", .args = "[GUEST...]", .options = options, .max_args = -1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
