/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

#include <string.h>

static int all, wait_for_it;
static char *mode, *timeout_text;
static unsigned flags;
static int timeout_ms;

static const struct poptOption options[] = {
	{ "all", 0, POPT_ARG_NONE, &all, 0, "every guest that runs", NULL },
	{ "mode", 0, POPT_ARG_STRING, &mode, 0, "how to ask: acpi, agent, initctl, signal, paravirt", "MODE" },
	{ "wait", 0, POPT_ARG_NONE, &wait_for_it, 0, "wait until the guests have ended", NULL },
	{ "timeout", 0, POPT_ARG_STRING, &timeout_text, 0, "wait at most this long (seconds, or with ms, s, m, h)", "TIME" },
	POPT_TABLEEND
};

static const struct rpc_row uses[] = { HV(domain_shutdown_flags), RPC_ROW_END };

/* All are asked first, then waited for: they shut down side by side. */
static char **asked;
static size_t n_asked;

static int ask(struct cli *cli, struct cli_conn *conn, const struct guest *guest, void *arg, struct error *err)
{
	wire_domain_shutdown_flags_args args = { .dom = cli_domain(guest), .flags = flags };

	(void)arg;
	if (cli_call(conn, &rpc_domain_shutdown_flags, &args, NULL, err) < 0)
		return -1;
	cli_say(cli, "Domain '%s' is being shutdown", guest->name);
	char **more = realloc(asked, (n_asked + 1) * sizeof(*asked));
	if (!more)
		return error_errno(err, "domain '%s'", guest->name);
	asked = more;
	asked[n_asked] = strdup(guest->name);
	if (!asked[n_asked])
		return error_errno(err, "domain '%s'", guest->name);
	n_asked++;
	return 0;
}

static int64_t began;

static int await(struct cli *cli, size_t i, const char *name, void *conn, struct error *err)
{
	(void)i;
	if (cli_wait(conn, name, cli_has_ended, NULL, cli_time_left(began, timeout_ms), err) < 0)
		return -1;
	cli_say(cli, "Domain '%s' has ended", name);
	return 0;
}

static int run(struct cli *cli, struct error *err)
{
	struct cli_conn *conn;

	if (cli_shutdown_mode(mode, &flags, err) < 0 || cli_timeout(timeout_text, &timeout_ms, err) < 0)
		return -1;
	wait_for_it = wait_for_it || timeout_text;
	conn = cli_open(cli, uses, NULL, err);
	if (!conn)
		return -1;
	began = cli_now_ms();
	int status = cli_guests(cli, conn, all, GUEST_LIST_ACTIVE, ask, NULL, err);
	if (status < 0 || !wait_for_it)
		return status;
	cli->successes = 0;
	int waited = cli_each(cli, (const char *const *)asked, n_asked, false, await, conn);
	return waited != EXIT_DONE ? waited : status;
}

static const struct cli_program program = {
	.name = "vm-shutdown", .summary = "ask guests to shut down", .args = "GUEST...", .options = options, .max_args = -1,
	.flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
