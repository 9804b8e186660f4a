/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

#include "util/str.h"

#include <ctype.h>
#include <string.h>

static const struct rpc_row uses[] = { HV(domain_send_process_signal), RPC_ROW_END };

/* libvirt's virDomainProcessSignal: the numbers of x86, whatever the machine; then RT0 (32) to RT32. */
static const char *const names[] = {
	"nop", "hup", "int", "quit", "ill", "trap", "abrt", "bus", "fpe", "kill", "usr1", "segv", "usr2", "pipe", "alrm", "term", "stkflt", "chld",
	"cont", "stop", "tstp", "ttin", "ttou", "urg", "xcpu", "xfsz", "vtalrm", "prof", "winch", "poll", "pwr", "sys",
};
#define REAL_TIME 32
#define REAL_TIME_LAST 64

/* "TERM", "sigterm", "sig_term", "rt3", "15". */
static int signal_number(const char *text, struct error *err)
{
	const char *name = strncasecmp(text, "sig_", 4) ? strncasecmp(text, "sig", 3) ? text : text + 3 : text + 4;
	uint64_t n;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!strcasecmp(names[i], name))
			return (int)i;
	if (!strncasecmp(name, "rt", 2) && str_to_u64(name + 2, REAL_TIME_LAST - REAL_TIME, &n) == 0)
		return REAL_TIME + (int)n;
	if (str_to_u64(text, REAL_TIME_LAST, &n) == 0)
		return (int)n;
	return cli_usage(err, "'%s' is no signal", text);
}

static int run(struct cli *cli, struct error *err)
{
	const char *pid = cli->args[1], *name = cli->args[2];
	struct guest guest = { 0 };
	uint64_t number;

	int sig = signal_number(name, err);
	if (sig < 0)
		return -1;
	if (str_to_u64(pid, INT32_MAX, &number) < 0)
		return cli_usage(err, "'%s' is no process", pid);
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	if (!conn || cli_find(conn, cli->args[0], &guest, err) < 0)
		return -1;
	wire_domain_send_process_signal_args args = { .dom = cli_domain(&guest), .pid_value = (int64_t)number, .signum = (unsigned)sig };
	int r = cli_call(conn, &rpc_domain_send_process_signal, &args, NULL, err);
	guest_clear(&guest);
	return r;
}

static const struct cli_program program = {
	.name = "vm-send-process-signal", .summary = "signal a process in a container", .args = "GUEST PID SIGNAL", .min_args = 3,
	.max_args = 3, .flags = CLI_GUESTS, .more = "pid signame", .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
