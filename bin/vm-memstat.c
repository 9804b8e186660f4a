/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/drivers.h"
#include "cli/rows.h"

static char *period;

static const struct poptOption options[] = {
	{ "period", 0, POPT_ARG_STRING, &period, 0, "let the balloon count every so many seconds", "SECONDS" },
	CLI_AFFECT,
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_memory_stats), HV(domain_set_memory_stats_period), RPC_ROW_END };

/* by libvirt's virDomainMemoryStatTags */
static const char *const names[] = {
	"swap_in", "swap_out", "major_fault", "minor_fault", "unused", "available", "actual", "rss", "usable", "last_update", "disk_caches",
	"hugetlb_pgalloc", "hugetlb_pgfail",
};

static int run(struct cli *cli, struct error *err)
{
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_memory_stats_args args = { .max_stats = WIRE_DOMAIN_MEMORY_STATS_MAX };
	wire_domain_memory_stats_ret ret = { 0 };
	wire_domain_set_memory_stats_period_args set = { 0 };
	struct cli_counter counters[ARRAY_LEN(names)];
	struct cli_conn *conn;
	uint64_t seconds = 0;
	size_t n = 0;

	if ((period && cli_number(period, INT32_MAX, "number of seconds", &seconds, err) < 0) || cli_affect_flags(&set.flags, err) < 0 ||
	    !(conn = cli_open_guest(cli, uses, cli_drivers, &guest, err)))
		return -1;
	args.dom = set.dom = cli_domain(&guest);
	set.period = (int)seconds;
	if (period)
		return cli_call(conn, &rpc_domain_set_memory_stats_period, &set, NULL, err);
	if (cli_call(conn, &rpc_domain_memory_stats, &args, &ret, err) < 0)
		return -1;
	for (u_int i = 0; i < ret.stats.stats_len && n < ARRAY_LEN(counters); i++) {
		const wire_domain_memory_stat *s = &ret.stats.stats_val[i];
		if (s->tag >= 0 && (size_t)s->tag < ARRAY_LEN(names))
			counters[n++] = (struct cli_counter){ names[s->tag], (int64_t)s->val };
	}
	xdr_free(rpc_domain_memory_stats.ret, &ret);
	return cli_counters(cli, NULL, counters, n, err);
}

static const struct cli_program program = {
	.name = "vm-memstat", .summary = "print the memory statistics of a guest", .args = "GUEST", .options = options,
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
