/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/guests.h"

#include <string.h>

static char *timeout_text;

static const struct poptOption options[] = {
	{ "timeout", 0, POPT_ARG_STRING, &timeout_text, 0, "wait at most this long (seconds, or with ms, s, m, h)", "TIME" },
	POPT_TABLEEND
};

static int is_running(const struct guest *guest, void *arg, struct error *err)
{
	(void)arg;
	(void)err;
	return guest && guest->state == GUEST_RUNNING;
}

static int is_paused(const struct guest *guest, void *arg, struct error *err)
{
	(void)arg;
	(void)err;
	return guest && guest->state == GUEST_PAUSED;
}

static int is_active(const struct guest *guest, void *arg, struct error *err)
{
	return is_running(guest, arg, err) || is_paused(guest, arg, err);
}

static int is_defined(const struct guest *guest, void *arg, struct error *err)
{
	(void)arg;
	(void)err;
	return guest && guest->persistent;
}

static int is_gone(const struct guest *guest, void *arg, struct error *err)
{
	(void)arg;
	(void)err;
	return !guest;
}

static const struct {
	const char *word;
	cli_condition *condition;
} conditions[] = {
	{ "running", is_running }, { "paused", is_paused }, { "active", is_active }, { "shutoff", cli_has_ended },
	{ "stopped", cli_has_ended }, { "defined", is_defined }, { "gone", is_gone },
};

static int run(struct cli *cli, struct error *err)
{
	static const struct rpc_row uses[] = { RPC_ROW_END };
	cli_condition *condition = NULL;
	int timeout_ms;

	for (size_t i = 0; i < ARRAY_LEN(conditions); i++) {
		if (strcmp(conditions[i].word, cli->args[1]) == 0)
			condition = conditions[i].condition;
	}
	if (!condition)
		return cli_usage(err, "'%s' is no condition (running, paused, active, shutoff, defined, gone)", cli->args[1]);
	if (cli_timeout(timeout_text, &timeout_ms, err) < 0)
		return -1;
	struct cli_conn *conn = cli_open(cli, uses, NULL, err);
	if (!conn)
		return -1;
	return cli_wait(conn, cli->args[0], condition, NULL, timeout_ms, err);
}

static const struct cli_program program = {
	.name = "vm-wait", .summary = "wait until a guest is in a state", .args = "GUEST CONDITION", .options = options, .min_args = 2,
	.max_args = 2, .flags = CLI_GUESTS, .run = run,
};

int main(int argc, char **argv)
{
	return cli_main(argc, argv, &program);
}
