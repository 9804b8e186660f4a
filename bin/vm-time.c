/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/affect.h"
#include "cli/json.h"

#include <time.h>

static int now, pretty, from_clock;
static char *given_time;

static const struct poptOption options[] = {
	{ "now", 0, POPT_ARG_NONE, &now, 0, "set it to the time of this host", NULL },
	{ "pretty", 0, POPT_ARG_NONE, &pretty, 0, "print a date instead of seconds", NULL },
	{ "sync", 0, POPT_ARG_NONE, &from_clock, 0, "set it from the guest's hardware clock", NULL },
	{ "time", 0, POPT_ARG_STRING, &given_time, 0, "set it to so many seconds since 1970", "SECONDS" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_get_time), HV(domain_set_time), RPC_ROW_END };

enum { TIME_SYNC = 1 };   /* libvirt's virDomainSetTimeFlags */

static int show(struct cli *cli, struct cli_conn *conn, const struct guest *guest, struct error *err)
{
	wire_domain_get_time_args args = { .dom = cli_domain(guest) };
	wire_domain_get_time_ret ret = { 0 };
	char date[64];
	struct tm tm;
	time_t t;

	if (cli_call(conn, &rpc_domain_get_time, &args, &ret, err) < 0)
		return -1;
	if (cli->json)
		return cli_json_print(json_pack("{s:o, s:I, s:I}", "name", cli_json_string(guest->name), "seconds", (json_int_t)ret.seconds,
						"nanoseconds", (json_int_t)ret.nseconds), err);
	t = ret.seconds;
	if (!pretty)
		printf("Time: %lld\n", (long long)ret.seconds);
	else if (gmtime_r(&t, &tm) && strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm) > 0)
		printf("Time: %s\n", date);
	else
		return error_set(err, ERR_OPERATION_FAILED, "%s: its time, %lld seconds, is no date", guest->name, (long long)ret.seconds);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	const struct cli_given given[] = { { "--now", now }, { "--sync", from_clock }, { "--time", given_time != NULL }, { NULL, 0 } };
	AUTO_CLI_GUEST struct guest guest = { 0 };
	wire_domain_set_time_args args = { .flags = from_clock ? TIME_SYNC : 0 };
	struct cli_conn *conn;
	uint64_t seconds = 0;

	if (cli_at_most_one(given, err) < 0 || (given_time && cli_number(given_time, INT64_MAX, "number of seconds", &seconds, err) < 0) ||
	    !(conn = cli_open_guest(cli, uses, NULL, &guest, err)))
		return -1;
	if (!now && !from_clock && !given_time)
		return show(cli, conn, &guest, err);
	args.dom = cli_domain(&guest);
	args.seconds = now ? time(NULL) : (int64_t)seconds;
	return cli_call(conn, &rpc_domain_set_time, &args, NULL, err);
}

static const struct cli_program program = {
	.name = "vm-time", .summary = "show or set the clock of a guest", .args = "GUEST", .options = options,
	.min_args = 1, .max_args = 1, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
